import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placeOf } from "../../shared/audit/chain.ts";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoAuditChains, dynamoAuditRows } from "../../shared/aws/dynamo-audit-chains.ts";
import { dynamoAuditLog } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoBudget } from "../../shared/aws/dynamo-budget.ts";
import { dynamoCircuits } from "../../shared/aws/dynamo-circuits.ts";
import { dynamoClientStore } from "../../shared/aws/dynamo-client-store.ts";
import { dynamoDeliveryStore } from "../../shared/aws/dynamo-delivery-store.ts";
import { dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoEndpointStore } from "../../shared/aws/dynamo-endpoint-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoGstinList, dynamoIrpUserStore } from "../../shared/aws/dynamo-irp-user-store.ts";
import { dynamoOutcomes } from "../../shared/aws/dynamo-outcomes.ts";
import { dynamoPolicyStore } from "../../shared/aws/dynamo-policy-store.ts";
import { dynamoProfileStore } from "../../shared/aws/dynamo-profile-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { dynamoSessionStore } from "../../shared/aws/dynamo-session-store.ts";
import { dynamoWaitingRoom } from "../../shared/aws/dynamo-waiting-room.ts";
import type { Policies } from "../../shared/budget/policy.ts";
import type { SessionOwner } from "../../shared/irp/session-store.ts";
import { KEY_LIFE_MS } from "../../shared/request/request.ts";
import { AT, aRequest, at, fresh, REGISTERED } from "../fakes/a-request.ts";
import { memoryBlobs } from "../fakes/memory-blobs.ts";
import { memoryVault } from "../fakes/memory-vault.ts";
import { aHead, auditChainsContract, auditRowsContract } from "./audit-chains.contract.ts";
import { aRecord, auditLogContract } from "./audit-log.contract.ts";
import { budgetContract } from "./budget.contract.ts";
import { circuitsContract } from "./circuits.contract.ts";
import { clientStoreContract } from "./client-store.contract.ts";
import { aDelivery, anAttempt, deliveryStoreContract } from "./delivery-store.contract.ts";
import { documentStoreContract } from "./document-store.contract.ts";
import { anEndpoint, endpointStoreContract } from "./endpoint-store.contract.ts";
import { type EngineTables, startEngineTables } from "./engine-tables.ts";
import { eventLogContract } from "./event-log.contract.ts";
import { irpUserStoreContract, listed } from "./irp-user-store.contract.ts";
import { outcomesContract } from "./outcomes.contract.ts";
import { policyStoreContract } from "./policy-store.contract.ts";
import { profileStoreContract } from "./profile-store.contract.ts";
import { requestStoreContract } from "./request-store.contract.ts";
import { aHistory, anOwner, aSession, aTurn, sessionStoreContract } from "./session-store.contract.ts";
import { waitingRoomContract } from "./waiting-room.contract.ts";

let tables: EngineTables;
beforeAll(async () => {
  tables = await startEngineTables();
});
afterAll(() => tables.stop());

const blobs = memoryBlobs();
const requests = () => dynamoRequestStore(tables.db, tables.names.requests, blobs);
const documents = () => dynamoDocumentStore(tables.db, tables.names, blobs);
const events = () => dynamoEventLog(tables.db, tables.names.events);

