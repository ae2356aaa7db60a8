import { describe, expect, it } from "vitest";
import * as z from "zod";
import { routeKey, routes } from "../../shared/api/routes.ts";
import { eventTypes } from "../../shared/event/event.ts";
import { MOST_ENDPOINTS } from "../../shared/webhook/endpoint-store.ts";
import { fanOut } from "../../shared/webhook/fan-out.ts";
import { openSecrets } from "../../shared/webhook/secrets.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
import { aWebhookApi, HOOK } from "./a-webhook-api.ts";
import { OTHER_GSTIN } from "./an-api.ts";

type Api = ReturnType<typeof aWebhookApi>;
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;
const ADDED_AT = "2026-08-18T14:30:00+05:30";
const DAY_MS = 24 * 3_600_000;
const Findings = z.object({ errors: z.array(z.looseObject({ path: z.string(), message: z.string() })) });

async function stored({ deps }: Api, id: string, gstin = GSTIN) {
  const endpoint = await deps.endpoints.find(gstin, id);
  if (!endpoint) throw new Error("there is no such endpoint");
  return endpoint;
}

async function secretsOf(api: Api, id: string) {
  return openSecrets(api.deps.vault, await stored(api, id), api.clock.now());
}

async function disabled(api: Api, settings: object = {}) {
  const { id } = await api.created(settings);
  await api.call("POST /webhooks/{id}/disable", id);
  return id;
}

describe("POST /webhooks", () => {
  it("makes an endpoint and shows its secret this once", async () => {
    const api = aWebhookApi();
    const settings = { url: HOOK, events: ["irn.generated", "irn.failed"], description: "ERP उदाहरण" };
    const { status, headers, json } = await api.call("POST /webhooks", "", { body: settings });

    const { id, secret } = z.looseObject({ id: z.string(), secret: z.string() }).parse(json);
    const links = { self: `/webhooks/${id}`, deliveries: `/deliveries?endpoint=${id}` };
    const shown = { id, ...settings, status: "enabled", createdAt: ADDED_AT, mode: "test", links };
    expect(status).toBe(201);
    expect(headers["location"]).toBe(`/webhooks/${id}`);
    expect(json).toEqual({ ...shown, secret });
    expect(secret).toMatch(SECRET);
    expect(await secretsOf(api, id)).toEqual([secret]);
    expect((await api.call("GET /webhooks/{id}", id)).json).toEqual(shown);
    expect((await api.call("GET /webhooks")).json).toEqual({ webhooks: [shown] });
  });

  it.each([{}, { events: [] }])(
    "subscribes to everything, what is yet to come included, given %j",
    async (settings) => {
      const api = aWebhookApi();
      const made = await api.created(settings);
      expect(made["events"]).toEqual([]);
      await api.fannedOut("ewb.failed");
      expect([...api.rows.deliveries.values()]).toMatchObject([{ endpointId: made.id }]);
    },
  );

  it("names each type once, and makes nothing of an empty description", async () => {
    const api = aWebhookApi();
    const made = await api.created({ events: ["irn.failed", "irn.failed"], description: "" });
    expect(made["events"]).toEqual(["irn.failed"]);
    expect(made).not.toHaveProperty("description");
  });

  it("tells everything that is wrong at once, of body and URL, and says no code of a portal", async () => {
    const api = aWebhookApi();
    const body = {
      url: "http://a:b@127.0.0.1:8080/#x",
      events: ["irn.generated", "irn.lost"],
      description: 5,
      secret: "mine",
    };
    const { status, json } = await api.call("POST /webhooks", "", { body });
    expect([status, json]).toMatchObject([422, { code: "invalid_body" }]);
    const { errors } = Findings.parse(json);
    expect(errors.map(({ path }) => path)).toEqual(["events[1]", "description", "", "url", "url", "url", "url"]);
    expect(errors.map(({ message }) => message).join("\n")).toMatch(
      /one of .*irn\.generated.*\n.*200 characters.*\n.*member secret.*\n.*https\n.*credentials.*\n.*fragment.*\n.*public/,
    );
    expect(JSON.stringify(json)).not.toContain("irpCode");
    expect(api.rows.endpoints.size).toBe(0);
  });

  it.each([
    null,
    [],
    '"text"',
    5,
    {},
    { url: null },
    { url: 5 },
    { url: HOOK, events: "irn.failed" },
    { url: HOOK, events: null },
  ])("refuses %j", async (body) => {
    expect(await aWebhookApi().call("POST /webhooks", "", { body })).toMatchObject({
      status: 422,
      json: { code: "invalid_body" },
    });
  });

  it.each([
    ["http://example.com/", /https/],
    ["https://example.com:8443/", /port 8443/],
    ["https://u:p@example.com/", /credentials/],
    ["https://example.com/#a", /fragment/],
    ["https://उदाहरण.example/", /punycode/],
    ["https://10.0.0.1/", /public/],
    ["https://0x7f.1/", /public/],
    ["https://[::1]/", /public/],
    [`https://example.com/${"a".repeat(2_000)}`, /2000/],
    ["example.com", /no URL/],
    ["", /./],
  ])("takes no URL such as %s", async (url, message) => {
    const { status, json } = await aWebhookApi().call("POST /webhooks", "", { body: { url } });
    expect([status, json]).toMatchObject([422, { errors: [{ path: "url", message: expect.stringMatching(message) }] }]);
  });

  it.each([
    ["a".repeat(200), 201],
    ["😀".repeat(200), 201],
    ["two\nlines", 201],
    ["a".repeat(201), 422],
  ])("takes a description of up to 200 characters: %#", async (description, status) => {
    expect((await aWebhookApi().call("POST /webhooks", "", { body: { url: HOOK, description } })).status).toBe(status);
  });

  it("makes as many as a GSTIN may have, and again when one is gone", async () => {
    const api = aWebhookApi();
    const ids: string[] = [];
    for (let n = 0; n < MOST_ENDPOINTS; n++) ids.push((await api.created()).id);
    const body = { url: HOOK };
    expect(await api.call("POST /webhooks", "", { body })).toMatchObject({
      status: 409,
      json: { code: "too_many_endpoints" },
    });
    expect((await api.call("POST /webhooks", "", { body, gstin: OTHER_GSTIN })).status).toBe(201);
    await api.call("DELETE /webhooks/{id}", ids[3]);
    expect((await api.call("POST /webhooks", "", { body })).status).toBe(201);
  });
});

