import { describe, expect, it } from "vitest";
import { budgetedIrp } from "../../../shared/budget/budgeted-irp.ts";
import type { Policy } from "../../../shared/budget/policy.ts";
import type { Document, PendingChange } from "../../../shared/document/document.ts";
import type { Answer, Irp, IrpCall } from "../../../shared/irp/irp.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing, repeating } from "../../fakes/failing.ts";
import { memoryBudget } from "../../fakes/memory-budget.ts";
import { onePolicy } from "../../fakes/memory-policy-store.ts";
import { anIrpAtTheSandbox, okValue, to } from "../an-irp-at-the-sandbox.ts";
import { aDocument, aRound, GSTIN, OTHER } from "./a-round.ts";

const DAYS = ["19/08/2026", "18/08/2026", "17/08/2026", "16/08/2026"];
const NOTHING = { gstins: 1, days: 4, marked: 0, busy: 0, failed: 0, left: 0 };
const TEN = Array.from({ length: 10 }, (_, n) => `27AAAZA000${n}A1ZM`);

describe("a round", () => {
  it("marks what a portal rejected, and tells it once", async () => {
    const { rejects, run, stored, told, bus } = await aRound();
    const document = aDocument({ seq: 3 });
    rejects([document]);

    expect(await run()).toEqual({ ...NOTHING, marked: 1 });
    const { irn } = document;
    expect(stored(irn)).toEqual({ ...document, status: "REJ", seq: 4 });
    const number = { docType: "INV", docNo: "A/1", docDate: "17/08/2026" };
    const event = {
      v: 1,
      id: `irn-rejected-${irn}`,
      gstin: GSTIN,
      type: "irn.rejected",
      timestamp: "2026-08-18T14:30:00+05:30",
      data: { irn, status: "REJ", mode: "test", ...number, seq: 4, links: { document: `/irn/${irn}` } },
    };
    expect(told()).toEqual([event]);
    expect(bus.published).toEqual([event]);
  });

  it("says nothing of a number that it does not know", async () => {
    const { rejects, run, told } = await aRound();
    const { about: _, ...document } = aDocument();
    rejects([document]);
    await run();
    expect(told()[0]?.data).toEqual({
      ...{ irn: document.irn, status: "REJ", mode: "test", seq: 2 },
      links: { document: `/irn/${document.irn}` },
    });
  });

  it("asks each portal for today and three days before, for each GSTIN with an API user", async () => {
    const { run, asked } = await aRound({ gstins: [GSTIN, OTHER] });
    expect(await run()).toEqual({ ...NOTHING, gstins: 2 });
    for (const gstin of [GSTIN, OTHER]) {
      const mine = asked.filter(({ call }) => call.gstin === gstin).map(({ call, day }) => `${call.portal} ${day}`);
      expect(mine).toEqual(["NIC1", "NIC2"].flatMap((portal) => DAYS.map((day) => `${portal} ${day}`)));
    }
    expect(asked).toHaveLength(16);
  });

  it("asks for days as they are in India", async () => {
    const { run, asked } = await aRound({ start: "2026-08-18T18:29:59Z" });
    await run();
    expect(asked[0]?.day).toBe("18/08/2026");
  });

  it.each<[string, (document: Document) => Document]>([
    ["another GSTIN's", (document) => ({ ...document, ownerGstin: OTHER })],
    ["cancelled", (document) => ({ ...document, status: "CNL" })],
    ["marked", (document) => ({ ...document, status: "REJ" })],
    [
      "registered at another portal",
      (document) => ({ ...document, reg: document.reg && { ...document.reg, portal: "NIC2" } }),
    ],
    ["not registered", ({ reg: _, status: __, ...document }) => document],
  ])("leaves a document alone that is %s", async (_, changed) => {
    const { rejects, rows, run, stored, told } = await aRound();
    const listed = aDocument();
    rejects([listed]);
    const document = changed(listed);
    rows.documents.set(document.irn, document);

    expect(await run()).toEqual(NOTHING);
    expect([stored(document.irn), told()]).toEqual([document, []]);
  });

  it("leaves alone what is none of our documents", async () => {
    const { lists, run, told } = await aRound();
    lists.set(GSTIN, { is: "ok", value: ["f".repeat(64)] });
    expect(await run()).toEqual(NOTHING);
    expect(told()).toEqual([]);
  });
});