describe("dynamoRequestStore", () => {
  requestStoreContract(requests);

  it("keeps an outcome as text, because it is replayed byte for byte and a map of DynamoDB has no order", async () => {
    const { rid, owner, key, ...request } = aRequest();
    await requests().claim({ ...request, key, rid, owner }, AT);
    await requests().accept(rid, owner, AT);
    await requests().finish(rid, REGISTERED, AT);

    const Key = { pk: key, sk: "-" };
    const { Item } = await tables.db.send(new GetCommand({ TableName: tables.names.requests, Key }));
    expect(Item?.["outcome"]).toBe(JSON.stringify(REGISTERED));
  });

  describe("its list", () => {
    /** The index as it was, before whatever comes next. */
    async function withStaleIndex(gstin: string) {
      const index = { TableName: tables.names.requests, IndexName: "listed" };
      const found = await tables.db.send(
        new QueryCommand({
          ...index,
          KeyConditionExpression: "listedBy = :g",
          ExpressionAttributeValues: { ":g": gstin },
        }),
      );
      return { found, store: withAnswers((command) => command instanceof QueryCommand && found) };
    }

    function withAnswers(answer: (command: unknown) => unknown) {
      const send = async (command: GetCommand) => answer(command) || tables.db.send(command);
      return dynamoRequestStore({ send } as unknown as DynamoDBDocumentClient, tables.names.requests);
    }

    async function acceptedOf(gstin: string, key = fresh(), now = AT) {
      const request = aRequest({ gstin, key, createdAt: now.toISOString() });
      await requests().claim(request, now);
      await requests().accept(request.rid, request.owner, now);
      return request;
    }

    it("is made of keys alone, so that an outcome is no write to it", async () => {
      const gstin = fresh();
      const { key, rid, createdAt } = await acceptedOf(gstin);
      await requests().finish(rid, REGISTERED, AT);
      expect((await withStaleIndex(gstin)).found.Items).toEqual([{ pk: key, sk: "-", listedBy: gstin, createdAt }]);
    });

    it("believes the table, not the index, which may lag", async () => {
      const gstin = fresh();
      const { key, rid } = await acceptedOf(gstin);
      const { store } = await withStaleIndex(gstin);
      await requests().finish(rid, REGISTERED, AT);
      expect((await store.list(gstin, { limit: 100 })).requests).toMatchObject([{ rid, state: "FINAL" }]);

      const later = at(2 * KEY_LIFE_MS);
      await requests().claim(aRequest({ gstin, key, createdAt: AT.toISOString() }), later);
      expect((await store.list(gstin, { limit: 100 })).requests).toEqual([]);
      await acceptedOf(gstin, key, at(3 * KEY_LIFE_MS));
      expect((await store.list(gstin, { limit: 100 })).requests).toEqual([]);
      expect((await requests().list(gstin, { limit: 100 })).requests).toHaveLength(1);
    });

    it("reads a key once that the index shows in two lives", async () => {
      const gstin = fresh();
      const first = await acceptedOf(gstin);
      const { found: before } = await withStaleIndex(gstin);
      await requests().finish(first.rid, REGISTERED, AT);
      const { rid } = await acceptedOf(gstin, first.key, at(2 * KEY_LIFE_MS));
      const { found } = await withStaleIndex(gstin);
      const Items = [...(found.Items ?? []), ...(before.Items ?? [])];
      expect(Items).toHaveLength(2);
      const store = withAnswers((command) => command instanceof QueryCommand && { Items });
      expect((await store.list(gstin, { limit: 100 })).requests).toMatchObject([{ rid }]);
    });

    it("is not taken for whole when the table did not serve every item", async () => {
      const gstin = fresh();
      await acceptedOf(gstin);
      const unprocessed = { UnprocessedKeys: { [tables.names.requests]: { Keys: [] } } };
      const store = withAnswers((command) => command instanceof BatchGetCommand && unprocessed);
      await expect(store.list(gstin, { limit: 100 })).rejects.toThrow("did not serve every item");
    });
  });
});
describe("dynamoDocumentStore", () => {
  documentStoreContract(() => ({ requests: requests(), documents: documents(), events: events() }));

  /** As they were written before documents could be changed and listed. */
  const reg = { rid: "rid", docFp: "doc-fp", portal: "NIC1", ackNo: "1", ackDt: "2026-08-18T14:30:00+05:30" };
  const subs = [{ rid: "rid", docFp: "doc-fp" }];
  const pending = { op: "register", rid: "rid", portal: "NIC1", at: 1, since: 1, n: 1, subs, looks: 0 };
  const refused = { docFp: "doc-fp", until: 1, errors: [{ code: "2176", message: "m" }] };

  it("keeps document, answer and e-way bill until the retention says, and what is not registered for ever", async () => {
    const until = new Date("2034-01-01T00:00:00+05:30");
    const store = dynamoDocumentStore(tables.db, tables.names, blobs, () => until);
    const [irn, open, ewbNo, hold] = [fresh(), fresh(), fresh(), { worker: "w", until: AT.getTime() + 60_000 }];
    for (const each of [irn, open]) await store.submit(each, fresh(), hold, { ...pending, op: "register" }, AT);
    await store.freezeAnswer(irn, "{}");
    await store.nameBill(ewbNo, irn);
    const about = { docType: "INV", docNo: "A/1", docDate: "2026-08-18", buyerGstin: "URP", total: 1 };
    await store.register(irn, hold, { reg, status: "ACT", about });

    const expiry = async (pk: string) => {
      const { Item } = await tables.db.send(new GetCommand({ TableName: tables.names.documents, Key: { pk } }));
      expect(Item).toBeDefined();
      return Item?.["expiresAt"];
    };
    for (const pk of [`DOC#${irn}`, `RESP#${irn}`, `EWB#${ewbNo}`])
      expect(await expiry(pk)).toBe(until.getTime() / 1000);
    expect(await expiry(`DOC#${open}`)).toBeUndefined();
    expect(await store.answer(irn)).toBe("{}");
  });

  async function writtenBefore(state: Record<string, unknown>) {
    const before = { v: 1, irn: fresh(), ownerGstin: fresh(), seq: 1, ...state };
    const Item = { pk: `DOC#${before.irn}`, ...before };
    await tables.db.send(new PutCommand({ TableName: tables.names.documents, Item }));
    return before;
  }

  it.each([
    { reg, status: "ACT" },
    { reg, status: "CNL", refused },
    { seq: 0, pending },
    { seq: 0, pending: { ...pending, taken: "active", without: ["NIC2"] }, lock: { worker: "w", until: 1 } },
  ])("reads a document of before there were changes and lists: %j", async (state) => {
    const before = await writtenBefore(state);
    expect(await documents().find(before.irn)).toEqual(before);
    expect(await documents().take(before.irn, { worker: "me", until: 2 }, AT)).toMatchObject({
      ...before,
      lock: { worker: "me", until: 2 },
    });
  });

  it("changes a document of before there were changes, and lists none of before there were lists", async () => {
    const before = await writtenBefore({ reg, status: "ACT" });
    const hold = { worker: fresh(), until: at(40_000).getTime() };
    const change = { op: "change", rid: fresh(), at: 1, since: 1, n: 1, looks: 0 } as const;
    expect(await documents().begin(before.irn, hold, change, AT)).toMatchObject({ is: "begun", document: before });
    const after = { ...before, status: "CNL", seq: 2 };
    expect(await documents().change(before.irn, hold, { seq: 2, status: "CNL" })).toEqual(after);
    const page = { from: "2000-01-01", to: "2099-12-31", limit: 100 };
    expect(await documents().list(before.ownerGstin, page)).toEqual({ documents: [] });
  });

  it("lists by keys alone, so that no change of a document is a write to the index", async () => {
    const [gstin, irn, hold] = [fresh(), fresh(), { worker: fresh(), until: 1 }];
    const about = { docType: "INV", docNo: "A/1", docDate: "2026-08-18", buyerGstin: "URP", total: 1 };
    await documents().submit(irn, gstin, hold, { ...pending, op: "register" }, AT);
    await documents().register(irn, hold, { reg, status: "ACT", about });
    await documents().nameBill(fresh(), irn);
    const { Items } = await tables.db.send(
      new QueryCommand({
        ...{ TableName: tables.names.documents, IndexName: "listed" },
        KeyConditionExpression: "listedBy = :g",
        ExpressionAttributeValues: { ":g": gstin },
      }),
    );
    expect(Items).toEqual([{ pk: `DOC#${irn}`, listedBy: gstin, listedAt: `2026-08-18#${irn}` }]);
  });
});
describe("dynamoOutcomes", () => {
  const outcomes = (db = tables.db) => dynamoOutcomes(db, tables.names);
  outcomesContract(() => ({ requests: requests(), documents: documents(), outcomes: outcomes() }));

  it("does not take for open what the table did not serve, and does without an answer that was not served", async () => {
    const { rid, irn, key } = aRequest();
    const serving = (answer: object) => outcomes({ send: async () => answer } as unknown as DynamoDBDocumentClient);
    const unserved = { UnprocessedKeys: { [tables.names.requests]: { Keys: [] } } };
    await expect(serving(unserved).look({ rid, irn })).rejects.toThrow("did not serve");

    const request = { ...aRequest({ key, rid, irn }), v: 1, state: "FINAL", attempt: 1 };
    const finished = { ...request, outcome: JSON.stringify(REGISTERED) };
    const half = {
      Responses: { [tables.names.requests]: [finished] },
      UnprocessedKeys: { [tables.names.documents]: { Keys: [] } },
    };
    expect(await serving(half).look({ rid, irn })).toEqual({ outcome: REGISTERED, answer: undefined });
  });
});
describe("dynamoBudget", () => {
  const budgetOf = (policies: Policies) => dynamoBudget(tables.db, tables.names.upstream, policies);
  budgetContract(budgetOf);

  it("never takes back how far a queue is, also for one who has not seen it", async () => {
    const policies = { of: async () => ({ calls: 60, perSeconds: 60, burst: 20, reserve: 10 }) };
    const gstin = fresh();
    const take = (place: number, ms: number) => budgetOf(policies).take(gstin, "queued", at(ms), place);
    const level = (ms: number) => budgetOf(policies).level(gstin, at(ms));
    expect([await take(5, 0), await take(3, 10_000)]).toEqual(["taken", "taken"]);
    expect(await level(10_000)).toMatchObject({ remaining: 19, line: { admitted: 5 } });
    expect([await take(4, 10_000), await take(6, 10_000)]).toEqual(["taken", "taken"]);
    expect(await level(10_000)).toMatchObject({ remaining: 17, line: { admitted: 6 } });
  });

  it("goes on with numbers of before there were places", async () => {
    const policies = { of: async () => ({ calls: 60, perSeconds: 60, burst: 20, reserve: 10 }) };
    const gstin = fresh();
    const [tat, queueTat] = [at(1_000), at(9_000)].map((time) => time.getTime() * 1_000);
    const Item = { pk: `budget#${gstin}`, v: 1, tat, queueTat, queuedAt: AT.getTime() * 1_000 };
    await tables.db.send(new PutCommand({ TableName: tables.names.upstream, Item }));
    const budget = budgetOf(policies);
    expect(await budget.queue(gstin, AT, 100)).toEqual({ place: 1, startsAt: at(9_000) });
    expect(await budget.take(gstin, "queued", AT, 1)).toBe("taken");
    expect(await budget.level(gstin, AT)).toMatchObject({
      remaining: 18,
      waiting: 0,
      line: { admitted: 1, placed: 1 },
    });
  });
});
describe("dynamoPolicyStore", () => policyStoreContract(() => dynamoPolicyStore(tables.db, tables.names.upstream)));
describe("dynamoWaitingRoom", () =>
  waitingRoomContract((places) => dynamoWaitingRoom(tables.db, tables.names.upstream, places)));
