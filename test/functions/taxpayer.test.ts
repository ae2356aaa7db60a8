import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/taxpayer/handler.ts";
import { stages } from "../../infra/config.ts";
import type { Journal } from "../../shared/audit/journal.ts";
import { budgetedIrp } from "../../shared/budget/budgeted-irp.ts";
import { guardedIrp } from "../../shared/irp/guarded-irp.ts";
import type { Answer, Irp, IrpCall, Taxpayer } from "../../shared/irp/irp.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { type BudgetRows, memoryBudget } from "../fakes/memory-budget.ts";
import { memoryCircuits } from "../fakes/memory-circuits.ts";
import { onePolicy } from "../fakes/memory-policy-store.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { virtualClock } from "../fakes/virtual-clock.ts";
import { anIrpAtTheSandbox } from "../shared/an-irp-at-the-sandbox.ts";
import { anRsaKey, aToken, GSTIN, ISSUER } from "../shared/oauth/a-token.ts";
import { invoke } from "./invoke.ts";

const ours = await anRsaKey();
const OTHER = "29SBXZR0001R1ZV";
const UNKNOWN = "27SBXZQ0015Q1ZW";
const UNTIL_SYNCED = "27SBXZQ0016Q1ZV";
const POLICY = { calls: 60, perSeconds: 60, burst: 2, reserve: 1 };

interface Parts {
  readonly irp: Irp;
  readonly gstin?: string;
  readonly clock?: ReturnType<typeof virtualClock>;
  readonly journal?: Pick<Journal, "settled">;
}

/** The function over a client that the guard and the budget stand before, as when it is deployed. */
function setup({ irp: client, gstin = GSTIN, clock = virtualClock(), ...parts }: Parts) {
  const { now, monotonicMs, sleep } = clock;
  const rows: BudgetRows = new Map();
  const budget = memoryBudget(onePolicy(POLICY), rows);
  const circuits = memoryCircuits(now);
  const guarded = budgetedIrp({ irp: client, budget, now, sleep });
  const irp = guardedIrp({ irp: guarded, circuits, portals: ["NIC1", "NIC2"], now });
  const tokens = { publishedKeys: async () => ({ keys: [ours.publicJwk] }), issuer: ISSUER, now };
  const trail = anAuditTrail(now);
  const { audit } = trail;
  const { journal = trail.journal } = parts;
  const handler = createHandler({
    ...{ irp, choice: irp, budget, tokens, audit, journal, now, monotonicMs, log: silentLog(), mode: "test" as const },
    callTimeoutMs: stages.live.upstream.timeoutsMs.taxpayer,
  });

  async function call(method: "GET" | "POST", asked: string, scope = "irn:read irn:write") {
    const path = `/gstins/${asked}${method === "POST" ? "/sync" : ""}`;
    const routeKey = method === "POST" ? "POST /gstins/{gstin}/sync" : "GET /gstins/{gstin}";
    const iat = Math.floor(now().getTime() / 1000);
    const authorization = `Bearer ${await aToken(ours, { claims: { iat, exp: iat + 600, gstin, scope } })}`;
    return invoke(
      handler,
      anApiEvent({ method, path, routeKey, params: { gstin: asked }, headers: { authorization } }),
    );
  }

  return {
    ...{ clock, circuits, call },
    get: (asked: string, scope?: string) => call("GET", asked, scope),
    sync: (asked: string, scope?: string) => call("POST", asked, scope),
    slots: () => (rows.has(gstin) ? "some" : "none"),
  };
}

async function atTheSandbox(parts: { readonly gstin?: string; readonly password?: string } = {}) {
  const { irp, paths } = await anIrpAtTheSandbox(parts);
  return { ...setup({ irp, ...parts }), paths };
}

/** A portal that gives one answer to everything. */
function answering(answer: Answer<Taxpayer>, parts: Omit<Parts, "irp"> = {}, meanwhile = () => {}) {
  const calls: { readonly operation: string; readonly call: IrpCall; readonly gstin: string }[] = [];
  const ask = (operation: string) => async (call: IrpCall, gstin: string) => {
    calls.push({ operation, call, gstin });
    meanwhile();
    return call.mayStillSend() ? answer : ({ is: "not-sent", errors: [], reason: "no time was left" } as const);
  };
  const irp = { taxpayer: ask("taxpayer"), syncTaxpayer: ask("syncTaxpayer") } as Partial<Irp> as Irp;
  return { ...setup({ irp, ...parts }), calls };
}

