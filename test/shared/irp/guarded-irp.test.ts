import { describe, expect, it } from "vitest";
import type { Circuits } from "../../../shared/irp/circuits.ts";
import { guardedIrp } from "../../../shared/irp/guarded-irp.ts";
import type { Answer, Irp, IrpCall } from "../../../shared/irp/irp.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing } from "../../fakes/failing.ts";
import { memoryCircuits } from "../../fakes/memory-circuits.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

const GSTIN = "27AAAZA0001A1ZM";
const DAY = "2026-08-18";
const TIMED_OUT: Answer<never> = { is: "unknown", errors: [], reason: "no answer: TimeoutError" };
const REFUSED_CONNECTION: Answer<never> = { is: "not-sent", errors: [], reason: "ECONNREFUSED" };
const NO_TIME: Answer<never> = { is: "not-sent", errors: [], reason: "no time was left to wait for an answer" };
const OK: Answer<unknown> = { is: "ok", value: {} };

const withCodes = (is: "refused" | "not-sent" | "unknown", ...codes: string[]): Answer<never> => {
  const errors = codes.map((code) => ({ code, message: `message of ${code}` }));
  return is === "refused" ? { is, errors } : { is, errors, reason: "as the portal says" };
};

type Method = keyof Irp;

/** Answers every method from one script, ok when the script is over; `calls` are those that came through. */
function aScriptedIrp() {
  const script: (Answer<unknown> | Promise<Answer<unknown>>)[] = [];
  const calls: { readonly method: Method; readonly call: IrpCall }[] = [];
  const scripted = (method: Method) => async (call: IrpCall) => {
    calls.push({ method, call });
    return (await script.shift()) ?? OK;
  };
  const methods = Object.keys(operations) as Method[];
  const irp = Object.fromEntries(methods.map((method) => [method, scripted(method)])) as unknown as Irp;
  return {
    irp,
    calls,
    will: (...answers: (Answer<unknown> | Promise<Answer<unknown>>)[]) => void script.push(...answers),
  };
}

const number = { docType: "INV", docNo: "A/1", docDate: "18/08/2026" };
const cancellation = { reason: "other", remarks: "r" } as const;
const operations: { readonly [Name in Method]: (irp: Irp, call: IrpCall) => Promise<Answer<unknown>> } = {
  generate: (irp, call) => irp.generate(call, anInvoice()),
  byIrn: (irp, call) => irp.byIrn(call, "irn"),
  byDocument: (irp, call) => irp.byDocument(call, number),
  cancel: (irp, call) => irp.cancel(call, "irn", cancellation),
  rejected: (irp, call) => irp.rejected(call, "18/08/2026"),
  makeEwayBill: (irp, call) => irp.makeEwayBill(call, "irn", {}),
  ewayBillOf: (irp, call) => irp.ewayBillOf(call, "irn"),
  cancelEwayBill: (irp, call) => irp.cancelEwayBill(call, "1", cancellation),
  taxpayer: (irp, call) => irp.taxpayer(call, GSTIN),
  syncTaxpayer: (irp, call) => irp.syncTaxpayer(call, GSTIN),
};

function setup({ change = (circuits: Circuits) => circuits } = {}) {
  const clock = virtualClock(`${DAY}T09:00:00.000Z`);
  const store = memoryCircuits(clock.now);
  const counted: string[] = [];
  const circuits = change({
    ...store,
    countErrors(subject, day, errors) {
      counted.push(`${subject} ${day} ${errors}`);
      return store.countErrors(subject, day, errors);
    },
  });
  const portals = ["NIC1", "NIC2"];
  const instance = () => {
    const scripted = aScriptedIrp();
    const guarded = guardedIrp({ irp: scripted.irp, circuits, portals, now: clock.now });
    const ask = (method: Method, call: Partial<IrpCall> = {}) =>
      operations[method](guarded, { gstin: GSTIN, portal: "NIC1", mayStillSend: () => true, ...call });
    return { ...scripted, guarded, ask };
  };
  const inMs = (ms: number) => new Date(clock.now().getTime() + ms);
  const open = (subject: string, ms: number) =>
    store.open(subject, { openUntil: inMs(ms), reason: `${subject} is down` });
  return { clock, store, counted, instance, inMs, open, ...instance() };
}

