import { join } from "node:path";
import { AwsError } from "./aws-error.ts";
import { act, dynalite, type Item, lockKey, type Parameters, type Store, validated } from "./dynalite.ts";
import { transactions } from "./dynamodb-transactions.ts";
import { accountId, dispatcher, type Engine, type EngineOptions, type Operations } from "./engine.ts";
import { keyLocks } from "./key-locks.ts";
import { memoryDb } from "./memory-db.ts";
import { indexUnits, stagedStore } from "./staged-store.ts";
import { openTables } from "./tables.ts";
import { timeToLive } from "./time-to-live.ts";

export interface DynamodbEngine extends Engine {
  /** Resolves when the tables can be used; rejects when another process has the folder open. */
  open(): Promise<void>;
  /** Deletes what has expired, now; it also happens once a minute. */
  sweepExpired(): Promise<void>;
}

type WriteInput = { ReturnValuesOnConditionCheckFailure?: string; ReturnConsumedCapacity?: string };
type BatchWriteInput = {
  RequestItems: Record<string, { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]>;
};

const sweepIntervalMs = 60_000;

/**
 * DynamoDB on dynalite, with what it lacks: ALL_OLD of a failed condition, transactions and TTL. Every write goes through
 * a staged store under its keys' locks and is committed as one batch, so item and indexes change together or not at all.
 */
export function dynamodbEngine({ region, now, dataDir }: EngineOptions): DynamodbEngine {
  const disk = dataDir === undefined ? undefined : dynalite.create({ path: join(dataDir, "dynamodb") }).db;
  const store = dynalite.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  Object.assign(store.db, memoryDb(disk));
  Object.assign(store.tableDb, { awsRegion: region, awsAccountId: accountId });

  const locked = keyLocks();
  const tables = openTables(store);
  const data: Store = { ...store, getTable: tables.getTable };

  async function write(operation: string, { ReturnValuesOnConditionCheckFailure: onFailure, ...input }: WriteInput) {
    const parameters = validated(operation, input, store);
    const table = await tables.find(parameters.TableName);
    return locked([lockKey(table, parameters)], async () => {
      const staged = stagedStore(data);
      const result = await act(operation, staged.store, parameters).catch((error: unknown) => {
        throw onFailure === "ALL_OLD" ? withItem(error, staged.existing()) : error;
      });
      return commit(staged, result, input);
    });
  }

  async function commit(
    staged: ReturnType<typeof stagedStore>,
    result: object,
    { ReturnConsumedCapacity }: WriteInput,
  ) {
    const writes = staged.writes();
    const counts = ReturnConsumedCapacity === "TOTAL" || ReturnConsumedCapacity === "INDEXES";
    const units = counts ? await indexUnits(store, writes) : 0;
    await store.db.batch(writes);
    return units === 0 ? result : addUnits(result, units);
  }

  async function batchWrite(input: BatchWriteInput) {
    const parameters = validated("BatchWriteItem", input, store) as Parameters & BatchWriteInput;
    const keys: string[] = [];
    for (const [name, requests] of Object.entries(parameters.RequestItems)) {
      const table = await tables.find(name);
      for (const { PutRequest, DeleteRequest } of requests) {
        keys.push(lockKey(table, { TableName: name, ...PutRequest, ...DeleteRequest }));
      }
    }
    return locked(keys, async () => {
      const staged = stagedStore(data);
      return commit(staged, await act("BatchWriteItem", staged.store, parameters), {});
    });
  }

  const read = (operation: string) => (input: object) => act(operation, data, validated(operation, input, store));
  const manage = (operation: string) => (input: object) => act(operation, store, validated(operation, input, store));
  const ttl = timeToLive({ store, tables, now, read, write });

  const operations: Operations = {
    PutItem: (input) => write("PutItem", input),
    UpdateItem: (input) => write("UpdateItem", input),
    DeleteItem: (input) => write("DeleteItem", input),
    BatchWriteItem: batchWrite,
    GetItem: read("GetItem"),
    BatchGetItem: read("BatchGetItem"),
    Query: read("Query"),
    Scan: read("Scan"),
    DescribeTable: manage("DescribeTable"),
    ListTables: manage("ListTables"),
    TagResource: manage("TagResource"),
    UntagResource: manage("UntagResource"),
    ListTagsOfResource: manage("ListTagsOfResource"),
    ...tables.operations,
    ...ttl.operations,
    ...transactions({ store: data, tables, locked, now }),
  };

  const timer = setInterval(
    () => ttl.sweep().catch((error) => console.error("TTL sweep failed:", error)),
    sweepIntervalMs,
  ).unref();
  return {
    call: dispatcher("DynamoDB", operations),
    open: () => store.db.open(),
    sweepExpired: ttl.sweep,
    async close() {
      clearInterval(timer);
      await ttl.idle();
      await store.db.close();
    },
  };
}

function withItem(error: unknown, item: Item | undefined): unknown {
  if (!(error instanceof AwsError && error.type.endsWith("#ConditionalCheckFailedException"))) return error;
  return new AwsError(error.type, error.message, { fields: item ? { Item: item } : {} });
}

/** Dynalite counts the table only; writes to indexes cost too. */
function addUnits(result: object, units: number): object {
  const { ConsumedCapacity: capacity } = result as { ConsumedCapacity?: { CapacityUnits: number } };
  return capacity
    ? { ...result, ConsumedCapacity: { ...capacity, CapacityUnits: capacity.CapacityUnits + units } }
    : result;
}
