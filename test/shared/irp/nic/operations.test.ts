import { describe, expect, it } from "vitest";
import type { CancelReason, Irp, IrpCall } from "../../../../shared/irp/irp.ts";
import { anInvoice } from "../../../fakes/an-invoice.ts";
import { ewayapiRefusal, GSTIN, refusal, seal, success, USER } from "./a-portal.ts";
import { anIrp, EWB_NO, IRN, operationNames, operations, TO } from "./an-irp.ts";

/** Method, path, kind and what is sent in plain: irp-protocol 5. */
const wire: Readonly<Record<keyof Irp, readonly [kind: string, method: string, path: string, body?: object]>> = {
  generate: ["register", "POST", "/eicore/v1.03/Invoice", anInvoice()],
  byIrn: ["look-up", "GET", `/eicore/v1.03/Invoice/irn/${IRN}`],
  byDocument: [
    "look-up",
    "GET",
    "/eicore/v1.03/Invoice/irnbydocdetails?doctype=INV&docnum=A%2F1-b&docdate=18%2F08%2F2026",
  ],
  cancel: ["cancel", "POST", "/eicore/v1.03/Invoice/Cancel", { Irn: IRN, CnlRsn: "1", CnlRem: "Entered twice" }],
  rejected: ["look-up", "GET", "/eicore/v1.03/Invoice/rejectedirns?date=18%2F08%2F2026"],
  makeEwayBill: ["eway-bill", "POST", "/eiewb/v1.03/ewaybill", { Irn: IRN, Distance: 0, TransMode: "1" }],
  ewayBillOf: ["look-up", "GET", `/eiewb/v1.03/ewaybill/irn/${IRN}`],
  cancelEwayBill: [
    "cancel",
    "POST",
    "/ewaybillapi/v1.03/ewayapi",
    { ewbNo: 181012345678, cancelRsnCode: 1, cancelRmrk: "Entered twice" },
  ],
  taxpayer: ["taxpayer", "GET", `/eivital/v1.04/Master/gstin/${GSTIN}`],
  syncTaxpayer: ["taxpayer", "GET", `/eivital/v1.04/Master/syncgstin/${GSTIN}`],
};

/** The only ones that a portal serves for another (irp-protocol 4). */
const served = ["byIrn", "byDocument", "cancel", "makeEwayBill", "ewayBillOf"];

/** An irp whose portal answers each operation well, and what was encrypted for it. */
async function setup(name: keyof Irp, data: unknown = operations[name].data) {
  const plains: unknown[] = [];
  const made = await anIrp({
    answer: ({ sek, plain }) => {
      plains.push(plain === undefined ? undefined : JSON.parse(plain));
      return name === "cancelEwayBill" ? { status: "1", data: seal(sek, JSON.stringify(data)) } : success(sek, data);
    },
  });
  return { ...made, plains, ask: (to?: IrpCall) => operations[name].ask(made.irp, to) };
}

describe.each(operationNames)("%s", (name) => {
  const [kind, method, path, body] = wire[name];

  it("asks for what the protocol says, and reads the answer", async () => {
    const { ask, calls, plains } = await setup(name);

    expect(await ask()).toEqual({ is: "ok", value: operations[name].value });
    const isEwayapi = name === "cancelEwayBill";
    const headers = isEwayapi
      ? { Gstin: GSTIN, AuthToken: "TOKEN0" }
      : { Gstin: GSTIN, user_name: USER.userName, AuthToken: "TOKEN0" };
    const sealed = isEwayapi ? { action: "CANEWB", data: expect.any(String) } : { Data: expect.any(String) };
    expect(calls).toEqual([{ portal: "NIC1", kind, method, path, headers, ...(body && { body: sealed }) }]);
    expect(plains).toEqual([body]);
  });

  it("names the supplier for whom an operator asks", async () => {
    const { ask, calls } = await setup(name);

    await ask({ ...TO, supplier: "29AAAZC0003C1Z7" });

    expect(calls[0]?.headers).toMatchObject({ Gstin: GSTIN, sup_gstin: "29AAAZC0003C1Z7" });
  });

  it(
    served.includes(name) ? "goes through another portal, which is told the holder" : "goes nowhere else",
    async () => {
      const { ask, calls, logins } = await setup(name);

      expect(await ask({ ...TO, portal: "NIC2", via: "NIC1" })).toMatchObject({ is: "ok" });

      const to = served.includes(name) ? "NIC1" : "NIC2";
      expect([calls[0]?.portal, logins[0]?.portal]).toEqual([to, to]);
      expect(calls[0]?.headers["irp"]).toBe(served.includes(name) ? "NIC2" : undefined);
    },
  );

  it("replaces a rejected token once, and once only", async () => {
    const rejecting = (code: string) => (name === "cancelEwayBill" ? ewayapiRefusal(`${code},`) : refusal(code));
    for (const code of name === "cancelEwayBill" ? ["105", "106", "238"] : ["1005"]) {
      const { irp, calls, logins } = await anIrp({ answer: () => rejecting(code) });

      expect(await operations[name].ask(irp)).toMatchObject({ is: "not-sent", errors: [{ code }] });
      expect([calls.length, logins.length]).toEqual([2, 2]);
    }
  });

  it("does not send again what a token's code stands beside something open", async () => {
    const both = name === "cancelEwayBill" ? ewayapiRefusal("238,317") : refusal("1005", "5001");
    const { irp, calls } = await anIrp({ answer: () => both });

    expect(await operations[name].ask(irp)).toMatchObject({ is: "unknown" });
    expect(calls).toHaveLength(1);
  });

  it("is not replayed with a new token when no time is left", async () => {
    const { irp, calls, revokeAll } = await setup(name);
    await operations[name].ask(irp);
    revokeAll();
    const sent = calls.length;

    const answer = await operations[name].ask(irp, { ...TO, mayStillSend: () => calls.length === sent });

    expect(answer).toMatchObject({ is: "not-sent", errors: [] });
    expect(calls).toHaveLength(sent + 1);
  });
});