/** Lets a portal fail until its circuit opens. */
async function breakPortal({ will, ask }: ReturnType<ReturnType<typeof setup>["instance"]>, failure = TIMED_OUT) {
  will(...Array.from({ length: 5 }, () => failure));
  for (let i = 0; i < 5; i++) await ask("generate");
}

describe("a guarded call", () => {
  it.each(Object.keys(operations) as Method[])(
    "of %s passes as it is while all circuits are closed",
    async (method) => {
      const { ask, calls, will } = setup();
      will({ is: "ok", value: { some: "thing" } });

      expect(await ask(method, { via: "NIC2", supplier: "S" })).toEqual({ is: "ok", value: { some: "thing" } });
      expect(calls).toMatchObject([{ method, call: { gstin: GSTIN, portal: "NIC1", via: "NIC2", supplier: "S" } }]);
      expect(calls[0]?.call.mayStillSend()).toBe(true);
    },
  );

  const everybodysCircuits = ["client", `gstin#${GSTIN}`];
  const everyCase = everybodysCircuits.flatMap((subject) =>
    (Object.keys(operations) as Method[]).map((method) => [method, subject] as const),
  );
  it.each(everyCase)("of %s is not sent while the circuit of %s is open", async (method, subject) => {
    const { ask, calls, open, inMs } = setup();
    await open(subject, 10_000);

    const expected = { is: "not-sent", errors: [], reason: `${subject} is down`, retryAt: inMs(10_000) };
    expect(await ask(method)).toEqual(expected);
    expect(calls).toEqual([]);
  });

  it("waits for the later of the two circuits of its caller", async () => {
    const { ask, open, inMs } = setup();
    await open("client", 20_000);
    await open(`gstin#${GSTIN}`, 10_000);

    expect(await ask("generate")).toMatchObject({ retryAt: inMs(20_000) });
  });

  it("does not suffer from another GSTIN's circuit", async () => {
    const { ask, open } = setup();
    await open("gstin#29AAAZA0001A1ZI", 10_000);

    expect(await ask("generate")).toEqual(OK);
  });
});

describe("while a portal's circuit is open", () => {
  it.each<Method>(["generate", "rejected", "cancelEwayBill"])("%s goes nowhere else", async (method) => {
    const { ask, calls, open, inMs } = setup();
    await open("portal#NIC1", 10_000);

    expect(await ask(method)).toMatchObject({ is: "not-sent", errors: [], retryAt: inMs(10_000) });
    expect(calls).toEqual([]);
  });

  it.each<Method>(["byIrn", "byDocument", "cancel", "makeEwayBill", "ewayBillOf"])(
    "%s goes to the other portal, which is told the holder",
    async (method) => {
      const { ask, calls, open } = setup();
      await open("portal#NIC1", 10_000);

      expect(await ask(method)).toEqual(OK);
      expect(calls).toMatchObject([{ call: { portal: "NIC1", via: "NIC2" } }]);
    },
  );

  it.each<Method>(["taxpayer", "syncTaxpayer"])("%s goes to the other portal as to any", async (method) => {
    const { ask, calls, open } = setup();
    await open("portal#NIC1", 10_000);

    expect(await ask(method)).toEqual(OK);
    expect(calls.map(({ call }) => [call.portal, call.via])).toEqual([["NIC2", undefined]]);
  });

  it("a route that the caller chose is not changed", async () => {
    const { ask, calls, open, inMs } = setup();
    await open("portal#NIC2", 10_000);

    expect(await ask("byIrn", { via: "NIC2" })).toMatchObject({ is: "not-sent", retryAt: inMs(10_000) });
    expect(calls).toEqual([]);
  });

  it("a caller that has chosen the other portal is served", async () => {
    const { ask, calls, open } = setup();
    await open("portal#NIC1", 10_000);

    expect(await ask("byIrn", { via: "NIC2" })).toEqual(OK);
    expect(calls).toHaveLength(1);
  });

  it("and the others' too, calls are held back until the first of them closes", async () => {
    const { ask, calls, open, inMs } = setup();
    await open("portal#NIC1", 20_000);
    await open("portal#NIC2", 10_000);

    expect(await ask("byIrn")).toMatchObject({ is: "not-sent", reason: "portal#NIC2 is down", retryAt: inMs(10_000) });
    expect(calls).toEqual([]);
  });

  const absences: [Method, string][] = [
    ["byIrn", "2148"],
    ["byDocument", "2154"],
    ["ewayBillOf", "4005"],
  ];
  it.each(absences)("%s does not take a stand-in's %s for absence", async (method, code) => {
    const { ask, open, will } = setup();
    await open("portal#NIC1", 10_000);
    will(withCodes("refused", code), withCodes("refused", "2283"));

    expect(await ask(method)).toMatchObject({ is: "unknown", errors: [{ code }] });
    expect(await ask(method)).toMatchObject({ is: "refused" });
  });

  it("a caller's own route tells absence", async () => {
    const { ask, open, will } = setup();
    await open("portal#NIC1", 10_000);
    will(withCodes("refused", "2148"));

    expect(await ask("byIrn", { via: "NIC2" })).toMatchObject({ is: "refused" });
  });
});

