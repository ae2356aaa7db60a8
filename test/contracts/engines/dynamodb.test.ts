import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { engineUnderTest, eventually, fresh } from "./engine-under-test.ts";

const engine = engineUnderTest();
const TableName = fresh("items");
let client: DynamoDBClient;
let db: DynamoDBDocumentClient;

type TransactItems = NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]["TransactItems"]>;

beforeAll(async () => {
  client = new DynamoDBClient(engine.config());
  db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
        { AttributeName: "waiting", AttributeType: "S" },
        { AttributeName: "sweepAt", AttributeType: "N" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "waiting",
          KeySchema: [
            { AttributeName: "waiting", KeyType: "HASH" },
            { AttributeName: "sweepAt", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
});

const key = (pk = fresh("pk"), sk = "a") => ({ pk, sk });
const put = (Item: Record<string, unknown>, more: Partial<PutCommandInput> = {}) =>
  db.send(new PutCommand({ TableName, Item, ...more }));
const get = async (Key: object) => (await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
const write = (TransactItems: TransactItems, ClientRequestToken?: string) =>
  db.send(new TransactWriteCommand({ TransactItems, ClientRequestToken }));

const ifAbsent = { ConditionExpression: "attribute_not_exists(pk)" };
const withItem = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;

describe("a failed condition", () => {
  it("of a put tells the item that was in the way", async () => {
    const taken = { ...key(), owner: "first", tags: new Set(["x"]), nested: { n: 1 } };
    await put(taken);
    const again = put({ ...taken, owner: "second" }, { ...ifAbsent, ...withItem });
    await expect(again).rejects.toMatchObject({
      name: "ConditionalCheckFailedException",
      Item: { owner: { S: "first" } },
    });
    expect(await get(key(taken.pk))).toEqual(taken);
  });

  it("of an update tells the item", async () => {
    const Key = key();
    await put({ ...Key, tat: 10 });
    const update = new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: "SET tat = tat + :step",
      ConditionExpression: "tat < :limit",
      ExpressionAttributeValues: { ":step": 5, ":limit": 10 },
      ...withItem,
    });
    await expect(db.send(update)).rejects.toMatchObject({ Item: { tat: { N: "10" } } });
  });

  it("of a delete tells the item", async () => {
    const Key = key();
    await put({ ...Key, owner: "me" });
    const remove = new DeleteCommand({
      TableName,
      Key,
      ConditionExpression: "#owner = :you",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":you": "you" },
      ...withItem,
    });
    await expect(db.send(remove)).rejects.toMatchObject({ Item: { owner: { S: "me" } } });
    expect(await get(Key)).toBeDefined();
  });

  it("tells no item unless asked, and none when there is none", async () => {
    const Key = key();
    const absent = await put(Key, { ConditionExpression: "attribute_exists(pk)", ...withItem }).catch((error) => error);
    expect(absent).toMatchObject({ name: "ConditionalCheckFailedException" });
    expect(absent.Item).toBeUndefined();
    await put(Key);
    const silent = await put(Key, ifAbsent).catch((error) => error);
    expect(silent.Item).toBeUndefined();
  });
});

describe("races", () => {
  it("let one of fifty conditional puts through, and the losers see the winner", async () => {
    const Key = key();
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, by) => put({ ...Key, by }, { ...ifAbsent, ...withItem })),
    );
    const winners = tries.flatMap(({ status }, by) => (status === "fulfilled" ? [by] : []));
    expect(winners).toHaveLength(1);
    const seen = tries.flatMap((one) => (one.status === "rejected" ? [one.reason.Item?.by?.N] : []));
    expect(new Set(seen)).toEqual(new Set([String(winners[0])]));
  });

  it("lose no update, and each loser sees the very item that failed it", async () => {
    const Key = key();
    await put({ ...Key, n: 0 });
    const step = (limit: number) =>
      db.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: "ADD n :one",
          ConditionExpression: "n < :limit",
          ExpressionAttributeValues: { ":one": 1, ":limit": limit },
          ...withItem,
        }),
      );
    const limits = Array.from({ length: 50 }, (_, index) => (index % 25) + 1);
    const tries = await Promise.allSettled(limits.map(step));
    const done = tries.filter(({ status }) => status === "fulfilled").length;
    expect((await get(Key))?.["n"]).toBe(done);
    tries.forEach((one, index) => {
      if (one.status === "rejected") expect(Number(one.reason.Item.n.N)).toBeGreaterThanOrEqual(limits[index] ?? 0);
    });
  });

  it("keep a condition of fifty transactions on one item", async () => {
    const Key = key();
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, by) =>
        write([
          { Put: { TableName, Item: { ...Key, by }, ...ifAbsent } },
          { Put: { TableName, Item: { ...key(), by } } },
        ]),
      ),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("update expressions", () => {
  it("set, add, remove and delete in one go, and answer with the new item", async () => {
    const Key = key();
    await put({ ...Key, list: [1], set: new Set(["a", "b"]), gone: true, nested: { kept: 1, changed: 1 } });
    const { Attributes } = await db.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression:
          "SET #list = list_append(#list, :more), #n.changed = :two, made = if_not_exists(made, :two) ADD cnt :two REMOVE gone DELETE #set :a",
        ExpressionAttributeNames: { "#list": "list", "#set": "set", "#n": "nested" },
        ExpressionAttributeValues: { ":more": [2], ":two": 2, ":a": new Set(["a"]) },
        ReturnValues: "ALL_NEW",
      }),
    );
    const changed = { list: [1, 2], set: new Set(["b"]), nested: { kept: 1, changed: 2 }, made: 2, cnt: 2 };
    expect(Attributes).toEqual({ ...Key, ...changed });
    expect(await get(Key)).toEqual({ ...Key, ...changed });
  });

  it("are refused when they are wrong, and then change nothing", async () => {
    const Key = key();
    await put({ ...Key, text: "x" });
    const wrong = new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: "SET text2 = :v ADD #t :one",
      ExpressionAttributeNames: { "#t": "text" },
      ExpressionAttributeValues: { ":v": 1, ":one": 1 },
    });
    await expect(db.send(wrong)).rejects.toMatchObject({ name: "ValidationException" });
    expect(await get(Key)).toEqual({ ...Key, text: "x" });
  });

  it("answer with the old values when asked", async () => {
    const Key = key();
    await put({ ...Key, tat: 1, other: 1 });
    const { Attributes } = await db.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: "SET tat = :two",
        ExpressionAttributeValues: { ":two": 2 },
        ReturnValues: "UPDATED_OLD",
      }),
    );
    expect(Attributes).toEqual({ tat: 1 });
  });
});