describe("GET /webhooks", () => {
  it("shows a GSTIN's own, the oldest first, and no secret", async () => {
    const api = aWebhookApi();
    const first = await api.created();
    api.clock.advance(1_000);
    const second = await api.created({ description: "second" });
    await api.created({}, OTHER_GSTIN);
    const { json, body } = await api.call("GET /webhooks");
    expect(json).toMatchObject({ webhooks: [{ id: first.id }, { id: second.id, description: "second" }] });
    expect(body).not.toMatch(/whsec_|secret|sealed|ticket/);
  });

  it("shows since when one fails, and when and why it was disabled", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    await api.deps.endpoints.noteResult(GSTIN, id, "failed", api.clock.now());
    const failingSince = ADDED_AT;
    expect((await api.call("GET /webhooks/{id}", id)).json).toMatchObject({ status: "enabled", failingSince });
    api.clock.advance(60_000);
    await api.deps.endpoints.disable(GSTIN, id, "failing", api.clock.now());
    const why = { disabledReason: "failing", disabledAt: "2026-08-18T14:31:00+05:30", failingSince };
    expect((await api.call("GET /webhooks/{id}", id)).json).toMatchObject({ status: "disabled", ...why });
  });
});

describe("PATCH /webhooks/{id}", () => {
  it("changes what is named and leaves the rest", async () => {
    const api = aWebhookApi();
    const { id, secret } = await api.created({ events: ["irn.failed"], description: "ERP" });
    const { status, json, body } = await api.call("PATCH /webhooks/{id}", id, { body: { url: `${HOOK}/2` } });
    expect([status, json]).toMatchObject([200, { id, url: `${HOOK}/2`, events: ["irn.failed"], description: "ERP" }]);
    expect(body).not.toMatch(/whsec_|secret/);
    await api.call("PATCH /webhooks/{id}", id, { body: { events: [], description: "" } });
    const now = await api.call("GET /webhooks/{id}", id);
    expect(now.json).toMatchObject({ url: `${HOOK}/2`, events: [] });
    expect(now.json).not.toHaveProperty("description");
    expect(await secretsOf(api, id)).toEqual([secret]);
  });

  it("checks as the creation does", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    const body = { url: "http://example.com/", events: ["x"], status: "disabled" };
    const { json } = await api.call("PATCH /webhooks/{id}", id, { body });
    expect(Findings.parse(json).errors.map(({ path }) => path)).toEqual(["events[0]", "", "url"]);
    expect(await stored(api, id)).toMatchObject({ url: HOOK, revision: 1 });
  });

  it("does not hold the failures of the last server against another one", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    await api.deps.endpoints.noteResult(GSTIN, id, "failed", api.clock.now());
    await api.call("PATCH /webhooks/{id}", id, { body: { url: HOOK, description: "the same" } });
    expect(await stored(api, id)).toHaveProperty("failingSince");
    await api.call("PATCH /webhooks/{id}", id, { body: { url: `${HOOK}/2` } });
    expect(await stored(api, id)).not.toHaveProperty("failingSince");
  });

  it("takes nothing back that somebody else changes at the same time", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    const { find } = api.deps.endpoints;
    let reads = 0;
    api.deps.endpoints.find = async (gstin, id) => {
      const endpoint = await find(gstin, id);
      // Between the change's own reading and its writing.
      if (++reads === 2) await api.deps.endpoints.disable(gstin, id, "gone", api.clock.now());
      return endpoint;
    };
    const { json } = await api.call("PATCH /webhooks/{id}", id, { body: { description: "mine" } });
    expect(json).toMatchObject({ description: "mine", status: "disabled", disabledReason: "gone" });
  });
});