describe("dynamoEventLog", () => {
  eventLogContract(events);

  it("finds and dispatches an event of before there were lists, which is in none", async () => {
    const [gstin, id, timestamp] = [fresh(), fresh(), "2026-08-18T14:30:00+05:30"];
    const event = { v: 1, id, gstin, type: "irn.generated", timestamp, data: {} } as const;
    const dispatch = { dispatchAt: AT.getTime(), dispatchShard: "0" };
    const Item = { pk: gstin, sk: `${timestamp}#${id}`, ...event, ...dispatch };
    await tables.db.send(new PutCommand({ TableName: tables.names.events, Item }));

    expect(await events().find(event)).toEqual(event);
    expect(await events().list(gstin, { since: new Date(0), limit: 100 })).toEqual({ events: [] });
    expect(await events().append({ ...event, data: { other: true } }, AT)).toEqual(event);
    expect((await events().undispatched(AT, 100_000)).filter((each) => each.id === id)).toEqual([event]);
    await events().dispatched(event);
    expect((await events().undispatched(AT, 100_000)).filter((each) => each.id === id)).toEqual([]);
    expect(await events().list(gstin, { since: new Date(0), limit: 100 })).toEqual({ events: [] });
  });

  it("lists by keys alone, so that the dispatch of an event is no write to the index", async () => {
    const [gstin, id, timestamp] = [fresh(), fresh(), "2026-08-18T14:30:00+05:30"];
    await events().append({ v: 1, id, gstin, type: "irn.generated", timestamp, data: {} }, AT);
    expect(await indexed(tables.names.events, "listed", "listedBy", gstin)).toEqual([
      { pk: gstin, sk: `${timestamp}#${id}`, listedBy: gstin, listedAt: `00${AT.getTime()}#${timestamp}#${id}` },
    ]);
  });
});
describe("dynamoEndpointStore", () => {
  const endpoints = () => dynamoEndpointStore(tables.db, tables.names.webhooks);
  endpointStoreContract(endpoints);

  it("lists what does not fit one page of a query", async () => {
    const [gstin, sealed] = [fresh(), "s".repeat(350_000)];
    const ids = ["a", "b", "c", "d"];
    for (const id of ids) await endpoints().create(anEndpoint({ gstin, id, secrets: [{ sealed }] }));
    expect((await endpoints().list(gstin)).map(({ id }) => id)).toEqual(ids);
  });
});
describe("dynamoDeliveryStore", () => {
  const deliveries = () => dynamoDeliveryStore(tables.db, tables.names.deliveries);
  deliveryStoreContract(deliveries);

  it("lets a delivery expire 30 days after it was opened, whatever happens to it", async () => {
    const { gstin, id, ...rest } = aDelivery();
    await deliveries().open({ ...rest, gstin, id });
    const itemOf = async () =>
      (await tables.db.send(new GetCommand({ TableName: tables.names.deliveries, Key: { pk: gstin, sk: id } }))).Item;
    const expiresAt = at(30 * 86_400_000).getTime() / 1000;
    expect(await itemOf()).toMatchObject({ v: 1, expiresAt, dueShard: expect.stringMatching(/^[0-7]$/) });
    await deliveries().attempted({ ...rest, gstin, id }, anAttempt(), { state: "delivered" });
    expect(await itemOf()).toMatchObject({ expiresAt });
    expect(await itemOf()).not.toHaveProperty("dueShard");
  });

  it("lists by keys alone, so that no attempt is a write to either index", async () => {
    const delivery = aDelivery();
    const { gstin, id, endpointId, createdAt } = delivery;
    await deliveries().open(delivery);
    await deliveries().attempted(delivery, anAttempt(), { state: "delivered" });
    const { deliveries: TableName } = tables.names;
    const place = { pk: gstin, sk: id, createdAt };
    expect(await indexed(TableName, "listed", "gstin", gstin)).toEqual([{ ...place, gstin }]);
    expect(await indexed(TableName, "byEndpoint", "endpointId", endpointId)).toEqual([{ ...place, endpointId }]);
  });
});

