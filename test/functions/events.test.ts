import { describe, expect, it } from "vitest";
import * as z from "zod";
import { routeKey, routes } from "../../shared/api/routes.ts";
import type { EventType } from "../../shared/event/event.ts";
import type { Attempt, Delivery } from "../../shared/webhook/delivery.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
import { aWebhookApi } from "./a-webhook-api.ts";
import { OTHER_GSTIN } from "./an-api.ts";

type Api = ReturnType<typeof aWebhookApi>;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const Events = z.object({
  events: z.array(z.looseObject({ id: z.string() })),
  more: z.boolean(),
  next: z.string().startsWith("/events?"),
});
const Deliveries = z.object({ deliveries: z.array(z.looseObject({ id: z.string() })), next: z.string().optional() });

function queryOf(next = ""): Record<string, string> {
  return Object.fromEntries(new URL(next, "https://api.example.com").searchParams);
}

/** Long enough for what was put to be shown. */
function settle({ clock }: Api) {
  clock.advance(10_000);
}

async function listed(api: Api, query: Record<string, string> = {}, gstin = GSTIN) {
  const { events, ...rest } = Events.parse((await api.call("GET /events", "", { query, gstin })).json);
  return { ids: events.map(({ id }) => id), ...rest };
}

const cursor = (content: unknown) => Buffer.from(JSON.stringify(content)).toString("base64url");