describe("DELETE /webhooks/{id}", () => {
  it("ends it for good: 204 and nothing more, and then 404", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    const { status, body, headers } = await api.call("DELETE /webhooks/{id}", id);
    expect([status, body]).toEqual([204, ""]);
    expect(headers).not.toHaveProperty("content-type");
    expect((await api.call("DELETE /webhooks/{id}", id)).status).toBe(404);
    expect((await api.call("GET /webhooks/{id}", id)).status).toBe(404);
    expect((await api.call("GET /webhooks")).json).toEqual({ webhooks: [] });
  });
});

describe("disable and enable", () => {
  it("stop and resume what is sent, and are no change when repeated", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    api.clock.advance(60_000);
    const first = await api.call("POST /webhooks/{id}/disable", id);
    api.clock.advance(60_000);
    const again = await api.call("POST /webhooks/{id}/disable", id);
    const why = { disabledReason: "by_owner", disabledAt: "2026-08-18T14:31:00+05:30" };
    expect(first).toMatchObject({ status: 200, json: { status: "disabled", ...why } });
    expect(again.json).toEqual(first.json);
    await api.fannedOut();
    expect(api.rows.deliveries.size).toBe(0);

    const enabled = await api.call("POST /webhooks/{id}/enable", id);
    expect(enabled).toMatchObject({ status: 200, json: { status: "enabled" } });
    expect(enabled.json).not.toHaveProperty("disabledAt");
    expect((await api.call("POST /webhooks/{id}/enable", id)).json).toEqual(enabled.json);
    expect((await stored(api, id)).revision).toBe(3);
    await api.fannedOut();
    expect(api.rows.deliveries.size).toBe(1);
  });

  it("keep why an endpoint was disabled before its owner did it", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    await api.deps.endpoints.disable(GSTIN, id, "gone", api.clock.now());
    expect((await api.call("POST /webhooks/{id}/disable", id)).json).toMatchObject({ disabledReason: "gone" });
  });

  it("begin a clean record, but only of one that was disabled", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    await api.deps.endpoints.noteResult(GSTIN, id, "failed", api.clock.now());
    await api.call("POST /webhooks/{id}/enable", id);
    expect(await stored(api, id)).toHaveProperty("failingSince");
    await api.deps.endpoints.disable(GSTIN, id, "failing", api.clock.now());
    await api.call("POST /webhooks/{id}/enable", id);
    expect(await stored(api, id)).not.toHaveProperty("failingSince");
  });
});

describe("POST /webhooks/{id}/rotate-secret", () => {
  it("shows a new secret, beside which the old one signs for a day", async () => {
    const api = aWebhookApi();
    const { id, secret } = await api.created();
    const { status, json } = await api.call("POST /webhooks/{id}/rotate-secret", id);
    const rotated = z.looseObject({ secret: z.string().regex(SECRET) }).parse(json);
    expect([status, json]).toMatchObject([200, { id, previousSecretUntil: "2026-08-19T14:30:00+05:30" }]);
    expect(rotated.secret).not.toBe(secret);
    expect(await secretsOf(api, id)).toEqual([rotated.secret, secret]);
    api.clock.advance(DAY_MS - 1);
    expect(await secretsOf(api, id)).toEqual([rotated.secret, secret]);
    api.clock.advance(1);
    expect(await secretsOf(api, id)).toEqual([rotated.secret]);
  });

  it("ends what was older, so that two are valid at most", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    const Secret = z.looseObject({ secret: z.string() });
    const [second, third] = [
      Secret.parse((await api.call("POST /webhooks/{id}/rotate-secret", id)).json).secret,
      Secret.parse((await api.call("POST /webhooks/{id}/rotate-secret", id)).json).secret,
    ];
    expect(await secretsOf(api, id)).toEqual([third, second]);
  });

  it("never lets two at the same time lose each other's", async () => {
    const api = aWebhookApi();
    const { id, secret } = await api.created();
    const answers = await Promise.all([1, 2].map(() => api.call("POST /webhooks/{id}/rotate-secret", id)));
    const shown = answers.map(({ json }) => z.looseObject({ secret: z.string() }).parse(json).secret);
    const valid = await secretsOf(api, id);
    expect(valid).not.toContain(secret);
    expect([...valid].sort()).toEqual(shown.sort());
  });
});

