import { createHash } from "node:crypto";
import { AwsError, validationError } from "./aws-error.ts";
import {
  act,
  dynalite,
  type Item,
  lockKey,
  type Parameters,
  type Store,
  type Table,
  validated,
  type Write,
} from "./dynalite.ts";
import type { Operations } from "./engine.ts";
import type { KeyLocks } from "./key-locks.ts";
import { indexUnits, stagedStore } from "./staged-store.ts";
import type { Tables } from "./tables.ts";

type TransactWriteInput = {
  TransactItems: Record<string, { ReturnValuesOnConditionCheckFailure?: string; TableName: string }>[];
  ClientRequestToken?: string;
  ReturnConsumedCapacity?: string;
};
type TransactGetInput = { TransactItems: { Get: object }[] };

type Operation = { kind: string; parameters: Parameters; table: Table; key: string; returnsItem: boolean };
type Reason = { Code: string; Message?: string; Item?: Item | undefined };
type Outcome = { reason: Reason; writes: Write[]; units: number };

type TransactionDeps = { store: Store; tables: Tables; locked: KeyLocks; now: () => number };

const tokenLifeMs = 10 * 60 * 1000;
const sizeLimit = 4 * 1024 * 1024;
/** A condition check reads its item as a delete does, and then leaves it alone. */
const actionOf: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "DeleteItem",
};

const dynamodbError = (name: string, message: string, fields = {}) =>
  new AwsError(`com.amazonaws.dynamodb.v20120810#${name}`, message, { fields });

/** Transactions: they wait for each other's items instead of failing with TransactionConflict, which callers must expect all the same. */
export function transactions({ store, tables, locked, now }: TransactionDeps): Operations {
  const once = oncePerToken(now);

  async function parse(entry: TransactWriteInput["TransactItems"][number]): Promise<Operation> {
    const [[kind, given] = ["", undefined], ...others] = Object.entries(entry);
    const action = actionOf[kind];
    if (!given || !action || others.length > 0) {
      throw validationError("TransactItems can only contain one of Check, Put, Update or Delete");
    }
    const { ReturnValuesOnConditionCheckFailure: onFailure, ...input } = given;
    const parameters = validated(action, { ...input, ReturnConsumedCapacity: "TOTAL" }, store);
    if (kind === "ConditionCheck" && !parameters["ConditionExpression"])
      throw validationError("ConditionExpression is required");
    const table = await tables.find(parameters.TableName);
    return { kind, parameters, table, key: lockKey(table, parameters), returnsItem: onFailure === "ALL_OLD" };
  }

  async function tryOut({ kind, parameters, returnsItem }: Operation): Promise<Outcome> {
    const staged = stagedStore(store);
    try {
      const result = await act(actionOf[kind] ?? "", staged.store, parameters);
      const writes = kind === "ConditionCheck" ? [] : staged.writes();
      return { reason: { Code: "None" }, writes, units: unitsOf(result) + (await indexUnits(store, writes)) };
    } catch (error) {
      return { reason: reasonOf(error, returnsItem ? staged.existing() : undefined), writes: [], units: 0 };
    }
  }

  async function write(operations: Operation[]): Promise<Outcome[]> {
    const outcomes = await Promise.all(operations.map(tryOut));
    const reasons = outcomes.map(({ reason }) => reason);
    const writes = outcomes.flatMap((outcome) => outcome.writes);
    if (reasons.some(({ Code }) => Code !== "None")) throw canceled(reasons);
    if (writtenSize(writes) > sizeLimit) throw validationError("Transaction size exceeds 4 MB");
    await store.db.batch(writes);
    return outcomes;
  }

  return {
    async TransactWriteItems({ ClientRequestToken, ReturnConsumedCapacity, TransactItems }: TransactWriteInput) {
      checkCount(TransactItems);
      const units = await once(ClientRequestToken, JSON.stringify(TransactItems), async () => {
        const operations = await Promise.all(TransactItems.map(parse));
        const keys = operations.map(({ key }) => key);
        if (new Set(keys).size < keys.length) throw sameItemTwice();
        return capacity(operations, await locked(keys, () => write(operations)));
      });
      return ReturnConsumedCapacity === "TOTAL" || ReturnConsumedCapacity === "INDEXES"
        ? { ConsumedCapacity: units }
        : {};
    },

    async TransactGetItems({ TransactItems }: TransactGetInput) {
      checkCount(TransactItems);
      const gets = TransactItems.map(({ Get }) => validated("GetItem", Get ?? {}, store));
      const keys = await Promise.all(gets.map(async (get) => lockKey(await tables.find(get.TableName), get)));
      if (new Set(keys).size < keys.length) throw sameItemTwice();
      return { Responses: await locked(keys, () => Promise.all(gets.map((get) => act("GetItem", store, get)))) };
    },
  };
}