describe("the breaker of a portal", () => {
  const failures = [
    TIMED_OUT,
    REFUSED_CONNECTION,
    { ...REFUSED_CONNECTION, reason: "no answer: HTTP 503" },
    { ...REFUSED_CONNECTION, reason: "unreadable answer: Status" },
  ];
  it.each(failures)("opens for 30 s after five failures in a row: %j", async (failure) => {
    const all = setup();
    await breakPortal(all, failure);

    expect(await all.ask("generate")).toMatchObject({ is: "not-sent", errors: [], retryAt: all.inMs(30_000) });
    expect(all.calls).toHaveLength(5);
    expect(await all.store.find("portal#NIC1")).toMatchObject({ openUntil: all.inMs(30_000) });
    expect(await all.store.find("portal#NIC2")).toBeUndefined();
  });

  it.each<[string, Answer<unknown>]>([
    ["a success", OK],
    ["a refusal", withCodes("refused", "2211")],
    ["a fault with a code", withCodes("unknown", "5001")],
    ["a refused login", withCodes("not-sent", "1019")],
  ])("starts to count anew after %s", async (_, answer) => {
    const { ask, calls, will } = setup();
    will(TIMED_OUT, TIMED_OUT, TIMED_OUT, TIMED_OUT, answer, TIMED_OUT, TIMED_OUT, TIMED_OUT, TIMED_OUT);
    for (let i = 0; i < 10; i++) await ask("generate");

    expect(calls).toHaveLength(10);
  });

  it.each<[string, Answer<unknown>]>([
    ["no time was left", NO_TIME],
    ["a user is not stored", { ...NO_TIME, reason: "no portal user is stored for this GSTIN" }],
    ["the GSP had enough", { ...NO_TIME, reason: "HTTP 429" }],
    ["the GSP does not know us", { ...NO_TIME, reason: "HTTP 403" }],
    ["the store failed", { ...NO_TIME, reason: "credentials could not be read" }],
  ])("counts nothing when %s, nor forgets", async (_, answer) => {
    const { ask, calls, will, store } = setup();
    will(...Array.from({ length: 6 }, () => answer));
    for (let i = 0; i < 6; i++) await ask("generate");
    expect(await store.find("portal#NIC1")).toBeUndefined();

    will(TIMED_OUT, TIMED_OUT, answer, TIMED_OUT, TIMED_OUT, TIMED_OUT);
    for (let i = 0; i < 7; i++) await ask("generate");
    expect(calls).toHaveLength(12);
  });

  it("blames the portal that was called, not the holder", async () => {
    const { ask, store, will } = setup();
    will(...Array.from({ length: 5 }, () => TIMED_OUT));
    for (let i = 0; i < 5; i++) await ask("byIrn", { via: "NIC2" });

    expect(await store.find("portal#NIC2")).toBeDefined();
    expect(await store.find("portal#NIC1")).toBeUndefined();
  });

  it("learns nothing from the e-way bill system, which is another", async () => {
    const { ask, calls, will } = setup();
    will(...Array.from({ length: 5 }, () => TIMED_OUT));
    for (let i = 0; i < 5; i++) await ask("cancelEwayBill");
    expect(await ask("generate")).toEqual(OK);

    will(TIMED_OUT, TIMED_OUT, TIMED_OUT, OK, TIMED_OUT, TIMED_OUT);
    for (let i = 0; i < 6; i++) await ask(i === 3 ? "cancelEwayBill" : "generate");
    expect(await ask("generate")).toMatchObject({ is: "not-sent" });
    expect(calls).toHaveLength(12);
  });

  it("probes when its time is over, and doubles it up to five minutes", async () => {
    const all = setup();
    const { ask, calls, clock, inMs, will } = all;
    await breakPortal(all);
    clock.advance(29_999);
    expect(await ask("generate")).toMatchObject({ is: "not-sent" });
    clock.advance(1);

    for (const openMs of [60_000, 120_000, 240_000, 300_000, 300_000]) {
      const before = calls.length;
      will(TIMED_OUT);
      expect(await ask("generate")).toEqual(TIMED_OUT);
      expect(await ask("generate")).toMatchObject({ is: "not-sent", retryAt: inMs(openMs) });
      expect(calls).toHaveLength(before + 1);
      clock.advance(openMs);
    }
  });

  it("forgets everything after a probe that succeeds", async () => {
    const all = setup();
    await breakPortal(all);
    all.clock.advance(30_000);
    expect(await all.ask("generate")).toEqual(OK);
    await breakPortal(all);

    expect(all.calls).toHaveLength(11);
    expect(await all.ask("generate")).toMatchObject({ is: "not-sent", retryAt: all.inMs(30_000) });
  });

  it("takes no call that was on its way for a probe", async () => {
    const all = setup();
    const { ask, clock, inMs, will } = all;
    let fail = (_: Answer<unknown>) => {};
    will(
      new Promise((resolve) => {
        fail = resolve;
      }),
    );
    const slow = ask("generate");
    while (all.calls.length < 1) await Promise.resolve();
    await breakPortal(all);
    clock.advance(10_000);
    fail(TIMED_OUT);
    await slow;

    expect(await ask("generate")).toMatchObject({ retryAt: inMs(20_000) });
  });

  it("is shared: another instance stays away, and its first failure afterwards opens again for longer", async () => {
    const one = setup();
    const other = one.instance();
    await breakPortal(one);
    expect(await other.ask("generate")).toMatchObject({ is: "not-sent", retryAt: one.inMs(30_000) });
    one.clock.advance(30_000);
    other.will(TIMED_OUT);
    await other.ask("generate");

    expect(other.calls).toHaveLength(1);
    expect(await other.ask("generate")).toMatchObject({ is: "not-sent", retryAt: one.inMs(60_000) });
  });

  it("opens once when two instances find the same fault", async () => {
    const one = setup();
    const other = one.instance();
    other.will(TIMED_OUT, TIMED_OUT, TIMED_OUT, TIMED_OUT, TIMED_OUT);
    for (let i = 0; i < 4; i++) await other.ask("generate");
    await breakPortal(one);
    one.clock.advance(1_000);
    await other.ask("generate");
    one.clock.advance(4_000);
    expect(await one.ask("generate")).toMatchObject({ is: "not-sent", retryAt: one.inMs(26_000) });
    one.clock.advance(26_000);
    one.will(TIMED_OUT);
    await one.ask("generate");

    expect(await one.ask("generate")).toMatchObject({ retryAt: one.inMs(60_000) });
  });
});