describe("POST /webhooks/{id}/test", () => {
  it("puts an event that is delivered to that endpoint alone, whatever it subscribes to", async () => {
    const api = aWebhookApi();
    const { id } = await api.created({ events: ["irn.failed"] });
    await api.created();
    await api.created({ events: ["endpoint.test"] });
    const { status, json } = await api.call("POST /webhooks/{id}/test", id);
    const data = { endpointId: id, links: { endpoint: `/webhooks/${id}` } };
    const event = {
      id: expect.stringMatching(`^endpoint-test-${id}-`),
      type: "endpoint.test",
      timestamp: ADDED_AT,
      data,
    };
    expect([status, json]).toEqual([202, { event, links: { deliveries: `/deliveries?endpoint=${id}` } }]);

    const [published] = api.deps.bus.published;
    expect(published).toMatchObject(event);
    if (published) await fanOut(api.deps, published);
    expect([...api.rows.deliveries.values()]).toMatchObject([{ endpointId: id, event: { type: "endpoint.test" } }]);
    expect(api.deps.queue.sent).toMatchObject([{ endpointId: id }]);
  });

  it("is another event each time", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    await api.call("POST /webhooks/{id}/test", id);
    await api.call("POST /webhooks/{id}/test", id);
    expect(new Set(api.deps.bus.published.map((event) => event.id)).size).toBe(2);
  });

  it("stands, for the sweeper to tell, when the bus takes nothing", async () => {
    const api = aWebhookApi();
    const { id } = await api.created();
    api.deps.bus.down = true;
    expect((await api.call("POST /webhooks/{id}/test", id)).status).toBe(202);
    api.clock.advance(10 * 60_000);
    expect(await api.deps.events.undispatched(api.clock.now(), 10)).toMatchObject([{ type: "endpoint.test" }]);
  });

  it("is refused while the endpoint is disabled", async () => {
    const api = aWebhookApi();
    const id = await disabled(api);
    const answer = await api.call("POST /webhooks/{id}/test", id);
    expect(answer).toMatchObject({ status: 409, json: { code: "endpoint_disabled" } });
    expect(api.rows.events.size).toBe(0);
  });
});

describe("POST /webhooks/{id}/recover", () => {
  const SINCE = { since: "2026-08-18T14:00:00+05:30" };

  it("opens what was missed and says how much that was", async () => {
    const api = aWebhookApi();
    await api.happened();
    await api.happened("irn.failed");
    const { id } = await api.created({ events: ["irn.generated"] });
    const { status, json } = await api.call("POST /webhooks/{id}/recover", id, { body: SINCE });
    const links = { deliveries: `/deliveries?endpoint=${id}` };
    expect([status, json]).toEqual([202, { opened: 1, more: false, links }]);
    expect((await api.call("POST /webhooks/{id}/recover", id, { body: SINCE })).json).toMatchObject({ opened: 0 });
  });

  it("opens with `failed` only what was opened before and came to nothing", async () => {
    const api = aWebhookApi();
    await api.happened();
    const { id } = await api.created();
    const body = { ...SINCE, what: "failed" };
    expect((await api.call("POST /webhooks/{id}/recover", id, { body })).json).toMatchObject({ opened: 0 });
  });

  it("says where to go on, as the body of the next call, until everything was looked at", async () => {
    const api = aWebhookApi();
    for (let n = 0; n < 4_100; n++) {
      await api.happened();
      api.clock.advance(10);
    }
    const { id } = await api.created();
    const Recovered = z.object({ opened: z.int(), more: z.boolean(), next: z.unknown().optional() });
    const opened: number[] = [];
    let body: unknown = SINCE;
    while (body && opened.length < 10) {
      const { json } = await api.call("POST /webhooks/{id}/recover", id, { body });
      const recovered = Recovered.parse(json);
      expect(recovered.more).toBe(recovered.next !== undefined);
      opened.push(recovered.opened);
      body = recovered.next;
    }
    expect(opened).toEqual([2_000, 1_999, 101]);
    expect(api.rows.deliveries.size).toBe(4_100);
  });

  it.each([
    {},
    { since: "yesterday" },
    { since: "2026-02-30T00:00:00Z" },
    { since: "2026-08-18" },
    { ...SINCE, what: "all" },
    { ...SINCE, cursor: "" },
  ])("refuses %j", async (body) => {
    const api = aWebhookApi();
    const { id } = await api.created();
    const { status, json } = await api.call("POST /webhooks/{id}/recover", id, { body });
    expect([status, json]).toMatchObject([422, { code: "invalid_body", errors: [{ severity: "error" }] }]);
  });

  it("is refused while the endpoint is disabled", async () => {
    const api = aWebhookApi();
    const id = await disabled(api);
    const answer = await api.call("POST /webhooks/{id}/recover", id, { body: SINCE });
    expect(answer).toMatchObject({ status: 409, json: { code: "endpoint_disabled" } });
  });
});