describe("GET /events", () => {
  it("shows each as a webhook tells it, with its id, and where to go on", async () => {
    const api = aWebhookApi();
    const { id, timestamp, data } = await api.happened("irn.generated");
    settle(api);
    const { status, json } = await api.call("GET /events");
    const event = { id, type: "irn.generated", timestamp, data };
    expect([status, json]).toEqual([200, { events: [event], more: false, next: expect.stringContaining("cursor=") }]);
  });

  it("shows them in the order in which they were put, however late that was, and only the caller's own", async () => {
    const api = aWebhookApi();
    const first = await api.happened("irn.generated");
    api.clock.advance(1);
    await api.happened("irn.generated", { gstin: OTHER_GSTIN });
    const late = await api.happened("irn.rejected", { agoMs: 3 * DAY_MS });
    settle(api);
    expect((await listed(api)).ids).toEqual([first.id, late.id]);
  });

  it("goes on from `next` for ever: what is put later comes once, and nothing is passed by", async () => {
    const api = aWebhookApi();
    const nothing = await listed(api);
    expect(nothing).toMatchObject({ ids: [], more: false });
    const first = await api.happened();
    settle(api);
    const one = await listed(api, queryOf(nothing.next));
    expect(one.ids).toEqual([first.id]);
    const none = await listed(api, queryOf(one.next));
    expect(none).toMatchObject({ ids: [], more: false });
    const late = await api.happened("irn.rejected", { agoMs: 20 * DAY_MS });
    settle(api);
    for (const next of [one.next, none.next]) expect((await listed(api, queryOf(next))).ids).toEqual([late.id]);
  });

  it("still goes on when polling began more than 30 days ago", async () => {
    const api = aWebhookApi();
    let { next } = await listed(api);
    for (let day = 0; day < 40; day += 8) {
      api.clock.advance(8 * DAY_MS);
      const { id } = await api.happened();
      settle(api);
      const page = await listed(api, queryOf(next));
      expect(page.ids).toEqual([id]);
      next = page.next;
    }
  });

  it("shows an event once it has settled: whoever was slower to put one is not passed by", async () => {
    const api = aWebhookApi();
    const settled = await api.happened();
    api.clock.advance(4_000);
    const young = await api.happened();
    api.clock.advance(1_001);
    const first = await listed(api);
    expect(first).toMatchObject({ ids: [settled.id], more: false });
    // Put by a clock that is two seconds behind.
    api.clock.jump(-2_000);
    const slow = await api.happened();
    api.clock.jump(0);
    settle(api);
    expect((await listed(api, queryOf(first.next))).ids).toEqual([slow.id, young.id]);
  });

  it("passes by none of many that have not settled", async () => {
    const api = aWebhookApi();
    const settled = await api.happened();
    settle(api);
    const young: string[] = [];
    for (let n = 0; n < 12; n++) young.push((await api.happened()).id);
    const first = await listed(api, { limit: "2" });
    expect(first).toMatchObject({ ids: [settled.id], more: false });
    settle(api);
    expect((await listed(api, { ...queryOf(first.next), limit: "100" })).ids).toEqual(young);
  });

  it("shows the last 24 hours unless told otherwise, and from `since` on, that moment included", async () => {
    const api = aWebhookApi();
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push((await api.happened()).id);
      api.clock.advance(DAY_MS / 2);
    }
    expect((await listed(api)).ids).toEqual(ids.slice(1));
    expect((await listed(api, { since: "2026-08-18T09:00:00Z" })).ids).toEqual(ids);
    expect((await listed(api, { since: "2026-08-18T14:30:00+05:30" })).ids).toEqual(ids);
    expect((await listed(api, { since: "2026-08-18T14:30:00 05:30" })).ids).toEqual(ids);
    expect((await listed(api, { since: "2026-08-18T09:00:00.001Z" })).ids).toEqual(ids.slice(1));
    expect((await listed(api, { since: "2027-01-01T00:00:00Z" })).ids).toEqual([]);
  });

  it.each<[string, number[]]>([
    ["irn.generated", [0]],
    ["irn.failed,irn.generated", [0, 1]],
    [" ewb.failed , irn.failed ", [1, 2]],
    ["irn.failed,irn.failed", [1]],
    ["endpoint.test", []],
  ])("shows the types that are asked for: %s", async (type, numbers) => {
    const api = aWebhookApi();
    const ids: string[] = [];
    for (const each of ["irn.generated", "irn.failed", "ewb.failed"] as const) {
      ids.push((await api.happened(each)).id);
      api.clock.advance(1);
    }
    settle(api);
    expect((await listed(api, { type })).ids).toEqual(numbers.map((n) => ids[n]));
  });

  it("goes on with the same types, in whatever order they are named, and with no others", async () => {
    const api = aWebhookApi();
    for (const type of ["irn.generated", "irn.failed", "ewb.failed", "irn.generated"] as const)
      await api.happened(type);
    settle(api);
    const { next } = await listed(api, { type: "irn.generated,irn.failed", since: "2026-08-18T00:00:00Z", limit: "1" });
    expect(next).toMatch(
      /^\/events\?type=irn\.failed%2Cirn\.generated&since=2026-08-18T00%3A00%3A00\.000Z&limit=1&cursor=[\w-]+$/,
    );
    const asked = queryOf(next);
    expect((await listed(api, { ...asked, type: "irn.generated,irn.failed" })).ids).toHaveLength(1);
    const { type: _, ...others } = asked;
    expect((await api.call("GET /events", "", { query: others })).status).toBe(400);
  });

  it.each<Record<string, string>>([{}, { type: "irn.failed" }])(
    "shows each once, page by page, asked for %j",
    async (query) => {
      const api = aWebhookApi();
      const ids: string[] = [];
      for (let n = 0; n < 7; n++) {
        if (query["type"]) await api.happened("irn.generated");
        ids.push((await api.happened("irn.failed")).id);
        if (n % 3 === 0) api.clock.advance(1);
      }
      settle(api);
      const pages = [await listed(api, { ...query, limit: "3" })];
      while (pages.at(-1)?.more && pages.length < 10) pages.push(await listed(api, queryOf(pages.at(-1)?.next)));
      expect(pages.flatMap((page) => page.ids)).toEqual(ids);
      expect(pages.map((page) => [page.ids.length, page.more])).toEqual([
        [3, true],
        [3, true],
        [1, false],
      ]);
      expect((await listed(api, { ...query, limit: "7" })).more).toBe(false);
      expect(await listed(api, queryOf(pages.at(-1)?.next))).toMatchObject({ ids: [], more: false });
    },
  );

  it("looks further for a rare type, and after five hundred says that there is more", async () => {
    const api = aWebhookApi();
    const types: EventType[] = [
      ...Array.from({ length: 499 }, () => "irn.generated" as const),
      "irn.failed",
      "ewb.failed",
      "irn.failed",
    ];
    const ids: string[] = [];
    for (const type of types) {
      ids.push((await api.happened(type)).id);
      api.clock.advance(1);
    }
    settle(api);
    const first = await listed(api, { type: "irn.failed" });
    expect(first).toMatchObject({ ids: [ids[499]], more: true });
    expect(await listed(api, queryOf(first.next))).toMatchObject({ ids: [ids[501]], more: false });
  });

  it("shows twenty unless told otherwise", async () => {
    const api = aWebhookApi();
    for (let n = 0; n < 21; n++) await api.happened();
    settle(api);
    expect(await listed(api)).toMatchObject({ ids: { length: 20 }, more: true });
    expect(await listed(api, { limit: "100" })).toMatchObject({ ids: { length: 21 }, more: false });
  });
});