describe("a document on which somebody works", () => {
  const until = Date.parse("2026-08-18T22:00:30Z");
  const pending: PendingChange = { op: "change", rid: "rid", at: 1, since: 1, n: 1, looks: 0 };

  it.each<[string, Partial<Document>]>([
    ["is locked", { lock: { worker: "w", until } }],
    ["has a change pending", { pending }],
    ["has a change pending whose worker died", { pending, lock: { worker: "w", until: 1 } }],
  ])("and that %s is left as it is, for the next day's round", async (_, held) => {
    const { rejects, run, stored, told, rows, nextDay } = await aRound();
    const free = aDocument();
    const document = { ...free, ...held };
    rejects([document]);
    expect(await run()).toEqual({ ...NOTHING, busy: 1 });
    expect([stored(document.irn), told()]).toEqual([document, []]);

    rows.documents.set(document.irn, free);
    nextDay();
    expect(await run()).toMatchObject({ marked: 1, busy: 0 });
  });

  it.each<[string, Partial<Document>, object]>([
    ["began a change", { pending }, { busy: 1 }],
    ["cancelled it", { status: "CNL" }, { busy: 0 }],
  ])("is left to who just %s", async (_, meanwhile, counted) => {
    const { rejects, run, stored, told, rows, documents } = await aRound();
    const document = aDocument();
    rejects([document]);
    const take: typeof documents.take = (irn, ...rest) => {
      rows.documents.set(irn, { ...document, ...meanwhile });
      return documents.take(irn, ...rest);
    };
    expect(await run({ documents: { ...documents, take } })).toEqual({ ...NOTHING, ...counted });
    expect([stored(document.irn), told()]).toEqual([{ ...document, ...meanwhile }, []]);
  });
});

describe("a round that stops in the middle", () => {
  const crashes = [
    ["before the event", "events", "append", "before"],
    ["after the event", "events", "append", "after"],
    ["before the document", "documents", "change", "before"],
    ["after the document", "documents", "change", "after"],
    ["before the bus", "bus", "publish", "before"],
    ["after the bus", "bus", "publish", "after"],
  ] as const;

  it.each(crashes)("%s leaves one event and one change, whoever ends it", async (_, port, method, when) => {
    const { rejects, run, stored, told, bus, events, documents, nextDay, clock } = await aRound();
    const document = aDocument();
    rejects([document]);
    const crashed = { ...{ bus, events, documents }[port] };
    const dead = { [port]: failing(crashed as Record<string, unknown>, method, when) };
    expect(await run(dead as object)).toMatchObject({ marked: 0, failed: 1 });

    nextDay();
    const undispatched = (await events.undispatched(clock.now(), 10)).length;
    await run();
    expect(stored(document.irn)).toEqual({ ...document, status: "REJ", seq: 2 });
    expect(told()).toHaveLength(1);
    // Told by the one who ends it, or by the sweeper.
    expect(bus.published.length + undispatched).toBeGreaterThan(0);
    expect(new Set(bus.published.map(({ id }) => id)).size).toBeLessThan(2);
    expect(told()[0]?.data["seq"]).toBe(2);
  });

  it("is not noticed where the SDK repeated a write whose answer was lost", async () => {
    const { rejects, run, stored, told, events, documents } = await aRound();
    const document = aDocument();
    rejects([document]);
    await run({ events: repeating(events, "append"), documents: repeating(documents, "take") });
    expect([stored(document.irn)?.seq, told().length]).toEqual([2, 1]);
  });
});

