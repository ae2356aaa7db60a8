import { describe, expect, it } from "vitest";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { BUYER_GSTIN, codesOf, dataOf, generate, get, logIn, plainOf, post, type Token } from "./a-client.ts";
import { aSandbox } from "./a-sandbox.ts";

const TRANSPORT = { Distance: 20, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" } as const;

interface Options {
  readonly as?: Token;
  readonly portal?: string;
  readonly irp?: string;
}

async function setup(invoice = anInvoice()) {
  const sandbox = aSandbox();
  const token = await logIn(sandbox.send);
  const registered = dataOf(token, await generate(sandbox.send, token, invoice));
  const cancel = (change: object = {}, { as = token, portal = "nic1", irp = "" }: Options = {}) => {
    const value = { Irn: registered.Irn, CnlRsn: "1", CnlRem: "Wrong entry", ...change };
    return post(sandbox.send, as, `/${portal}/eicore/v1.03/Invoice/Cancel`, value, { irp });
  };
  return { ...sandbox, token, registered, cancel };
}

describe("cancelling an IRN", () => {
  it("tells the time, and look-ups say so from then on", async () => {
    const { cancel, token, registered, send } = await setup();
    const answer = await cancel();
    const found = await get(send, token, `/nic1/eicore/v1.03/Invoice/irn/${registered.Irn}`);

    expect(plainOf(token, answer)).toEqual({ Irn: registered.Irn, CancelDate: "2026-08-18 14:30:00" });
    expect(dataOf(token, found)).toEqual({ ...registered, Status: "CNL" });
  });

  it("works for 24 hours to the second", async () => {
    const { cancel, send, wait } = await setup();
    wait({ minutes: 24 * 60 });
    const as = await logIn(send);
    wait({ seconds: 1 });
    expect(codesOf(await cancel({}, { as }))).toEqual(["2270"]);
    wait({ seconds: -1 });
    expect((await cancel({}, { as })).Status).toBe(1);
  });

  it("works once: then it is 9999", async () => {
    const { cancel } = await setup();
    await cancel();
    expect(codesOf(await cancel())).toEqual(["9999"]);
  });

  it("works once for callers at the same time", async () => {
    const { cancel } = await setup();
    const answers = await Promise.all(Array.from({ length: 10 }, () => cancel()));
    expect(answers.filter(({ Status }) => Status === 1)).toHaveLength(1);
    expect(answers.flatMap(codesOf)).toEqual(Array.from({ length: 9 }, () => "9999"));
  });

  it("is the owner's alone: 2143", async () => {
    const { cancel, send } = await setup();
    expect(codesOf(await cancel({}, { as: await logIn(send, { gstin: BUYER_GSTIN }) }))).toEqual(["2143"]);
  });

  it("is refused with 2230 while an e-way bill is active", async () => {
    const { cancel } = await setup(anInvoice({ EwbDtls: TRANSPORT }));
    expect(codesOf(await cancel())).toEqual(["2230"]);
  });

  it("works at the other portal when the irp header names the holder, and else is 2148", async () => {
    const { cancel } = await setup();
    expect(codesOf(await cancel({}, { portal: "nic2" }))).toEqual(["2148"]);
    expect(codesOf(await cancel({}, { irp: "NIC2" }))).toEqual(["2148"]);
    expect(codesOf(await cancel({}, { irp: "EY" }))).toEqual(["3098"]);
    expect((await cancel({}, { portal: "nic2", irp: "NIC1" })).Status).toBe(1);
  });

  it.each([
    [["5002"], { Irn: "x" }],
    [["5002"], { CnlRsn: "5" }],
    [["5002"], { CnlRem: "" }],
    [["5002", "5002"], { CnlRsn: 1, CnlRem: "x".repeat(101) }],
    [["2148"], { Irn: "0".repeat(64) }],
  ])("is refused with %j for %j", async (codes, change) => {
    const { cancel } = await setup();
    expect(codesOf(await cancel(change))).toEqual(codes);
  });

  it.each(["nic1", "nic2"])("burns the number for ever, also at %s: 2278 with the IRN that it had", async (portal) => {
    const { cancel, token, send, registered } = await setup();
    await cancel();
    const again = await generate(send, token, anInvoice(), portal);

    const { AckNo, AckDt, Irn } = registered;
    expect(codesOf(again)).toEqual(["2278"]);
    expect(again.InfoDtls).toEqual([{ InfCd: "DUPIRN", Desc: { AckNo, AckDt, Irn } }]);
  });
});
