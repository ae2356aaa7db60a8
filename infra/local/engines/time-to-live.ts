import type { UpdateContinuousBackupsInput, UpdateTimeToLiveInput } from "@aws-sdk/client-dynamodb";
import { AwsError, validationError } from "./aws-error.ts";
import type { Item, Parameters, Store, Table } from "./dynalite.ts";
import type { Operations } from "./engine.ts";
import type { Tables } from "./tables.ts";

type TableSettings = { ttlAttribute?: string | undefined; pointInTimeRecovery?: boolean };

type TimeToLiveDeps = {
  store: Store;
  tables: Tables;
  now: () => number;
  read: (operation: string) => (input: object) => Promise<object>;
  write: (operation: string, input: object) => Promise<object>;
};

/** DynamoDB leaves items alone that expired more than five years ago: such a number is hardly meant as a time. */
const oldestSeconds = 5 * 365 * 24 * 3600;

/** What dynalite does not know about tables: time to live, which is carried out, and point-in-time recovery, which is only noted. */
export function timeToLive({ store, tables, now, read, write }: TimeToLiveDeps) {
  let sweeping: Promise<void> = Promise.resolve();

  // Dynalite's own keys begin with table~, item- or index-.
  const settingsKey = ({ TableId }: Table & { TableId?: string }) => `settings~${TableId}`;
  const settingsOf = async (table: Table) => ((await store.db.get(settingsKey(table))) ?? {}) as TableSettings;
  const keep = (table: Table, settings: TableSettings) =>
    store.db.batch([{ type: "put", key: settingsKey(table), value: settings }]);

  /** The condition repeats the test, since the item may have been given more time since it was read. */
  async function expire({ TableName, KeySchema }: Table, attribute: string, item: Item, atSeconds: number) {
    const Key = Object.fromEntries(KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
    const condition = {
      ConditionExpression: "#ttl <= :now",
      ExpressionAttributeNames: { "#ttl": attribute },
      ExpressionAttributeValues: { ":now": { N: String(atSeconds) } },
    };
    await write("DeleteItem", { TableName, Key, ...condition }).catch((error: unknown) => {
      if (!(error instanceof AwsError && error.type.endsWith("#ConditionalCheckFailedException"))) throw error;
    });
  }

  async function sweepTable(table: Table) {
    const { ttlAttribute } = await settingsOf(table);
    if (ttlAttribute === undefined) return;
    const atSeconds = Math.floor(now() / 1000);
    let ExclusiveStartKey: Item | undefined;
    do {
      const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await read("Scan")({
        TableName: table.TableName,
        ExclusiveStartKey,
      });
      for (const item of page.Items ?? []) {
        const seconds = Number(item[ttlAttribute]?.["N"] ?? Number.NaN);
        if (seconds <= atSeconds && seconds > atSeconds - oldestSeconds)
          await expire(table, ttlAttribute, item, atSeconds);
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  async function sweepAll() {
    const { TableNames = [] }: { TableNames?: string[] } = await read("ListTables")({});
    for (const name of TableNames) await sweepTable(await tables.find(name));
  }

  const operations: Operations = {
    async UpdateTimeToLive({ TableName = "", TimeToLiveSpecification }: UpdateTimeToLiveInput) {
      const { AttributeName, Enabled } = TimeToLiveSpecification ?? {};
      if (!AttributeName) throw validationError("TimeToLiveSpecification.AttributeName is required");
      const table = await tables.find(TableName);
      const settings = await settingsOf(table);
      if ((settings.ttlAttribute !== undefined) === Enabled) {
        throw validationError(`TimeToLive is already ${Enabled ? "enabled" : "disabled"}`);
      }
      await keep(table, { ...settings, ttlAttribute: Enabled ? AttributeName : undefined });
      return { TimeToLiveSpecification };
    },

    async DescribeTimeToLive({ TableName }: Parameters) {
      const { ttlAttribute } = await settingsOf(await tables.find(TableName));
      return {
        TimeToLiveDescription:
          ttlAttribute === undefined
            ? { TimeToLiveStatus: "DISABLED" }
            : { TimeToLiveStatus: "ENABLED", AttributeName: ttlAttribute },
      };
    },

    async UpdateContinuousBackups({ TableName = "", PointInTimeRecoverySpecification }: UpdateContinuousBackupsInput) {
      const table = await tables.find(TableName);
      const pointInTimeRecovery = PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true;
      await keep(table, { ...(await settingsOf(table)), pointInTimeRecovery });
      return describeBackups(pointInTimeRecovery);
    },

    async DescribeContinuousBackups({ TableName }: Parameters) {
      const { pointInTimeRecovery = false } = await settingsOf(await tables.find(TableName));
      return describeBackups(pointInTimeRecovery);
    },
  };

  return {
    operations,
    /** One sweep at a time; a second call waits for its own. */
    sweep(): Promise<void> {
      sweeping = sweeping.then(sweepAll, sweepAll);
      return sweeping;
    },
    idle: () => sweeping.catch(() => {}),
  };
}

function describeBackups(isEnabled: boolean): object {
  const status = isEnabled ? "ENABLED" : "DISABLED";
  const PointInTimeRecoveryDescription = { PointInTimeRecoveryStatus: status };
  return { ContinuousBackupsDescription: { ContinuousBackupsStatus: "ENABLED", PointInTimeRecoveryDescription } };
}