describe("an endpoint", () => {
  const onOne = routes.filter((route) => route.function === "webhooks" && route.path.includes("{id}")).map(routeKey);
  const bodyOf = (key: string) => (/^PATCH|recover$/.test(key) ? { body: { since: "2026-08-18T00:00:00Z" } } : {});

  it.each(onOne)("of another GSTIN is not there: %s", async (key) => {
    const api = aWebhookApi();
    const { id } = await api.created();
    const before = await stored(api, id);
    const answer = await api.call(key, id, { gstin: OTHER_GSTIN, ...bodyOf(key) });
    expect(answer).toMatchObject({ status: 404, json: { code: "not_found" } });
    expect(await stored(api, id)).toEqual(before);
    expect(api.rows.events.size + api.rows.deliveries.size).toBe(0);
  });

  it.each(onOne)("that never was is not there, and no odd id reaches the store: %s", async (key) => {
    const api = aWebhookApi();
    api.deps.endpoints.find = async (_gstin, id) => {
      if (id !== "we_none") throw new Error("the store was asked");
      return undefined;
    };
    for (const id of ["we_none", "", "none", "we_", `we_${"a".repeat(3_000)}`, "we_../x", "dlv_1"])
      expect([id, (await api.call(key, id, bodyOf(key))).status]).toEqual([id, 404]);
  });

  it.each(routes.filter((route) => route.function === "webhooks").map(routeKey))(
    "asks for its scope: %s",
    async (key) => {
      const api = aWebhookApi();
      const answer = await api.call(key, "we_x", { scope: "irn:write irn:read ewb:write audit:read" });
      expect(answer).toMatchObject({ status: 403, json: { code: "insufficient_scope" } });
    },
  );
});

describe("a secret", () => {
  it("is in the answer that makes it, and nowhere else: no other answer, no log, no event, no row", async () => {
    const api = aWebhookApi();
    const { id, secret } = await api.created();
    const rotated = await api.call("POST /webhooks/{id}/rotate-secret", id);
    const secrets = [secret, z.looseObject({ secret: z.string() }).parse(rotated.json).secret];
    const answers = [
      await api.call("GET /webhooks"),
      await api.call("GET /webhooks/{id}", id),
      await api.call("PATCH /webhooks/{id}", id, { body: { description: "x" } }),
      await api.call("POST /webhooks/{id}/disable", id),
      await api.call("POST /webhooks/{id}/enable", id),
      await api.call("POST /webhooks/{id}/test", id),
      await api.call("POST /webhooks/{id}/recover", id, { body: { since: "2026-08-18T00:00:00Z" } }),
    ].map(({ body }) => body);
    const rows = JSON.stringify([
      ...api.rows.endpoints.values(),
      ...api.rows.events.values(),
      ...api.rows.deliveries.values(),
    ]);
    const text = [...answers, rows, api.words.text()].join("\n");
    for (const each of secrets) expect(text).not.toContain(each.slice("whsec_".length));
    expect(answers.join("\n")).not.toMatch(/whsec|sealed|ticket/);
    expect(api.words.text()).toContain("answered");
  });
});

describe("every type of event", () => {
  it("can be subscribed to", async () => {
    const made = await aWebhookApi().created({ events: [...eventTypes] });
    expect(made["events"]).toEqual(eventTypes);
  });
});
