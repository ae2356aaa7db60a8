import { expect, it } from "vitest";
import { STRANGER } from "./documents.ts";
import { byRoad, CANCEL_EWB, cancelBill, EWB, registered, unserved, withEwayBill } from "./eway-bills.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { GENERATE, sessionFor } from "./portal-client.ts";
import { CancelledEwayBill } from "./shapes.ts";

const { url } = await irpOfThisFile();
const unless = await unserved(url, EWB, CANCEL_EWB, `${GENERATE}/Cancel`);

judge(
  "cancel e-way bill (section 5.6)",
  () => {
    it("answers in its own envelope and its own format of time", async () => {
      const { session, Irn, bill } = await withEwayBill(url);
      const { status, opened } = await cancelBill(url, session, { ewbNo: bill.EwbNo });
      expect(status).toBe("1");
      expect(CancelledEwayBill.parse(opened).ewayBillNo).toBe(String(bill.EwbNo));
      expect((await session.get(`${EWB}/irn/${Irn}`)).opened()).toMatchObject({ EwbNo: bill.EwbNo, Status: "CNL" });
    });

    it.each([1, 3, 4])("knows reason %d", async (cancelRsnCode) => {
      const { session, bill } = await withEwayBill(url);
      expect((await cancelBill(url, session, { ewbNo: bill.EwbNo, cancelRsnCode })).status).toBe("1");
    });

    it("is refused a second time, and to a stranger, with 312", async () => {
      const { session, bill } = await withEwayBill(url);
      const stranger = await sessionFor(url, STRANGER);
      expect((await cancelBill(url, stranger, { ewbNo: bill.EwbNo })).errors).toMatch(/\b312\b/);
      await cancelBill(url, session, { ewbNo: bill.EwbNo });
      expect(await cancelBill(url, session, { ewbNo: bill.EwbNo })).toMatchObject({ status: "0", errors: "312," });
    });

    it.each([
      ["reason 5", { cancelRsnCode: 5 }],
      ["no remark", { cancelRmrk: undefined }],
      ["a remark of 51 characters", { cancelRmrk: "x".repeat(51) }],
      ["a number nobody has", { ewbNo: 999999999999 }],
    ])("refuses %s", async (_, changes) => {
      const { session, Irn, bill } = await withEwayBill(url);
      const { status, errors } = await cancelBill(url, session, { ewbNo: bill.EwbNo, ...changes });
      expect(status).toBe("0");
      expect(errors).toMatch(/\d{3}/);
      expect((await session.get(`${EWB}/irn/${Irn}`)).opened()).toMatchObject({ Status: "ACT" });
    });

    it("is refused at the portal that did not make it: 444", async () => {
      const { session, bill } = await withEwayBill(url);
      const { status, errors } = await cancelBill(url, session, { ewbNo: bill.EwbNo }, "nic2");
      expect({ status, errors }).toEqual({ status: "0", errors: "444," });
    });

    it("needs a token, and says so in its own envelope", async () => {
      const { session, bill } = await withEwayBill(url);
      const { status, errors } = await cancelBill(url, { ...session, token: "a".repeat(25) }, { ewbNo: bill.EwbNo });
      expect(status).toBe("0");
      expect(errors).toMatch(/\b(105|106|238|1005)\b/);
    });

    it("is needed before the IRN can be cancelled: 2230", async () => {
      const { session, Irn, bill } = await withEwayBill(url);
      const cancel = { Irn, CnlRsn: "3", CnlRem: "Order cancelled" };
      expect((await session.post(`${GENERATE}/Cancel`, cancel)).codes).toEqual(["2230"]);
      await cancelBill(url, session, { ewbNo: bill.EwbNo });
      expect((await session.post(`${GENERATE}/Cancel`, cancel)).Status).toBe(1);
    });

    it("leaves no e-way bill for a cancelled IRN", async () => {
      const { session, Irn } = await registered(url);
      await session.post(`${GENERATE}/Cancel`, { Irn, CnlRsn: "3", CnlRem: "Order cancelled" });
      expect(["4000", "2302", "2286"]).toContain((await session.post(EWB, byRoad(Irn))).codes[0]);
    });
  },
  { unless },
);
