import { describe, expect, it } from "vitest";
import { anInvoice } from "../fakes/an-invoice.ts";
import { onePolicy } from "../fakes/memory-policy-store.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
import { anApi, OTHER_GSTIN } from "./an-api.ts";

const POLICY = { calls: 60, perSeconds: 60, burst: 20, reserve: 10 };
const UNTOUCHED = {
  gstin: GSTIN,
  policy: POLICY,
  remaining: 20,
  resetSeconds: 0,
  queue: { waiting: 0, nextStartsAt: "2026-08-18T14:30:00+05:30" },
};

function limitedApi() {
  return anApi({ policies: onePolicy(POLICY) });
}

describe("GET /rate-limit", () => {
  it("shows a budget that nobody has used, in the body and in the fields, and takes nothing from it", async () => {
    const { read } = limitedApi();
    for (const { status, headers, json } of [await read("/rate-limit"), await read("/rate-limit")]) {
      expect([status, json]).toEqual([200, UNTOUCHED]);
      expect(headers).toMatchObject({ "ratelimit-policy": '"gstin";q=60;w=60', ratelimit: '"gstin";r=20;t=0' });
    }
  });

  it("says that nothing is sent for the GSTIN, until when, and why", async () => {
    const { read, common, clock } = limitedApi();
    const asked: string[] = [];
    const pauseOf = async (gstin: string) => {
      asked.push(gstin);
      return { openUntil: new Date(clock.now().getTime() + 60_000), reason: "200 errors on 2026-08-18" };
    };
    const { json } = await read("/rate-limit", {}, { ...common, pauseOf });
    const paused = { until: "2026-08-18T14:31:00+05:30", reason: "200 errors on 2026-08-18" };
    expect([asked, json]).toEqual([[GSTIN], { ...UNTOUCHED, paused }]);
  });

  it("shows what calls and waiting requests have left of it, and how that comes back", async () => {
    const { read, post, clock } = limitedApi();
    for (const docNo of ["A/1", "A/2", "A/3"]) await post(anInvoice({ docNo }), { headers: { prefer: "wait=0" } });
    for (const docNo of ["B/1", "B/2"]) await post(anInvoice({ docNo }), { headers: { prefer: "respond-async" } });
    const { headers, json } = await read("/rate-limit");
    expect(headers["ratelimit"]).toBe('"gstin";r=17;t=3');
    expect(json).toEqual({
      ...{ ...UNTOUCHED, remaining: 17, resetSeconds: 3 },
      queue: { waiting: 2, nextStartsAt: "2026-08-18T14:30:02+05:30" },
    });

    clock.advance(2_000);
    expect((await read("/rate-limit")).json).toMatchObject({ remaining: 19, resetSeconds: 1, queue: { waiting: 0 } });
  });

  it("is each GSTIN's own", async () => {
    const { read, post } = limitedApi();
    await post(anInvoice(), { headers: { prefer: "wait=0" } });
    expect((await read("/rate-limit")).json).toMatchObject({ gstin: GSTIN, remaining: 19 });
    expect((await read("/rate-limit", { gstin: OTHER_GSTIN })).json).toEqual({ ...UNTOUCHED, gstin: OTHER_GSTIN });
  });

  it.each([
    ["nothing", { calls: 0, perSeconds: 60 }, { retryAfter: "60", ratelimit: '"gstin";r=0;t=0' }],
    [
      "one call an hour",
      { calls: 1, perSeconds: 3_600, burst: 1, reserve: 0 },
      { retryAfter: "3600", ratelimit: '"gstin";r=0;t=3600' },
    ],
  ])("says of a limit of %s when to come again, and queues", async (_, policy, { retryAfter, ratelimit }) => {
    const { read, post } = anApi({ policies: onePolicy({ ...POLICY, ...policy }) });
    if (policy.calls > 0) await post(anInvoice({ docNo: "A/0" }), { headers: { prefer: "wait=0" } });
    const refused = await post(anInvoice({ docNo: "A/1" }), { headers: { prefer: "wait=0" } });
    expect(refused).toMatchObject({ status: 429, json: { code: "rate_limited" } });
    expect(refused.headers).toMatchObject({ "retry-after": retryAfter, ratelimit });
    expect((await post(anInvoice({ docNo: "A/2" }), { headers: { prefer: "respond-async" } })).status).toBe(202);
    expect((await read("/rate-limit")).json).toMatchObject({ policy, remaining: 0 });
  });
});