describe("GET /events refuses", () => {
  const SINCE = "2026-08-18T00:00:00.000Z";
  const position = { putAt: 1, timestamp: "2026-08-18T14:30:00+05:30", id: "irn-generated-1" };
  const mine = { v: 1, gstin: GSTIN, type: null, since: SINCE, ...position };
  const TYPE = /type\.\d: one of irn\.generated, .*endpoint\.test/;
  const CURSOR = /cursor: take it from `next`/;

  it.each<[Record<string, string>, RegExp]>([
    [{ type: "irn.lost" }, TYPE],
    [{ type: "" }, TYPE],
    [{ type: "irn.failed," }, TYPE],
    [{ type: "*" }, TYPE],
    [{ since: "" }, /^since: a time/],
    [{ since: "yesterday" }, /^since: a time/],
    [{ since: "2026-08-18" }, /^since: a time/],
    [{ since: "2026-08-18T00:00:00" }, /^since: a time/],
    [{ since: "2026-07-19T08:59:59Z" }, /^since: at most 30 days ago$/],
    [{ limit: "0" }, /^limit: a whole number from 1 to 100$/],
    [{ cursor: "garbage" }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, gstin: OTHER_GSTIN }) }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, type: "irn.failed" }) }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, v: 2 }) }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, putAt: -1 }) }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, putAt: "1" }) }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, timestamp: "x" }) }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, id: "a".repeat(201) }) }, CURSOR],
    [{ since: SINCE, cursor: cursor({ ...mine, id: "a#b" }) }, CURSOR],
    [{ since: "2026-08-18T00:00:01Z", cursor: cursor(mine) }, CURSOR],
    [{ since: SINCE, type: "irn.failed", cursor: cursor(mine) }, CURSOR],
    [{ state: "x" }, /Unrecognized key/],
    [{ type: "x", since: "y", limit: "z", cursor: "w" }, /type.*since.*limit.*cursor/],
  ])("%j", async (query, detail) => {
    const { status, json } = await aWebhookApi().call("GET /events", "", { query });
    expect([status, json]).toMatchObject([400, { code: "malformed_query", detail: expect.stringMatching(detail) }]);
  });

  it("nothing in a cursor of the caller's own making, and shows what is there behind it", async () => {
    const api = aWebhookApi();
    const { id } = await api.happened();
    settle(api);
    expect((await listed(api, { since: SINCE, cursor: cursor(mine) })).ids).toEqual([id]);
    expect((await listed(api, { since: SINCE, cursor: cursor({ ...mine, putAt: 10 ** 15 }) })).ids).toEqual([]);
  });

  it("the cursor of another GSTIN, and shows nothing of it to whoever forges one", async () => {
    const api = aWebhookApi();
    await api.happened("irn.generated", { gstin: OTHER_GSTIN });
    settle(api);
    const { next } = await listed(api, {}, OTHER_GSTIN);
    expect((await api.call("GET /events", "", { query: queryOf(next) })).status).toBe(400);
    const asked = queryOf(next);
    const forged = {
      ...JSON.parse(Buffer.from(asked["cursor"] ?? "", "base64url").toString()),
      gstin: GSTIN,
      putAt: 0,
    };
    expect((await listed(api, { ...asked, cursor: cursor(forged) })).ids).toEqual([]);
  });
});