describe("a transaction", () => {
  it("writes all of put, update and delete, when its checks hold", async () => {
    const [a, b, c, d] = [key(), key(), key(), key()];
    await Promise.all([put({ ...b, n: 1 }), put(c), put({ ...d, ok: true })]);
    await write([
      { Put: { TableName, Item: { ...a, made: true }, ...ifAbsent } },
      { Update: { TableName, Key: b, UpdateExpression: "ADD n :one", ExpressionAttributeValues: { ":one": 1 } } },
      { Delete: { TableName, Key: c } },
      {
        ConditionCheck: {
          TableName,
          Key: d,
          ConditionExpression: "ok = :t",
          ExpressionAttributeValues: { ":t": true },
        },
      },
    ]);
    expect(await Promise.all([a, b, c, d].map(get))).toEqual([
      { ...a, made: true },
      { ...b, n: 2 },
      undefined,
      { ...d, ok: true },
    ]);
  });

  it("writes nothing when one condition fails, and says which, with the item if asked", async () => {
    const [a, b, c] = [key(), key(), key()];
    await Promise.all([put({ ...b, owner: "b" }), put({ ...c, owner: "c" })]);
    const failed = write([
      { Put: { TableName, Item: a, ...ifAbsent } },
      { Put: { TableName, Item: b, ...ifAbsent, ...withItem } },
      { ConditionCheck: { TableName, Key: c, ...ifAbsent } },
    ]);
    const error = await failed.catch((caught) => caught);
    expect(error.name).toBe("TransactionCanceledException");
    expect(error.CancellationReasons).toMatchObject([
      { Code: "None" },
      { Code: "ConditionalCheckFailed", Item: { owner: { S: "b" } } },
      { Code: "ConditionalCheckFailed" },
    ]);
    expect(error.CancellationReasons[2].Item).toBeUndefined();
    expect(await get(a)).toBeUndefined();
  });

  it("leaves nothing behind, in indexes either, when a later operation is wrong only on execution", async () => {
    const [a, b] = [key(), key()];
    const waiting = fresh("waiting");
    await put({ ...b, text: "x" });
    const addToText = {
      UpdateExpression: "ADD #t :one",
      ExpressionAttributeNames: { "#t": "text" },
      ExpressionAttributeValues: { ":one": 1 },
    };
    const failed = write([
      { Put: { TableName, Item: { ...a, waiting, sweepAt: 1 } } },
      { Update: { TableName, Key: b, ...addToText } },
    ]);
    await expect(failed).rejects.toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [{ Code: "None" }, { Code: "ValidationError" }],
    });
    expect(await get(a)).toBeUndefined();
    expect(await queryWaiting(waiting)).toEqual([]);
  });

  it("refuses the same item twice, nothing at all, and more than a hundred items", async () => {
    const Item = key();
    const twice = [{ Put: { TableName, Item } }, { Delete: { TableName, Key: Item } }];
    const many = Array.from({ length: 101 }, () => ({ Put: { TableName, Item: key() } }));
    for (const items of [twice, [], many]) {
      await expect(write(items)).rejects.toMatchObject({ name: "ValidationException" });
    }
    await write(many.slice(1));
  });

  it("happens once per token, and the token is bound to its request", async () => {
    const Key = key();
    const token = fresh("token");
    const add = (n: number): TransactItems => [
      { Update: { TableName, Key, UpdateExpression: "ADD n :n", ExpressionAttributeValues: { ":n": n } } },
    ];
    await write(add(1), token);
    await write(add(1), token);
    expect(await get(Key)).toMatchObject({ n: 1 });
    await expect(write(add(2), token)).rejects.toMatchObject({ name: "IdempotentParameterMismatchException" });
  });

  it("does not bind a token that failed", async () => {
    const Key = key();
    const token = fresh("token");
    const claim: TransactItems = [{ Put: { TableName, Item: Key, ...ifAbsent } }];
    await put(Key);
    await expect(write(claim, token)).rejects.toMatchObject({ name: "TransactionCanceledException" });
    await db.send(new DeleteCommand({ TableName, Key }));
    await write(claim, token);
    expect(await get(Key)).toEqual(Key);
  });

  it("reads several items at once", async () => {
    const [a, b] = [key(), key()];
    await put({ ...a, n: 1 });
    const { Responses } = await db.send(
      new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key: a } }, { Get: { TableName, Key: b } }] }),
    );
    expect(Responses?.map(({ Item }) => Item)).toEqual([{ ...a, n: 1 }, undefined]);
  });

  it("is never seen half done", async () => {
    const [a, b] = [key(), key()];
    const both = (n: number) => write([a, b].map((Key) => ({ Put: { TableName, Item: { ...Key, n } } })));
    await both(0);
    const writing = (async () => {
      for (let n = 1; n <= 20; n++) await both(n);
    })();
    const reads = [a, b].map((Key) => ({ Get: { TableName, Key } }));
    for (let round = 0; round < 20; round++) {
      const { Responses = [] } = await db.send(new TransactGetCommand({ TransactItems: reads })).catch(ifConflict);
      expect(Responses[0]?.Item?.["n"]).toBe(Responses[1]?.Item?.["n"]);
    }
    await writing;
  });

  it("costs twice the write units, indexes included", async () => {
    const { ConsumedCapacity } = await db.send(
      new TransactWriteCommand({
        TransactItems: [{ Put: { TableName, Item: { ...key(), waiting: fresh("w"), sweepAt: 1 } } }],
        ReturnConsumedCapacity: "TOTAL",
      }),
    );
    expect(ConsumedCapacity).toMatchObject([{ TableName, CapacityUnits: 4 }]);
  });
});