describe("two rounds at once", () => {
  it("change each document once", async () => {
    const { rejects, run, stored, told, bus } = await aRound();
    const documents = Array.from({ length: 20 }, () => aDocument());
    rejects(documents);
    const rounds = await Promise.all([run(), run()]);
    expect(rounds.map(({ marked }) => marked).reduce((sum, marked) => sum + marked)).toBe(20);
    expect(documents.map(({ irn }) => stored(irn)?.seq)).toEqual(documents.map(() => 2));
    expect(documents.map(({ irn }) => stored(irn)?.lock)).toEqual(documents.map(() => undefined));
    expect([told().length, bus.published.length]).toEqual([20, 20]);
  });

  it("change it once though one of them stood still for longer than its lease", async () => {
    const { rejects, run, stored, told, events, clock, bus } = await aRound();
    const document = aDocument();
    rejects([document]);
    const others: unknown[] = [];
    const append: typeof events.append = async (...given) => {
      clock.advance(13_000);
      others.push(await run());
      return events.append(...given);
    };
    expect(await run({ events: { append } })).toEqual({ ...NOTHING, busy: 1 });
    expect(others).toEqual([{ ...NOTHING, marked: 1 }]);
    expect([stored(document.irn)?.seq, told().length, bus.published.length]).toEqual([2, 1, 1]);
  });
});

describe("a GSTIN that fails", () => {
  const notSent = { is: "not-sent", errors: [], reason: "ECONNREFUSED" } as const;

  it.each<[string, Answer<readonly string[]>, string]>([
    ["is not reached", notSent, "ECONNREFUSED"],
    ["broke off", { is: "unknown", errors: [], reason: "no answer: HTTP 502" }, "no answer: HTTP 502"],
    ["refuses", { is: "refused", errors: [{ code: "3029", message: "m" }] }, "refused: 3029"],
  ])("because a portal %s holds up neither the other portal nor another GSTIN", async (_, answer, reason) => {
    const { rejects, run, lists, failures, asked, stored, nextDay } = await aRound({ gstins: [GSTIN, OTHER] });
    const at = (ownerGstin: string, portal: string) => aDocument({ ownerGstin, reg: { ...REG, portal } });
    const [failed, second, others] = [at(GSTIN, "NIC1"), at(GSTIN, "NIC2"), at(OTHER, "NIC1")];
    rejects([failed, second, others]);
    lists.set(`${GSTIN} NIC1 19/08/2026`, answer);

    expect(await run()).toEqual({ ...NOTHING, gstins: 2, marked: 2, failed: 1 });
    expect([stored(second.irn)?.status, stored(others.irn)?.status]).toEqual(["REJ", "REJ"]);
    expect(failures).toEqual([{ gstin: GSTIN, portal: "NIC1", reason }]);
    // A portal that failed once is not asked for the other days.
    expect(asked).toHaveLength(1 + 4 + 8);

    lists.delete(`${GSTIN} NIC1 19/08/2026`);
    nextDay();
    expect(await run()).toEqual({ ...NOTHING, gstins: 2, marked: 1 });
  });

  it("at both portals counts once", async () => {
    const { run, lists, failures } = await aRound();
    lists.set(GSTIN, notSent);
    expect(await run()).toEqual({ ...NOTHING, failed: 1 });
    expect(failures.map(({ portal }) => portal)).toEqual(["NIC1", "NIC2"]);
  });

  it("because its call threw holds up no other", async () => {
    const { run, irp, failures } = await aRound({ gstins: [GSTIN, OTHER] });
    const error = new Error("what should not be");
    const rejected: Irp["rejected"] = (call, day) =>
      call.gstin === GSTIN ? Promise.reject(error) : irp.rejected(call, day);
    expect(await run({ irp: { rejected } })).toEqual({ ...NOTHING, gstins: 2, failed: 1 });
    expect(failures[0]).toEqual({ gstin: GSTIN, portal: "NIC1", error });
  });

  it("with one document still marks the others", async () => {
    const { rejects, run, documents, failures, stored } = await aRound();
    const [broken, sound] = [aDocument(), aDocument()];
    rejects([broken, sound]);
    const error = new Error("the store did not answer");
    const find: typeof documents.find = (irn) => (irn === broken.irn ? Promise.reject(error) : documents.find(irn));
    expect(await run({ documents: { ...documents, find } })).toEqual({ ...NOTHING, marked: 1, failed: 1 });
    expect(failures).toEqual([{ gstin: GSTIN, portal: "NIC1", irn: broken.irn, error }]);
    expect(stored(sound.irn)?.status).toBe("REJ");
  });

  it("is nobody's fault when the list of GSTINs cannot be read: the round throws", async () => {
    const { run } = await aRound();
    const users = {
      async *gstins() {
        yield GSTIN;
        throw new Error("the table did not answer");
      },
    };
    await expect(run({ users })).rejects.toThrow("the table did not answer");
  });
});