/** The first delivery that is stored, as a worker would have left it. */
function becomes({ rows }: Api, change: Partial<Delivery>, n = 0): Delivery {
  const [key, delivery] = [...rows.deliveries][n] ?? [];
  if (!key || !delivery) throw new Error("there is no delivery");
  const { nextAt: _, ...rest } = delivery;
  const changed = { ...rest, ...change };
  rows.deliveries.set(key, changed);
  return changed;
}

const FAILED: Attempt = {
  n: 1,
  at: "2026-08-18T14:30:00+05:30",
  status: 500,
  failure: "status",
  latencyMs: 12,
  answer: "no",
};

async function deliveries(api: Api, query: Record<string, string> = {}, gstin = GSTIN) {
  const { deliveries, next } = Deliveries.parse((await api.call("GET /deliveries", "", { query, gstin })).json);
  return { ids: deliveries.map(({ id }) => id), deliveries, next };
}

/** An endpoint and what an event came to there. */
async function delivered(change: Partial<Delivery> = { state: "delivered" }, api = aWebhookApi()) {
  const endpoint = await api.created();
  const event = await api.fannedOut();
  return { ...api, api, endpoint, event, delivery: becomes(api, change) };
}

describe("GET /deliveries", () => {
  it("shows what went where and how that stands, without the attempts", async () => {
    const nextAt = Date.parse("2026-08-18T09:06:00Z");
    const { api, endpoint, event, delivery } = await delivered({ attempts: [FAILED], generation: 1, nextAt });
    const { id, type, timestamp } = event;
    const summary = {
      ...{ id: delivery.id, endpointId: endpoint.id, event: { id, type, timestamp }, state: "pending" },
      ...{ createdAt: "2026-08-18T14:30:00+05:30", attemptCount: 1, lastStatus: 500, lastFailure: "status" },
      nextAttemptAt: "2026-08-18T14:31:00+05:30",
      links: { self: `/deliveries/${delivery.id}`, endpoint: `/webhooks/${endpoint.id}` },
    };
    expect((await api.call("GET /deliveries")).json).toEqual({ deliveries: [summary] });
    expect((await api.call("GET /deliveries/{id}", delivery.id)).json).toEqual({ ...summary, attempts: [FAILED] });
  });

  it("says nothing of a next attempt before the first and after the last", async () => {
    const { api, delivery } = await delivered({ nextAt: 1 });
    expect((await deliveries(api)).deliveries[0]).toMatchObject({ id: delivery.id, attemptCount: 0 });
    expect((await deliveries(api)).deliveries[0]).not.toHaveProperty("nextAttemptAt");
    becomes(api, { state: "exhausted", attempts: [FAILED] });
    expect((await deliveries(api)).deliveries[0]).not.toHaveProperty("nextAttemptAt");
  });

  it("shows the newest first, of one endpoint or in one state when that is asked for", async () => {
    const api = aWebhookApi();
    const [one, other] = [await api.created(), await api.created()];
    await api.fannedOut();
    api.clock.advance(1_000);
    await api.fannedOut();
    const byTime = [...api.rows.deliveries.values()];
    becomes(api, { state: "delivered" }, 0);
    becomes(api, { state: "exhausted" }, 3);
    const idsOf = (fits: (delivery: Delivery) => boolean) =>
      new Set([...api.rows.deliveries.values()].filter(fits).map(({ id }) => id));

    const all = await deliveries(api);
    expect(all.ids.slice(0, 2).sort()).toEqual(
      byTime
        .slice(2)
        .map(({ id }) => id)
        .sort(),
    );
    for (const { id: endpoint } of [one, other])
      expect(new Set((await deliveries(api, { endpoint })).ids)).toEqual(
        idsOf(({ endpointId }) => endpointId === endpoint),
      );
    for (const state of ["pending", "delivered", "exhausted", "stopped"])
      expect(new Set((await deliveries(api, { state })).ids)).toEqual(idsOf((delivery) => delivery.state === state));
    expect((await deliveries(api, { endpoint: one.id, state: "stopped" })).ids).toEqual([]);
  });

  it("shows each once, page by page", async () => {
    const api = aWebhookApi();
    const { id: endpoint } = await api.created();
    for (let n = 0; n < 5; n++) {
      await api.fannedOut();
      api.clock.advance(n % 2);
    }
    for (const query of [{}, { endpoint }, { state: "pending" }] as Record<string, string>[]) {
      const pages = [await deliveries(api, { ...query, limit: "2" })];
      for (let next = pages[0]?.next; next && pages.length < 9; next = pages.at(-1)?.next)
        pages.push(await deliveries(api, queryOf(next)));
      expect(pages.flatMap(({ ids }) => ids).sort()).toEqual(
        [...api.rows.deliveries.values()].map(({ id }) => id).sort(),
      );
    }
  });

  it("takes the cursor of no other list", async () => {
    const api = aWebhookApi();
    const { id: endpoint } = await api.created();
    await api.fannedOut();
    await api.fannedOut();
    const lists: Record<string, string>[] = [{}, { endpoint }, { state: "pending" }, { endpoint, state: "pending" }];
    for (const list of lists) {
      const { cursor = "" } = queryOf((await deliveries(api, { ...list, limit: "1" })).next);
      for (const other of lists) {
        const { status } = await api.call("GET /deliveries", "", { query: { ...other, cursor } });
        expect(status).toBe(other === list ? 200 : 400);
      }
    }
  });

  it("shows nobody else's, also to whoever names the endpoint or the cursor", async () => {
    const api = aWebhookApi();
    const { id: endpoint } = await api.created({}, OTHER_GSTIN);
    await api.fannedOut("irn.generated", OTHER_GSTIN);
    await api.fannedOut("irn.generated", OTHER_GSTIN);
    expect((await deliveries(api)).ids).toEqual([]);
    expect((await deliveries(api, { endpoint })).ids).toEqual([]);
    const { next } = await deliveries(api, { endpoint, limit: "1" }, OTHER_GSTIN);
    expect((await api.call("GET /deliveries", "", { query: queryOf(next) })).status).toBe(400);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ endpoint: "x" }, /^endpoint: the id of an endpoint$/],
    [{ endpoint: `we_${"a".repeat(61)}` }, /^endpoint/],
    [{ state: "done" }, /^state: one of pending, delivered, exhausted, stopped$/],
    [{ limit: "101" }, /^limit/],
    [{ type: "irn.failed" }, /Unrecognized key/],
    [{ cursor: cursor({ v: 1, gstin: GSTIN, endpoint: null, state: null, id: "dlv_1", createdAt: "x" }) }, /^cursor/],
    [
      {
        cursor: cursor({
          v: 1,
          gstin: GSTIN,
          endpoint: null,
          state: null,
          id: "x",
          createdAt: "2026-08-18T09:00:00.000Z",
        }),
      },
      /^cursor/,
    ],
    [{ state: "x", endpoint: "y", limit: "z", cursor: "w" }, /endpoint.*state.*limit.*cursor/],
  ])("refuses %j", async (query, detail) => {
    const { status, json } = await aWebhookApi().call("GET /deliveries", "", { query });
    expect([status, json]).toMatchObject([400, { code: "malformed_query", detail: expect.stringMatching(detail) }]);
  });
});