describe("a suspension", () => {
  it.each([
    ["3095", "client"],
    ["3096", `gstin#${GSTIN}`],
  ])("by %s opens the circuit of %s for an hour, and one call then asks again", async (code, subject) => {
    const { ask, calls, clock, inMs, store, will } = setup();
    will(withCodes("not-sent", code));

    expect(await ask("generate")).toMatchObject({ is: "not-sent", retryAt: inMs(3_600_000) });
    expect(await store.find(subject)).toMatchObject({
      openUntil: inMs(3_600_000),
      reason: expect.stringContaining(code),
    });
    expect(await ask("byIrn")).toMatchObject({ is: "not-sent", errors: [], retryAt: inMs(3_600_000) });
    clock.advance(3_600_000);
    will(withCodes("not-sent", code));
    await ask("byIrn");
    expect(await ask("byIrn")).toMatchObject({ errors: [], retryAt: inMs(3_600_000) });
    expect(calls).toHaveLength(2);
  });

  it("of a GSTIN leaves the others alone", async () => {
    const { ask, will } = setup();
    will(withCodes("not-sent", "3096"));
    await ask("generate");

    expect(await ask("generate", { gstin: "29AAAZA0001A1ZI" })).toEqual(OK);
  });
});

describe("a quota answer", () => {
  it.each([
    ["3108", 60_000],
    ["3109", 60_000],
    ["_3109", 60_000],
    ["4062", 60_000],
    ["658", 60_000],
    ["118", 300_000],
  ])("%s is not repeated for %d ms", async (code, ms) => {
    const { ask, inMs, will } = setup();
    will(withCodes("not-sent", code));

    expect(await ask("generate")).toEqual({ ...withCodes("not-sent", code), retryAt: inMs(ms) });
  });

  it("of a gateway is not repeated for a minute", async () => {
    const { ask, inMs, will } = setup();
    will({ is: "not-sent", errors: [], reason: "HTTP 429" });

    expect(await ask("generate")).toMatchObject({ retryAt: inMs(60_000) });
  });

  it("that says when to come again is left as it is, also by a stand-in", async () => {
    const { ask, inMs, open, will } = setup();
    const answer = { ...withCodes("not-sent", "3108"), retryAt: inMs(7_000) } as Answer<never>;
    will(answer, withCodes("not-sent", "3108"));

    expect(await ask("generate")).toEqual(answer);
    await open("portal#NIC1", 10_000);
    expect(await ask("byIrn", { portal: "NIC2" })).toMatchObject({ retryAt: inMs(60_000) });
  });

  it("comes with a time, other refusals do not", async () => {
    const { ask, will } = setup();
    will(withCodes("not-sent", "1019"), NO_TIME);

    expect(await ask("generate")).toEqual(withCodes("not-sent", "1019"));
    expect(await ask("generate")).toEqual(NO_TIME);
  });
});

