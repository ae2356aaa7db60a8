import { expect, it } from "vitest";
import { aDocument, SELLER, STRANGER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { byDocument, byIrn, encryptedBody, GENERATE, isServed, sessionFor } from "./portal-client.ts";
import { CancelledIrn, DuplicateIrn, RegisteredIrn } from "./shapes.ts";

const { url } = await irpOfThisFile();
const CANCEL = `${GENERATE}/Cancel`;
const unless = (await isServed(url, "POST", CANCEL)) ? undefined : "cancel IRN is not served";

async function registered() {
  const session = await sessionFor(url, SELLER);
  const document = aDocument();
  const irn = RegisteredIrn.parse((await session.post(GENERATE, document)).opened());
  return { session, document, irn };
}

function cancelOf({ Irn }: { readonly Irn: string }, changes: object = {}): object {
  return { Irn, CnlRsn: "2", CnlRem: "Wrong entry", ...changes };
}

judge(
  "cancel IRN (section 5.3)",
  () => {
    it.each(["1", "2", "3", "4"])("answers the IRN and the time, for reason %s", async (CnlRsn) => {
      const { session, irn } = await registered();
      const answer = await session.post(CANCEL, cancelOf(irn, { CnlRsn }));
      expect(answer).toMatchObject({ httpStatus: 200, Status: 1, ErrorDetails: null });
      expect(CancelledIrn.parse(answer.opened()).Irn).toBe(irn.Irn);
    });

    it("turns the status to CNL in both look-ups, and nothing else of what was signed", async () => {
      const { session, document, irn } = await registered();
      await session.post(CANCEL, cancelOf(irn));
      for (const path of [byIrn(irn.Irn), byDocument(document.DocDtls)]) {
        const { AckNo, AckDt, Irn, SignedInvoice, SignedQRCode } = irn;
        const found = RegisteredIrn.parse((await session.get(path)).opened());
        expect(found).toMatchObject({ AckNo, AckDt, Irn, SignedInvoice, SignedQRCode, Status: "CNL" });
      }
    });

    it("is refused a second time with 9999", async () => {
      const { session, irn } = await registered();
      await session.post(CANCEL, cancelOf(irn));
      expect(await session.post(CANCEL, cancelOf(irn))).toMatchObject({ httpStatus: 200, Status: 0, codes: ["9999"] });
    });

    it("burns the number: 2278 with DUPIRN", async () => {
      const { session, document, irn } = await registered();
      await session.post(CANCEL, cancelOf(irn));
      const again = await session.post(GENERATE, document);
      expect(again).toMatchObject({ Status: 0, Data: null, codes: ["2278"] });
      expect(DuplicateIrn.parse(again.info("DUPIRN"))).toMatchObject({ Irn: irn.Irn, AckNo: irn.AckNo });
    });

    it("is the owner's alone: 2143", async () => {
      const { session, irn } = await registered();
      const stranger = await sessionFor(url, STRANGER);
      expect((await stranger.post(CANCEL, cancelOf(irn))).codes).toEqual(["2143"]);
      expect((await session.get(byIrn(irn.Irn))).opened()).toEqual(irn);
    });

    it("needs the irp header at the other portal", async () => {
      const { session, irn } = await registered();
      const without = await session.post(CANCEL, cancelOf(irn), { portal: "nic2" });
      expect(["2143", "2148"]).toContain(without.codes[0]);
      const request = { portal: "nic2", headers: { irp: "NIC1" } } as const;
      expect((await session.post(CANCEL, cancelOf(irn), request)).Status).toBe(1);
      expect((await session.get(byIrn(irn.Irn))).opened()).toMatchObject({ Status: "CNL" });
    });

    it("refuses an irp header that names no portal: 3098", async () => {
      const { session, irn } = await registered();
      expect((await session.post(CANCEL, cancelOf(irn), { headers: { irp: "NIC3" } })).codes).toEqual(["3098"]);
    });

    it.each([
      ["reason 5", { CnlRsn: "5" }],
      ["a numeric reason", { CnlRsn: 1 }],
      ["no remark", { CnlRem: undefined }],
      ["an empty remark", { CnlRem: "" }],
      ["a remark of 101 characters", { CnlRem: "x".repeat(101) }],
      ["an IRN of 63 characters", { Irn: "0".repeat(63) }],
    ])("refuses %s and changes nothing", async (_, changes) => {
      const { session, irn } = await registered();
      expect(await session.post(CANCEL, cancelOf(irn, changes))).toMatchObject({
        httpStatus: 200,
        Status: 0,
        Data: null,
      });
      expect((await session.get(byIrn(irn.Irn))).opened()).toEqual(irn);
    });

    it("refuses an IRN that nobody has", async () => {
      const { session } = await registered();
      const { codes } = await session.post(CANCEL, cancelOf({ Irn: "0".repeat(64) }));
      expect(["2143", "2148"]).toContain(codes[0]);
    });

    it("is done once by many at once", async () => {
      const { session, irn } = await registered();
      const body = encryptedBody(session.sek, cancelOf(irn));
      const calls = Array.from({ length: 20 }, () => session.postBody(CANCEL, body));
      const answers = await Promise.all(calls);
      expect(answers.filter(({ Status }) => Status === 1)).toHaveLength(1);
      expect(answers.flatMap(({ codes }) => codes)).toEqual(Array.from({ length: 19 }, () => "9999"));
    });
  },
  { unless },
);