describe("a slot of the GSTIN's budget", () => {
  function budgeted({ irp, clock, deps }: Awaited<ReturnType<typeof aRound>>, policy: Partial<Policy>) {
    const budget = memoryBudget(onePolicy(policy));
    return { ...deps, irp: budgetedIrp({ irp: irp as Irp, budget, now: clock.now, sleep: clock.sleep }) };
  }

  it("is taken for each call, and waited for where the limit is low", async () => {
    const round = await aRound();
    const began = round.clock.now().getTime();
    const deps = budgeted(round, { calls: 10, perSeconds: 60, burst: 3, reserve: 2 });
    expect(await round.run(deps)).toEqual(NOTHING);
    expect(round.asked).toHaveLength(8);
    expect(round.clock.now().getTime() - began).toBe(7 * 6_000);
  });

  it("that does not come within two minutes fails the GSTIN", async () => {
    const round = await aRound();
    const deps = budgeted(round, { calls: 1, perSeconds: 100, burst: 1, reserve: 0 });
    expect(await round.run(deps)).toEqual({ ...NOTHING, failed: 1 });
    expect(round.failures.map(({ reason }) => reason)).toEqual(Array(2).fill("no slot of the GSTIN's budget"));
    expect(round.asked).toHaveLength(2);
  });

  it.each<[string, object]>([
    ["a user whose password is wrong", { needsUser: true, retryAt: new Date("2026-08-18T22:00:30Z") }],
    ["a time that nobody knows", {}],
    ["a time that lies too far ahead", { retryAt: new Date("2026-08-18T22:02:00Z") }],
  ])("is not what %s is waited for with", async (_, more) => {
    const { run, lists, asked, clock } = await aRound();
    lists.set(GSTIN, { is: "not-sent", errors: [], reason: "r", ...more });
    const began = clock.now().getTime();
    await run();
    expect([asked.length, clock.now().getTime() - began]).toEqual([2, 0]);
  });

  it("that is always promised for a time gone by does not keep the round for ever", async () => {
    const { run, lists, clock } = await aRound();
    lists.set(GSTIN, { is: "not-sent", errors: [], reason: "r", retryAt: new Date(0) });
    const began = clock.now().getTime();
    const sleep = async (ms: number) => clock.advance(ms + 10_000);
    expect(await run({ sleep })).toEqual({ ...NOTHING, failed: 1 });
    expect(clock.now().getTime() - began).toBeLessThan(130_000);
  });
});