describe("POST /deliveries/{id}/replay", () => {
  it("opens a new delivery of the same event, at once, and says where it is", async () => {
    const { api, delivery, endpoint, event } = await delivered();
    const { status, headers, json } = await api.call("POST /deliveries/{id}/replay", delivery.id);
    const { id } = z.looseObject({ id: z.string() }).parse(json);
    expect(status).toBe(202);
    expect(headers["location"]).toBe(`/deliveries/${id}`);
    expect(json).toMatchObject({ state: "pending", replayOf: delivery.id, event: { id: event.id }, attempts: [] });
    expect(id).not.toBe(delivery.id);
    expect(api.deps.queue.sent.at(-1)).toMatchObject({ endpointId: endpoint.id, message: { deliveryId: id } });
    expect((await api.call("GET /deliveries/{id}", id)).json).toEqual(json);
  });

  it("sends to an endpoint what it does not subscribe to any more", async () => {
    const { api, delivery, endpoint } = await delivered();
    await api.call("PATCH /webhooks/{id}", endpoint.id, { body: { events: ["ewb.failed"] } });
    expect((await api.call("POST /deliveries/{id}/replay", delivery.id)).status).toBe(202);
  });

  it("is refused while the endpoint is disabled, and 404 when endpoint or event is gone", async () => {
    const { api, delivery, endpoint } = await delivered();
    const replay = () => api.call("POST /deliveries/{id}/replay", delivery.id);
    await api.call("POST /webhooks/{id}/disable", endpoint.id);
    expect(await replay()).toMatchObject({ status: 409, json: { code: "endpoint_disabled" } });
    await api.call("POST /webhooks/{id}/enable", endpoint.id);
    const events = new Map(api.rows.events);
    api.rows.events.clear();
    expect(await replay()).toMatchObject({ status: 404, json: { detail: expect.stringContaining("30 days") } });
    for (const [key, row] of events) api.rows.events.set(key, row);
    await api.call("DELETE /webhooks/{id}", endpoint.id);
    expect(await replay()).toMatchObject({ status: 404, json: { detail: expect.stringContaining("endpoint") } });
    expect(api.rows.deliveries.size).toBe(1);
  });
});