const taxpayer: Taxpayer = {
  gstin: OTHER,
  legalName: "Example Private Limited",
  tradeName: "Example",
  type: "REG",
  status: "SUS",
  ewayBillBlocked: true,
  stateCode: "29",
  address: "1, Road",
};

describe("GET /gstins/{gstin}", () => {
  it("shows a taxpayer as the portal has it now", async () => {
    const { get } = await atTheSandbox();
    const { status, json } = await get(OTHER);
    expect([status, json]).toEqual([
      200,
      {
        gstin: OTHER,
        legalName: `Sandbox ${OTHER} Private Limited`,
        tradeName: `Sandbox ${OTHER}`,
        type: "REG",
        status: "ACT",
        ewayBillBlocked: false,
        stateCode: "29",
        pin: "560001",
        address: expect.stringContaining("Karnataka"),
        registeredOn: "2017-07-01",
        asOf: "2026-08-18T14:30:00+05:30",
        mode: "test",
      },
    ]);
  });

  it("shows a day of cancellation where there is one, and leaves out what the portal does not say", async () => {
    const { get } = await atTheSandbox();
    expect((await get("27SBXZX0007X1ZB")).json).toMatchObject({ status: "CNL", deregisteredOn: "2025-03-31" });
    const { json } = await answering({ is: "ok", value: taxpayer }).get(OTHER);
    expect(json).toEqual({ ...taxpayer, asOf: "2026-08-18T14:30:00+05:30", mode: "test" });
  });

  it("is answered when the call to the portal is on record, and not before", async () => {
    const settled = Promise.withResolvers<void>();
    const journal = { settled: () => settled.promise };
    const { get } = answering({ is: "ok", value: taxpayer }, { journal });
    let isAnswered = false;
    const answer = get(OTHER).then((given) => {
      isAnswered = true;
      return given;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isAnswered).toBe(false);
    settled.resolve();
    expect(await answer).toMatchObject({ status: 200 });
  });

  it("does not know whom the portal does not know", async () => {
    const { get } = await atTheSandbox();
    const { status, json } = await get(UNKNOWN);
    expect([status, json]).toMatchObject([404, { code: "not_found", detail: expect.stringContaining("/sync") }]);
  });

  it.each(["3001", "3005", "3011", "3028", "3030"])("takes the portal's %s for nobody", async (code) => {
    const { status } = await answering({ is: "refused", errors: [{ code, message: "" }] }).get(OTHER);
    expect(status).toBe(404);
  });

  it.each([
    ["too short", "27AAAZA0001A1Z", "layout"],
    ["in small letters", GSTIN.toLowerCase(), "layout"],
    ["of a wrong check character", "27AAAZA0001A1ZN", "check character"],
    ["nothing", "", "layout"],
  ])("is not asked for a GSTIN that is %s", async (_, asked, word) => {
    const { get, sync, calls, slots } = answering({ is: "ok", value: taxpayer });
    for (const { status, json } of [await get(asked), await sync(asked)])
      expect([status, json]).toMatchObject([404, { code: "not_found", detail: expect.stringContaining(word) }]);
    expect([calls, slots()]).toEqual([[], "none"]);
  });

  it("asks in the caller's name, for whomever it asks", async () => {
    const { get, calls } = answering({ is: "ok", value: taxpayer });
    await get(OTHER);
    expect(calls).toMatchObject([{ operation: "taxpayer", call: { gstin: GSTIN, portal: "NIC1" }, gstin: OTHER }]);
  });
});

describe("POST /gstins/{gstin}/sync", () => {
  it("has the portal take the taxpayer over, which it then knows", async () => {
    const { get, sync } = await atTheSandbox();
    expect((await get(UNTIL_SYNCED)).status).toBe(404);
    const { status, json } = await sync(UNTIL_SYNCED);
    expect([status, json]).toMatchObject([200, { gstin: UNTIL_SYNCED, status: "ACT", mode: "test" }]);
  });

  it("sends nobody round in circles whom the common portal does not know either", async () => {
    const { sync } = await atTheSandbox();
    const { status, json } = await sync(UNKNOWN);
    expect([status, json]).toMatchObject([404, { detail: expect.not.stringContaining("/sync") }]);
  });

  it("asks for the scope of one who changes something", async () => {
    const { get, sync, calls } = answering({ is: "ok", value: taxpayer });
    expect((await get(OTHER, "irn:read")).status).toBe(200);
    expect((await sync(OTHER, "irn:read")).status).toBe(403);
    expect((await sync(OTHER, "irn:write")).status).toBe(200);
    expect(calls.map(({ operation }) => operation)).toEqual(["taxpayer", "syncTaxpayer"]);
  });
});

describe("the caller's budget", () => {
  it("pays one direct slot for a call, and refuses the one that has none with the time to come again", async () => {
    const { get, sync, calls } = answering({ is: "ok", value: taxpayer });
    expect([(await get(OTHER)).status, (await sync(OTHER)).status]).toEqual([200, 200]);

    const { status, headers, json } = await get(OTHER);
    expect([status, json]).toMatchObject([
      429,
      { code: "rate_limited", detail: "repeat it after the time in Retry-After" },
    ]);
    expect(headers).toMatchObject({
      "retry-after": "1",
      ratelimit: '"gstin";r=0;t=2',
      "ratelimit-policy": '"gstin";q=60;w=60',
    });
    expect(calls).toHaveLength(2);
  });

  it("pays nothing while the portals are left alone", async () => {
    const { get, circuits, clock, calls, slots } = answering({ is: "ok", value: taxpayer });
    const openUntil = new Date(clock.now().getTime() + 41_500);
    for (const portal of ["NIC1", "NIC2"]) await circuits.open(`portal#${portal}`, { openUntil, reason: "down" });

    const { status, headers, json } = await get(OTHER);
    expect([status, json]).toMatchObject([503, { code: "portal_unavailable" }]);
    expect([headers["retry-after"], calls, slots()]).toEqual(["42", [], "none"]);
  });
});

describe("a portal that does not answer", () => {
  const notSent = { is: "not-sent", errors: [], reason: "ECONNREFUSED" } as const;

  it.each<[string, Answer<Taxpayer>, string]>([
    ["was not reached", notSent, "5"],
    ["says when it can be", { ...notSent, retryAt: new Date("2026-08-18T09:00:30Z") }, "30"],
    ["says a time that is over", { ...notSent, retryAt: new Date("2026-08-18T08:00:00Z") }, "1"],
    ["has no quota left", { ...notSent, errors: [{ code: "3108", message: "" }] }, "60"],
    ["broke off", { is: "unknown", errors: [], reason: "no answer" }, "5"],
    ["failed inside", { is: "unknown", errors: [{ code: "5001", message: "" }], reason: "5001" }, "5"],
  ])("and %s: 503", async (_, answer, seconds) => {
    const { get, sync } = answering(answer);
    for (const { status, headers, json } of [await get(OTHER), await sync(OTHER)]) {
      expect([status, json]).toMatchObject([503, { code: "portal_unavailable" }]);
      expect(headers["retry-after"]).toBe(seconds);
    }
  });

  it.each(["0502", "0504"])("though it is the gateway that says so: HTTP %s", async (code) => {
    const { get } = await atTheSandbox({ gstin: code === "0502" ? "27FLTZE0502A1Z1" : "27FLTZE0504A1ZZ" });
    expect((await get(OTHER)).json).toMatchObject({ code: "portal_unavailable" });
  });

  it.each([
    [19_000, 200],
    [19_001, 503],
  ])("is not called when a login took %i ms of the time: %i", async (ms, expected) => {
    const clock = virtualClock();
    const { get } = answering({ is: "ok", value: taxpayer }, { clock }, () => clock.advance(ms));
    expect((await get(OTHER)).status).toBe(expected);
  });
});

describe("a portal that refuses", () => {
  it("the API user's password: 409, with its own words", async () => {
    const { get } = await atTheSandbox({ password: "wrong" });
    const { status, json } = await get(OTHER);
    expect([status, json]).toMatchObject([409, { code: "irp_login_refused", errors: [{ irpCode: "1019" }] }]);
    // It is not asked a second time, and then has no words.
    const again = await get(OTHER);
    expect([again.status, again.json]).toMatchObject([409, { code: "irp_login_refused" }]);
    expect(again.json).not.toHaveProperty("errors");
  });

  it("the caller's credentials in a call, though the login was well: 409", async () => {
    const errors = [{ code: "1014", message: "User is inactive" }];
    const { status, json } = await answering({ is: "not-sent", errors, reason: "1014" }).get(OTHER);
    expect([status, json]).toMatchObject([409, { errors: [{ irpCode: "1014", message: "User is inactive" }] }]);
  });

  it("to look it up: 422, with its codes", async () => {
    const errors = [
      { code: "3029", message: "inactive" },
      { code: "3001", message: "no data" },
    ];
    const { status, json } = await answering({ is: "refused", errors }).get(OTHER);
    expect([status, json]).toMatchObject([
      422,
      { code: "refused_by_irp", errors: [{ irpCode: "3029", message: "inactive" }, { irpCode: "3001" }] },
    ]);
  });
});
