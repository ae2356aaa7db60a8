import { validationError } from "./aws-error.ts";
import { act, type Parameters, refusal, type Store, type Table, validated } from "./dynalite.ts";
import type { Operations } from "./engine.ts";

export type Tables = ReturnType<typeof openTables>;

/** Table definitions, kept in memory while they do not change: every call needs its table's. */
export function openTables(store: Store) {
  const cache = new Map<string, Table>();

  const getTable: Store["getTable"] = (name, checkStatus, done) => {
    const answer = typeof checkStatus === "function" ? checkStatus : done;
    const known = cache.get(name);
    if (known) return answer?.(null, known);
    // Always its three-argument form: given a function in the middle, dynalite would answer that one.
    store.getTable(name, checkStatus === true, (error: unknown, table?: Table) => {
      if (table && isActive(table)) cache.set(name, table);
      answer?.(error, table);
    });
  };

  /** Runs an operation on a table and waits until it has had its effect, so that no caller meets a table in between. */
  async function change(operation: string, input: object, isDone: (table: Table | undefined) => boolean) {
    const parameters = validated(operation, input, store);
    const result = await act(operation, store, parameters);
    while (!isDone(await stored(parameters))) await new Promise((resolve) => setTimeout(resolve, 1));
    cache.delete(parameters.TableName);
    return result;
  }

  async function stored({ TableName }: Parameters): Promise<Table | undefined> {
    return (await store.db.get(`table~${TableName}`)) as Table | undefined;
  }

  const isSettled = (table: Table | undefined) => table !== undefined && isActive(table);

  const operations: Operations = {
    async CreateTable(input: { StreamSpecification?: { StreamEnabled?: boolean } }) {
      if (input.StreamSpecification?.StreamEnabled) throw validationError("DynamoDB Streams are not emulated locally");
      return change("CreateTable", input, isSettled);
    },
    UpdateTable: (input) => change("UpdateTable", input, isSettled),
    DeleteTable: (input) => change("DeleteTable", input, (table) => table === undefined),
  };

  return {
    getTable,
    operations,
    stored,

    find(name: string): Promise<Table> {
      return new Promise((resolve, reject) => {
        getTable(name, (error, table) => (table ? resolve(table) : reject(refusal(error))));
      });
    },
  };
}

function isActive({ TableStatus, GlobalSecondaryIndexes = [] }: Table): boolean {
  return [TableStatus, ...GlobalSecondaryIndexes.map(({ IndexStatus }) => IndexStatus)].every(
    (status) => status === "ACTIVE",
  );
}