describe("a reason for cancelling", () => {
  it.each<[CancelReason, string, number]>([
    ["duplicate", "1", 1],
    ["data_entry_mistake", "2", 3],
    ["order_cancelled", "3", 2],
    ["other", "4", 4],
  ])("%s is %s for an IRN and %i for an e-way bill", async (reason, CnlRsn, cancelRsnCode) => {
    const irn = await setup("cancel");
    await irn.irp.cancel(TO, IRN, { reason, remarks: "why" });
    expect(irn.plains).toEqual([{ Irn: IRN, CnlRsn, CnlRem: "why" }]);

    const bill = await setup("cancelEwayBill");
    await bill.irp.cancelEwayBill(TO, EWB_NO, { reason, remarks: "why" });
    expect(bill.plains).toEqual([{ ewbNo: 181012345678, cancelRsnCode, cancelRmrk: "why" }]);
  });
});

describe("a body that no portal takes", () => {
  const because = (length: number) => ({ reason: "other", remarks: "x".repeat(length) }) as const;

  it.each<[string, (irp: Irp) => Promise<unknown>]>([
    ["an IRN without remarks", (irp) => irp.cancel(TO, IRN, because(0))],
    ["an IRN with 101 letters", (irp) => irp.cancel(TO, IRN, because(101))],
    ["what is no IRN", (irp) => irp.cancel(TO, "x", because(1))],
    ["a bill without remarks", (irp) => irp.cancelEwayBill(TO, EWB_NO, because(0))],
    ["a bill with 51 letters", (irp) => irp.cancelEwayBill(TO, EWB_NO, because(51))],
    ["what is no bill", (irp) => irp.cancelEwayBill(TO, "1e3", because(1))],
    ["a bill for what is no IRN", (irp) => irp.makeEwayBill(TO, "", { Distance: 0 })],
    ["a bill without a distance", (irp) => irp.makeEwayBill(TO, IRN, { TransMode: "1" })],
    ["a bill for half a kilometre", (irp) => irp.makeEwayBill(TO, IRN, { Distance: 0.5 })],
  ])("is never sent: %s", async (_, ask) => {
    const { irp, calls, logins } = await anIrp();

    await expect(ask(irp)).rejects.toThrow();
    expect([calls, logins]).toEqual([[], []]);
  });

  it("does not begin below the longest remarks", async () => {
    const irn = await setup("cancel");
    const bill = await setup("cancelEwayBill");

    expect(await irn.irp.cancel(TO, IRN, because(100))).toMatchObject({ is: "ok" });
    expect(await bill.irp.cancelEwayBill(TO, EWB_NO, because(50))).toMatchObject({ is: "ok" });
  });

  it("holds no IRN but the one that was asked for", async () => {
    const { irp, plains } = await setup("makeEwayBill");

    await irp.makeEwayBill(TO, IRN, { Irn: "b".repeat(64), Distance: 1, ExpShipDtls: { Pin: 1 }, DispDtls: null });

    expect(plains).toEqual([{ Irn: IRN, Distance: 1, ExpShipDtls: { Pin: 1 } }]);
  });
});
