import { createRequire } from "node:module";
import { AwsError } from "./aws-error.ts";
import type { Disk } from "./write-behind.ts";

/** Dynalite's parser, validator and actions, called in process. They are internals: hence the exact version in package.json. */
const load = createRequire(import.meta.url);

export type Item = Record<string, Record<string, unknown>>;
export type Parameters = { TableName: string; Key?: Item; Item?: Item; [name: string]: unknown };
export type Table = {
  TableName: string;
  TableStatus: string;
  TableArn: string;
  KeySchema: { AttributeName: string }[];
  GlobalSecondaryIndexes?: { IndexName: string; IndexStatus: string }[];
};

type Callback<Result> = (error: unknown, result?: Result) => void;

export interface SubStore {
  get(key: string, done: Callback<Item | undefined>): void;
  put(key: string, value: Item, done: Callback<void>): void;
  del(key: string, done: Callback<void>): void;
  lock(key: string, work: (release: (done: Callback<void>) => Callback<void>) => void): void;
}

export type Write = { type: "put"; key: string; value: unknown } | { type: "del"; key: string };

export interface Store {
  options: { maxItemSize: number };
  db: Disk & { get(key: string): Promise<unknown> };
  tableDb: { awsRegion: string; awsAccountId: string };
  getTable(name: string, checkStatus: boolean | Callback<Table>, done?: Callback<Table>): void;
  getItemDb(table: string): SubStore;
  getIndexDb(kind: string, table: string, index: string): SubStore;
}

type Action = (store: Store, data: Parameters, done: Callback<object>) => void;
type Validation = { types: object; custom?: (data: Parameters, store: Store) => string | undefined };

interface Dynalite {
  create(options: object): Store;
  createKey(item: Item, table: Table): string;
  validateKey(key: Item, table: Table): unknown;
  validateItem(item: Item, table: Table): unknown;
  checkConditional(data: Parameters, existing: Item | undefined): unknown;
  itemSize(item: Item): number;
  capacityUnits(item: Item | undefined, isRead: boolean, isConsistent: boolean): number;
}

interface Validations {
  checkTypes(input: object, types: object): Parameters;
  checkValidations(data: Parameters, types: object, custom: Validation["custom"], store: Store): void;
}

export const dynalite: Dynalite = load("dynalite/db");
const validations: Validations = load("dynalite/validations");

/** Dynalite has a module of either kind per operation. */
function modules<Module>(folder: "actions" | "validations"): (operation: string) => Module {
  const loaded = new Map<string, Module>();
  return (operation) => {
    const module =
      loaded.get(operation) ?? load(`dynalite/${folder}/${operation.charAt(0).toLowerCase()}${operation.slice(1)}`);
    loaded.set(operation, module);
    return module;
  };
}

const actionOf = modules<Action>("actions");
const validationOf = modules<Validation>("validations");

/** Checks and parses a request as DynamoDB does; unknown members are dropped, from `input` too. */
export function validated(operation: string, input: object, store: Store): Parameters {
  const { types, custom } = validationOf(operation);
  return refusing(() => {
    const data = validations.checkTypes(input, types);
    validations.checkValidations(data, types, custom, store);
    return data;
  });
}

/** Runs one of dynalite's actions on a store. */
export function act(operation: string, store: Store, data: Parameters): Promise<object> {
  return new Promise((resolve, reject) => {
    actionOf(operation)(store, data, (error, result) => (error ? reject(refusal(error)) : resolve(result ?? {})));
  });
}

function raise(error: unknown): void {
  if (error !== undefined && error !== null) throw refusal(error);
}

/** Names the item that an operation writes; refuses a key that does not fit the table. */
export function lockKey(table: Table, { Item, Key }: Parameters): string {
  raise(Item ? dynalite.validateItem(Item, table) : dynalite.validateKey(Key ?? {}, table));
  return `${table.TableName}/${dynalite.createKey(Item ?? Key ?? {}, table)}`;
}

function refusing<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw refusal(error);
  }
}

/** Dynalite's errors as ours. */
export function refusal(error: unknown): unknown {
  if (!(error instanceof Error && "body" in error)) return error;
  const { __type, message, Message } = error.body as { __type: string; message?: string; Message?: string };
  return new AwsError(__type, message ?? Message ?? "");
}