async function indexed(TableName: string, IndexName: string, of: string, value: string) {
  const which = { KeyConditionExpression: `${of} = :of`, ExpressionAttributeValues: { ":of": value } };
  return (await tables.db.send(new QueryCommand({ TableName, IndexName, ...which }))).Items;
}

describe("dynamoClientStore", () => clientStoreContract(() => dynamoClientStore(tables.db, tables.names.clients)));
describe("dynamoProfileStore", () => profileStoreContract(() => dynamoProfileStore(tables.db, tables.names.clients)));
describe("dynamoIrpUserStore", () => {
  const vault = memoryVault();
  const users = () => dynamoIrpUserStore(tables.db, tables.names.clients, vault);
  irpUserStoreContract(() => ({ ...users(), ...dynamoGstinList(tables.db, tables.names.clients) }));

  it("lists GSTINs with a user alone, beyond the megabyte that a page of a scan may hold", async () => {
    const gstins = [fresh(), fresh(), fresh(), fresh()];
    const other = fresh();
    const userName = "U".repeat(350_000);
    for (const gstin of gstins) await users().save(gstin, { userName, password: "secret" });
    await dynamoProfileStore(tables.db, tables.names.clients).save(other, { turnoverCrore: 10 });

    const named = await listed(dynamoGstinList(tables.db, tables.names.clients));
    expect(named).toEqual(expect.arrayContaining(gstins));
    expect(named.filter((gstin) => gstin === other || gstin.includes("#"))).toEqual([]);
  });

  it("seals the password, for this GSTIN alone", async () => {
    const [gstin, other] = [fresh(), fresh()];
    await users().save(gstin, { userName: "API_user", password: "very-secret" });

    const TableName = tables.names.clients;
    const { Item } = await tables.db.send(new GetCommand({ TableName, Key: { pk: `irp-user#${gstin}` } }));
    expect(Item).toEqual({ pk: `irp-user#${gstin}`, v: 1, userName: "API_user", sealedPassword: expect.any(String) });
    expect(await vault.open(`irp-user#${gstin}`, Item?.["sealedPassword"])).toBe("very-secret");
    await tables.db.send(new PutCommand({ TableName, Item: { ...Item, pk: `irp-user#${other}` } }));
    await expect(users().find(other)).rejects.toThrow();
  });
});
describe("dynamoSessionStore", () => {
  const vault = memoryVault();
  const sessions = () => dynamoSessionStore(tables.db, tables.names.upstream, vault);
  sessionStoreContract(sessions);

  async function itemOf(pk: string) {
    const { Item } = await tables.db.send(new GetCommand({ TableName: tables.names.upstream, Key: { pk } }));
    return Item;
  }

  it("shows in the clear when a session ends and nothing by which to use it", async () => {
    const owner = anOwner();
    const session = aSession();
    await sessions().put(owner, session, aHistory());

    const item = await itemOf(keyOf(owner));
    expect(item).toEqual({
      pk: keyOf(owner),
      v: 1,
      revision: 1,
      token: {
        id: hash(session.authToken),
        until: session.expiresAt.getTime(),
        sealed: expect.stringMatching(/^v1\./),
      },
      logins: aHistory(),
      expiresAt: at(25 * 3_600_000).getTime() / 1000,
    });
    for (const secret of [session.authToken, session.sek.toString("base64"), owner.userName, owner.gstin])
      expect(JSON.stringify(item)).not.toContain(secret);
  });

  it("does not open a session that was put in another's place", async () => {
    const [owner, other] = [anOwner(), anOwner()];
    await sessions().put(owner, aSession(), aHistory());
    const Item = { ...(await itemOf(keyOf(owner))), pk: keyOf(other) };
    await tables.db.send(new PutCommand({ TableName: tables.names.upstream, Item }));
    await expect(sessions().find(other)).rejects.toThrow();
  });

  it("remembers a refusal for a year, and any other failure for a day", async () => {
    const owner = anOwner();
    const turn = aTurn();
    const logins = aHistory({ begunAt: [at(500).getTime()] });
    await sessions().beginLogin(owner, 0, { turn, logins });
    expect(await itemOf(keyOf(owner))).toMatchObject({ v: 1, expiresAt: at(86_401_000).getTime() / 1000 });
    await sessions().failLogin(owner, turn.worker, { ...logins, refusedAt: [1] });
    expect(await itemOf(keyOf(owner))).toMatchObject({
      v: 1,
      expiresAt: at(365 * 86_400_000 + 1_000).getTime() / 1000,
    });
  });
});