describe("the error budget", () => {
  it.each<[string, Answer<unknown>]>([
    ["a refusal", withCodes("refused", "2211", "2233")],
    ["a fault", withCodes("unknown", "5001")],
    ["a refused login", withCodes("not-sent", "1019")],
    ["absence among others", withCodes("refused", "2148", "2211")],
  ])("counts %s once for the GSTIN and once for the client id", async (_, answer) => {
    const { ask, counted, will } = setup();
    will(answer);
    await ask("generate");

    expect(counted.toSorted()).toEqual([`client ${DAY} 1`, `gstin#${GSTIN} ${DAY} 1`]);
  });

  it.each<[string, Answer<unknown>]>([
    ["success", OK],
    ["no answer", TIMED_OUT],
    ["what was not sent", NO_TIME],
    ...["2148", "2154", "3001", "2296", "4005"].map((code): [string, Answer<unknown>] => [
      `absence (${code})`,
      withCodes("refused", code),
    ]),
  ])("does not count %s", async (_, answer) => {
    const { ask, counted, will } = setup();
    will(answer);
    await ask("byIrn");

    expect(counted).toEqual([]);
  });

  it("does not count what the guard itself held back", async () => {
    const { ask, counted, open } = setup();
    await open("client", 10_000);
    await ask("generate");

    expect(counted).toEqual([]);
  });

  it("counts by the day in India", async () => {
    const { ask, clock, counted, will } = setup();
    clock.advance(Date.parse(`${DAY}T18:30:00Z`) - clock.now().getTime());
    will(withCodes("refused", "2211"));
    await ask("generate");

    expect(counted).toContain(`client 2026-08-19 1`);
  });

  it.each([
    ["a GSTIN", `gstin#${GSTIN}`, 200],
    ["the client id", "client", 50_000],
  ])("pauses %s that has burnt it until the day in India ends", async (_, subject, errors) => {
    const { ask, calls, clock, store, will } = setup();
    const midnight = new Date(`${DAY}T18:30:00Z`);
    await store.countErrors(subject, DAY, errors - 2);
    will(withCodes("refused", "2211"), withCodes("refused", "2211"));
    await ask("generate");
    expect(await store.find(subject)).toBeUndefined();
    await ask("generate");
    expect(await store.find(subject)).toEqual({ openUntil: midnight, reason: `${errors} errors on ${DAY}` });

    expect(await ask("generate")).toMatchObject({ is: "not-sent", retryAt: midnight });
    expect(calls).toHaveLength(2);
    clock.advance(midnight.getTime() - clock.now().getTime());
    expect(await ask("generate")).toEqual(OK);
  });
});