/** AWS may refuse a read that meets a write; the caller tries again. */
function ifConflict(error: Error): { Responses?: undefined } {
  if (error.name === "TransactionCanceledException") return {};
  throw error;
}

async function queryWaiting(waiting: string, more: object = {}) {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName,
      IndexName: "waiting",
      KeyConditionExpression: "waiting = :w",
      ExpressionAttributeValues: { ":w": waiting },
      ...more,
    }),
  );
  return Items.map(({ pk }) => pk);
}

describe("a sparse index", () => {
  it("holds only items that have its keys, in order of the range key, and lets go of them", async () => {
    const waiting = fresh("gstin");
    const [late, early, absent] = [key(), key(), key()];
    await put({ ...late, waiting, sweepAt: 200 });
    await put({ ...early, waiting, sweepAt: 30 });
    await put({ ...absent, waiting });
    const inOrder = [early.pk, late.pk];
    expect(
      await eventually(
        () => queryWaiting(waiting),
        (pks) => pks.length === 2,
      ),
    ).toEqual(inOrder);

    const finish = { UpdateExpression: "REMOVE sweepAt", TableName, Key: early };
    await db.send(new UpdateCommand(finish));
    expect(
      await eventually(
        () => queryWaiting(waiting),
        (pks) => pks.length === 1,
      ),
    ).toEqual([late.pk]);
  });

  it("cannot be read consistently", async () => {
    await expect(queryWaiting("x", { ConsistentRead: true })).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("queries", () => {
  it("page through a partition in order of the sort key, either way", async () => {
    const pk = fresh("pk");
    const sks = ["a", "b", "c", "d", "e"];
    await db.send(
      new BatchWriteCommand({ RequestItems: { [TableName]: sks.map((sk) => ({ PutRequest: { Item: { pk, sk } } })) } }),
    );
    const page = (more: object) =>
      db.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: { ":pk": pk, ":from": "b", ":to": "d" },
          ConsistentRead: true,
          ...more,
        }),
      );
    const first = await page({ Limit: 2 });
    const rest = await page({ ExclusiveStartKey: first.LastEvaluatedKey });
    expect([...(first.Items ?? []), ...(rest.Items ?? [])].map(({ sk }) => sk)).toEqual(["b", "c", "d"]);
    const back = await page({ ScanIndexForward: false });
    expect(back.Items?.map(({ sk }) => sk)).toEqual(["d", "c", "b"]);
  });

  it("see at once what was written, when consistent", async () => {
    const Key = key();
    for (let n = 0; n < 20; n++) {
      await put({ ...Key, n });
      expect(await get(Key)).toMatchObject({ n });
    }
  });

  it("scan with a filter", async () => {
    const mark = fresh("mark");
    await Promise.all([put({ ...key(), mark }), put(key())]);
    const scan = new ScanCommand({
      TableName,
      FilterExpression: "mark = :m",
      ExpressionAttributeValues: { ":m": mark },
    });
    expect((await db.send(scan)).Count).toBe(1);
  });
});

describe("table settings", () => {
  it("keep point-in-time recovery", async () => {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    const update = new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification });
    const { ContinuousBackupsDescription: backups } = await client.send(update);
    expect(backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe("ENABLED");
  });

  it("keep a time to live, and expired items go in time", async () => {
    const TimeToLiveSpecification = { AttributeName: "expiresAt", Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: "expiresAt" });
    if (!engine.isLocal) return; // Elsewhere it may take days.

    const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
    const [short, long, text, ancient] = [key(), key(), key(), key()];
    await put({ ...short, expiresAt: inSeconds(60) });
    await put({ ...long, expiresAt: inSeconds(600) });
    await put({ ...text, expiresAt: String(inSeconds(60)) });
    await put({ ...ancient, expiresAt: 12 });
    await engine.sweepExpired();
    expect(await get(short)).toBeDefined();
    engine.pass(61_000);
    await engine.sweepExpired();
    const left = await Promise.all([short, long, text, ancient].map(get));
    expect(left.map((item) => item !== undefined)).toEqual([false, true, true, true]);
  });
});

describe("refusals", () => {
  it("name what is not there", async () => {
    const missing = new GetCommand({ TableName: fresh("missing"), Key: key() });
    await expect(db.send(missing)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("cover keys that do not fit and items that are too big", async () => {
    const half = new PutCommand({ TableName, Item: { pk: "x" } });
    await expect(db.send(half)).rejects.toMatchObject({ name: "ValidationException" });
    await expect(put({ ...key(), body: "x".repeat(400 * 1024) })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});