describe("a round whose time is over", () => {
  /** Each call lasts so long. */
  function slow({ irp, clock }: Awaited<ReturnType<typeof aRound>>, ms: number, calls: IrpCall[] = []) {
    const rejected: Irp["rejected"] = async (call, day) => {
      calls.push(call);
      await clock.sleep(ms);
      return irp.rejected(call, day);
    };
    return { irp: { rejected } };
  }

  it("begins no further GSTIN, and says how many are left", async () => {
    const gstins = Array.from({ length: 25 }, (_, n) => `27AAAZA00${10 + n}A1ZM`);
    const round = await aRound({ gstins });
    // Ten at once and eight calls each: after ten seconds two turns were begun.
    expect(await round.run(slow(round, 1_000), 10 / 60)).toEqual({ ...NOTHING, gstins: 20, left: 5 });
  });

  it("has no time at all: everybody is left", async () => {
    const { run, asked } = await aRound({ gstins: TEN });
    expect([await run({}, 0), asked]).toEqual([{ ...NOTHING, gstins: 0, left: 10 }, []]);
  });

  it("sends nothing of which the answer could come more than a minute later", async () => {
    const round = await aRound();
    const calls: IrpCall[] = [];
    const began = round.clock.now().getTime();
    await round.run({ ...slow(round, 10_000, calls), portals: ["NIC1"] }, 0.5);
    const [call] = calls;
    round.clock.advance(began + 82_000 - round.clock.now().getTime());
    expect(call?.mayStillSend()).toBe(true);
    round.clock.advance(1);
    expect(call?.mayStillSend()).toBe(false);
  });

  it("gives no GSTIN more than two minutes, however much time there is", async () => {
    const round = await aRound();
    const calls: IrpCall[] = [];
    await round.run({ ...slow(round, 1, calls), portals: ["NIC1"] });
    const [call] = calls;
    round.clock.advance(111_000);
    expect(call?.mayStillSend()).toBe(true);
    round.clock.advance(2_000);
    expect(call?.mayStillSend()).toBe(false);
  });

  it("comes to everybody within three days, if it gets through a third of them", async () => {
    const gstins = Array.from({ length: 30 }, (_, n) => `27AAAZA00${10 + n}A1ZM`);
    const round = await aRound({ gstins });
    for (let day = 0; day < 3; day++) {
      const began = round.clock.now().getTime();
      expect(await round.run(slow(round, 1_000), 1 / 60)).toMatchObject({ gstins: 10, left: 20 });
      round.clock.advance(began + 24 * 3_600_000 - round.clock.now().getTime());
    }
    expect(new Set(round.asked.map(({ call }) => call.gstin))).toEqual(new Set(gstins));
  });
});

describe("at the sandbox", () => {
  it("finds a document that was registered while the registry was down", async () => {
    const { irp, verify, wait } = await anIrpAtTheSandbox();
    const round = await aRound({ start: "2026-08-18T09:00:00Z" });
    const registered = await Promise.all(
      ["REJ-1", "A/1"].map(async (docNo) => verify(okValue(await irp.generate(to("NIC1"), anInvoice({ docNo }))))),
    );
    for (const { irn, ackNo, ackDt } of registered)
      round.rows.documents.set(irn, aDocument({ irn, reg: { ...REG, ackNo, ackDt } }));
    const [rejected, sound] = registered.map(({ irn }) => irn);

    const at = { irp, users: round.users };
    expect(await round.run(at)).toEqual(NOTHING);
    wait(61);
    round.clock.advance(61 * 60_000);
    expect(await round.run(at)).toEqual({ ...NOTHING, marked: 1 });
    expect([round.stored(rejected ?? "")?.status, round.stored(sound ?? "")?.status]).toEqual(["REJ", "ACT"]);
    expect(round.told().map(({ type, timestamp }) => [type, timestamp])).toEqual([
      ["irn.rejected", registered[0]?.ackDt],
    ]);
    wait(24 * 60);
    round.nextDay();
    expect(await round.run(at)).toEqual(NOTHING);
  });

  it("counts a GSTIN whose password is wrong", async () => {
    const { irp, logins } = await anIrpAtTheSandbox({ password: "wrong" });
    const { run, failures } = await aRound();
    expect(await run({ irp })).toEqual({ ...NOTHING, failed: 1 });
    expect(failures.map(({ reason }) => reason)).toEqual([expect.stringContaining("1019"), expect.any(String)]);
    expect(logins()).toBe(1);
  });
});

const REG = { rid: "rid", docFp: "doc-fp", portal: "NIC1", ackNo: "1", ackDt: "2026-08-18T14:30:00+05:30" };