function keyOf({ environment, clientId, gstin, userName }: SessionOwner): string {
  return `session#${hash(JSON.stringify([environment, clientId, gstin, userName]))}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

describe("dynamoCircuits", () => {
  circuitsContract((now) => dynamoCircuits(tables.db, tables.names.upstream, now));

  it("lets counts and circuits expire, a count only when its day is long over", async () => {
    const circuits = dynamoCircuits(tables.db, tables.names.upstream, () => AT);
    const subject = `gstin#${fresh()}`;
    await circuits.open(subject, { openUntil: at(30_500), reason: "x" });
    await circuits.countErrors(subject, "2026-08-18", 1);

    const expiryOf = async (pk: string) => {
      const { Item } = await tables.db.send(new GetCommand({ TableName: tables.names.upstream, Key: { pk } }));
      return { v: Item?.["v"], expiresAt: Item?.["expiresAt"] };
    };
    expect(await expiryOf(`circuit#${subject}`)).toEqual({ v: 1, expiresAt: at(31_000).getTime() / 1000 });
    expect(await expiryOf(`errors#${subject}#2026-08-18`)).toEqual({
      v: 1,
      expiresAt: at(3 * 86_400_000).getTime() / 1000,
    });
  });
});

describe("dynamoAuditChains", () => {
  const chains = () => dynamoAuditChains(tables.db, tables.names.audit);
  auditChainsContract(chains);

  it("keeps heads where no list of records shows them", async () => {
    const gstin = fresh();
    await chains().move(gstin, aHead(1));
    const log = dynamoAuditLog(tables.db, tables.names.audit, 72);
    expect(await log.list(gstin, { from: "0", to: "9", limit: 100 })).toEqual({ records: [] });
    expect((await dynamoAuditRows(tables.db, tables.names.audit).rows(gstin, { to: "~", limit: 9 })).rows).toEqual([]);
    const Key = { pk: "chains", sk: gstin };
    const { Item } = await tables.db.send(new GetCommand({ TableName: tables.names.audit, Key }));
    expect(Item).toEqual({ ...Key, v: 1, ...aHead(1) });
  });
});
describe("dynamoAuditLog, when its table does not answer", () => {
  it("puts a record in time or not at all: what comes late would be missing from the archive", async () => {
    const server = createServer(() => {});
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: "ap-south-1", credentials });
    const log = dynamoAuditLog(dynamo(client), "audit", 72, 50);
    await expect(log.append(aRecord(fresh(), 1))).rejects.toThrow();
    server.closeAllConnections();
    server.close();
  });
});
describe("dynamoAuditRows", () => {
  const rows = () => dynamoAuditRows(tables.db, tables.names.audit);
  auditRowsContract(() => ({ log: dynamoAuditLog(tables.db, tables.names.audit, 72), rows: rows() }));

  it("gives what is no record of ours as it is", async () => {
    const [gstin, TableName] = [fresh(), tables.names.audit];
    await tables.db.send(new PutCommand({ TableName, Item: { pk: gstin, sk: "2026#x", any: { thing: 1 } } }));
    const beyond = { pk: { S: gstin }, sk: { S: "2026#y" }, any: { N: "1e30" }, expiresAt: { S: "never" } };
    await tables.db.send(new PutItemCommand({ TableName, Item: beyond }));
    expect((await rows().rows(gstin, { to: "2027", limit: 9 })).rows).toEqual([
      { place: "2026#x", record: { any: { thing: 1 } } },
      { place: "2026#y", record: { any: expect.any(String) }, expiresAt: "never" },
    ]);
  });

  it("goes on where a page of DynamoDB ends, which holds a megabyte", async () => {
    const gstin = fresh();
    const log = dynamoAuditLog(tables.db, tables.names.audit, 72);
    const records = [1, 2, 3, 4].map((second) => aRecord(gstin, second));
    for (const record of records) await log.append({ ...record, rid: "r".repeat(350_000) });
    const seen: string[] = [];
    for (let after: string | undefined = "2026"; after; ) {
      const page = await rows().rows(gstin, { after, to: "2027", limit: 4 });
      seen.push(...page.rows.map(({ place }) => place));
      after = page.isMore ? page.rows.at(-1)?.place : undefined;
    }
    expect(seen).toEqual(records.map(placeOf));
  });
});
describe("dynamoAuditLog", () => {
  const audit = () => dynamoAuditLog(tables.db, tables.names.audit, 72);
  auditLogContract(audit);

  it("keeps a record until 31 December after its financial year, and 72 months more", async () => {
    const gstin = fresh();
    const record = aRecord(gstin, 1);
    await audit().append(record);
    const Key = { pk: gstin, sk: `${record.at}#${record.id}` };
    const { Item } = await tables.db.send(new GetCommand({ TableName: tables.names.audit, Key }));
    expect(Item?.["expiresAt"]).toBe(Date.parse("2034-01-01T00:00:00+05:30") / 1000);
  });
});