describe("a store that fails", () => {
  it("holds no call back when circuits cannot be read", async () => {
    const { ask, guarded } = setup({ change: (circuits) => failing(circuits, "find") });

    expect(await ask("generate")).toEqual(OK);
    expect(await guarded.choose(GSTIN)).toEqual({ portal: "NIC1" });
  });

  it("changes no answer when circuits cannot be opened, and a broken portal is left alone all the same", async () => {
    const all = setup({ change: (circuits) => failing(circuits, "open") });
    all.will(withCodes("not-sent", "3096"));
    expect(await all.ask("generate")).toMatchObject({ is: "not-sent", errors: [{ code: "3096" }] });
    all.clock.advance(5_000);
    await breakPortal(all);
    all.clock.advance(20_000);

    expect(await all.ask("generate")).toMatchObject({ is: "not-sent", retryAt: all.inMs(10_000) });
    expect(all.calls).toHaveLength(6);
  });

  it("changes no answer when errors cannot be counted", async () => {
    const { ask, will } = setup({ change: (circuits) => failing(circuits, "countErrors") });
    will(withCodes("refused", "2211"));

    expect(await ask("generate")).toEqual(withCodes("refused", "2211"));
  });
});

describe("the portal for a new document", () => {
  it("is the first whose circuit is closed", async () => {
    const { guarded } = setup();
    expect(await guarded.choose(GSTIN)).toEqual({ portal: "NIC1" });
  });

  it("is the next while the first is broken", async () => {
    const all = setup();
    await breakPortal(all);
    expect(await all.guarded.choose(GSTIN)).toEqual({ portal: "NIC2" });
  });

  it("is none while all are open: the first to close says when to ask again", async () => {
    const { guarded, inMs, open } = setup();
    await open("portal#NIC1", 20_000);
    await open("portal#NIC2", 10_000);

    expect(await guarded.choose(GSTIN)).toEqual({ openUntil: inMs(10_000), reason: "portal#NIC2 is down" });
  });

  it.each(["client", `gstin#${GSTIN}`])(
    "is none while the circuit of %s is open, whatever the portals do",
    async (subject) => {
      const { guarded, inMs, open } = setup();
      await open("portal#NIC1", 1_000);
      await open(subject, 20_000);

      expect(await guarded.choose(GSTIN)).toEqual({ openUntil: inMs(20_000), reason: `${subject} is down` });
    },
  );
});