/** Answers a repeated token with the first call's result; a call that failed leaves no trace. */
function oncePerToken(now: () => number) {
  const calls = new Map<string, { fingerprint: string; at: number; result?: object }>();

  return async (token: string | undefined, request: string, run: () => Promise<object>): Promise<object> => {
    if (token === undefined) return run();
    for (const [key, { at }] of calls) if (at + tokenLifeMs <= now()) calls.delete(key);

    const fingerprint = createHash("sha256").update(request).digest("base64");
    const earlier = calls.get(token);
    if (earlier && earlier.fingerprint !== fingerprint) {
      throw dynamodbError(
        "IdempotentParameterMismatchException",
        "The client request token was used with other parameters",
      );
    }
    if (earlier?.result) return earlier.result;
    if (earlier)
      throw dynamodbError(
        "TransactionInProgressException",
        "The transaction with the given request token is already in progress",
      );

    const call: { fingerprint: string; at: number; result?: object } = { fingerprint, at: now() };
    calls.set(token, call);
    try {
      call.result = await run();
      return call.result;
    } catch (error) {
      calls.delete(token);
      throw error;
    }
  };
}

function checkCount(items: unknown[] | undefined): void {
  const count = items?.length ?? 0;
  if (count >= 1 && count <= 100) return;
  const rule = count === 0 ? "greater than or equal to 1" : "less than or equal to 100";
  throw validationError(
    `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${rule}`,
  );
}

const sameItemTwice = () => validationError("Transaction request cannot include multiple operations on one item");

function reasonOf(error: unknown, item: Item | undefined): Reason {
  if (!(error instanceof AwsError)) throw error;
  const name = error.type.split("#").at(-1);
  if (name === "ConditionalCheckFailedException") {
    return { Code: "ConditionalCheckFailed", Message: error.message, ...(item ? { Item: item } : {}) };
  }
  if (name === "ValidationException") return { Code: "ValidationError", Message: error.message };
  throw error;
}

function canceled(reasons: Reason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(", ");
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return dynamodbError("TransactionCanceledException", message, { CancellationReasons: reasons });
}

function writtenSize(writes: Write[]): number {
  return writes.reduce((sum, write) => {
    const isItem = write.type === "put" && write.key.startsWith("item-");
    return isItem ? sum + dynalite.itemSize(write.value as Item) : sum;
  }, 0);
}

const unitsOf = (result: object) =>
  (result as { ConsumedCapacity?: { CapacityUnits: number } }).ConsumedCapacity?.CapacityUnits ?? 0;

/** A transactional write costs twice the units of a plain one. */
function capacity(operations: Operation[], outcomes: Outcome[]): object[] {
  const units = new Map<string, number>();
  operations.forEach(({ table: { TableName } }, index) => {
    units.set(TableName, (units.get(TableName) ?? 0) + 2 * (outcomes[index]?.units ?? 0));
  });
  return Array.from(units, ([TableName, CapacityUnits]) => ({
    TableName,
    CapacityUnits,
    WriteCapacityUnits: CapacityUnits,
  }));
}