describe("a delivery", () => {
  const onOne = routes.filter((route) => route.function === "events" && route.path.includes("{id}")).map(routeKey);

  it.each(onOne)("of another GSTIN is not there: %s", async (key) => {
    const { api, delivery } = await delivered();
    expect(await api.call(key, delivery.id, { gstin: OTHER_GSTIN })).toMatchObject({
      status: 404,
      json: { code: "not_found" },
    });
    expect(api.rows.deliveries.size).toBe(1);
  });

  it.each(onOne)("that never was is not there, and no odd id reaches the store: %s", async (key) => {
    const api = aWebhookApi();
    api.deps.deliveries.find = async (_gstin, id) => {
      if (id !== "dlv_none") throw new Error("the store was asked");
      return undefined;
    };
    for (const id of ["dlv_none", "", "none", "dlv_", `dlv_${"a".repeat(3_000)}`, "we_1"])
      expect([id, (await api.call(key, id)).status]).toEqual([id, 404]);
  });

  it.each(routes.filter((route) => route.function === "events").map(routeKey))(
    "asks for its scope: %s",
    async (key) => {
      const answer = await aWebhookApi().call(key, "dlv_x", { scope: "irn:write irn:read ewb:write audit:read" });
      expect(answer).toMatchObject({ status: 403, json: { code: "insufficient_scope" } });
    },
  );
});
