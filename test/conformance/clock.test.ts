import { expect, it } from "vitest";
import { aDocument, irnOf, SELLER } from "./documents.ts";
import { byRoad, CANCEL_EWB, cancelBill, EWB, unserved } from "./eway-bills.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { openJwt } from "./jwt.ts";
import { byDocument, byIrn, GENERATE, logIn } from "./portal-client.ts";
import { EwayBill, RegisteredIrn, SignedDocument } from "./shapes.ts";

const { url, stopClockAt } = await irpOfThisFile();
const noClock = stopClockAt ? undefined : "the clock of IRP_URL is not ours";
const CANCEL = `${GENERATE}/Cancel`;

/** Sets the portal's clock: each test has a day of its own, so that no token of another test is alive. */
function at(instant: string): void {
  stopClockAt?.(instant);
}

async function registerAt(instant: string, Dt: string) {
  at(instant);
  const session = await logIn(url, { gstin: SELLER });
  const document = aDocument({ Dt });
  const irn = RegisteredIrn.parse((await session.post(GENERATE, document)).opened());
  return { session, document, irn };
}

judge(
  "the time of the acknowledgement (section 5.1)",
  () => {
    it.each([
      ["2026-08-01T11:12:38Z", "2026-08-01 16:42:38", "2026-08-01 16:43:00"],
      ["2026-08-02T08:50:03Z", "2026-08-02 14:20:03", "2026-08-02 14:20:00"],
      ["2026-08-03T08:50:29Z", "2026-08-03 14:20:29", "2026-08-03 14:20:00"],
      ["2026-08-04T08:50:30Z", "2026-08-04 14:20:30", "2026-08-04 14:21:00"],
      ["2026-08-05T18:29:45Z", "2026-08-05 23:59:45", "2026-08-06 00:00:00"],
      ["2026-08-06T18:30:00Z", "2026-08-07 00:00:00", "2026-08-07 00:00:00"],
    ])("%s is %s in the signed copies and %s outside", async (instant, signed, outer) => {
      const { irn } = await registerAt(instant, "31/07/2026");
      expect(irn.AckDt).toBe(outer);
      expect(SignedDocument.parse(openJwt(irn.SignedInvoice).data).AckDt).toBe(signed);
      expect(openJwt(irn.SignedQRCode).data).toMatchObject({ IrnDt: signed });
    });

    it("counts the financial year from the document's day, not from today", async () => {
      const march = await registerAt("2026-04-02T06:00:00Z", "31/03/2026");
      const april = await registerAt("2026-04-02T06:00:10Z", "01/04/2026");
      for (const { document, irn } of [march, april]) expect(irn.Irn).toBe(irnOf(document));
    });

    it("takes the day of India, not of UTC, for the future", async () => {
      at("2026-08-08T18:29:00Z");
      const early = await (await logIn(url, { gstin: SELLER })).post(GENERATE, aDocument({ Dt: "09/08/2026" }));
      expect(early.codes).toContain("2163");
      expect((await registerAt("2026-08-08T18:31:00Z", "09/08/2026")).irn.Status).toBe("ACT");
    });
  },
  { unless: noClock },
);

judge(
  "the life of a token (section 3)",
  () => {
    it("is sixty minutes, told in the time of India, and a repeat does not reset it", async () => {
      at("2026-09-01T05:00:00Z");
      const first = await logIn(url, { gstin: SELLER });
      expect(first.expiry).toBe("2026-09-01 11:30:00");
      at("2026-09-01T05:40:00Z");
      expect(await logIn(url, { gstin: SELLER })).toMatchObject({ token: first.token, expiry: first.expiry });
      at("2026-09-01T05:59:00Z");
      expect((await first.get(byIrn("0".repeat(64)))).codes).toEqual(["2148"]);
      at("2026-09-01T06:00:01Z");
      expect((await first.get(byIrn("0".repeat(64)))).codes).toEqual(["1005"]);
      expect((await logIn(url, { gstin: SELLER })).token).not.toBe(first.token);
    });

    it.each([
      ["2026-09-02T05:00:00Z", "2026-09-02T05:49:00Z", false],
      ["2026-09-03T05:00:00Z", "2026-09-03T05:51:00Z", true],
    ])("from %s: the force flag at %s gives a new token: %s", async (start, later, renewed) => {
      at(start);
      const { token } = await logIn(url, { gstin: SELLER });
      at(later);
      const next = await logIn(url, { gstin: SELLER, force: true });
      expect(next.token !== token).toBe(renewed);
      expect((await next.get(byIrn("0".repeat(64)))).codes).toEqual(["2148"]);
    });

    it("is not shortened by a repeat without the flag in its last ten minutes", async () => {
      at("2026-09-04T05:00:00Z");
      const { token } = await logIn(url, { gstin: SELLER });
      at("2026-09-04T05:55:00Z");
      expect((await logIn(url, { gstin: SELLER })).token).toBe(token);
    });
  },
  { unless: noClock },
);

judge(
  "the retrieval window (section 5.4)",
  () => {
    it("is three days: after it both look-ups answer 2283 with the number of days", async () => {
      const { document, irn } = await registerAt("2026-10-01T05:00:00Z", "30/09/2026");
      const paths = [byIrn(irn.Irn), byDocument(document.DocDtls)];
      at("2026-10-04T04:59:00Z");
      const inside = await logIn(url, { gstin: SELLER });
      for (const path of paths) expect((await inside.get(path)).opened()).toEqual(irn);
      at("2026-10-05T05:01:00Z");
      const outside = await logIn(url, { gstin: SELLER });
      for (const path of paths) {
        const answer = await outside.get(path);
        expect(answer.codes).toEqual(["2283"]);
        expect(answer.ErrorDetails?.[0]?.ErrorMessage).toContain("3");
      }
    });

    it("does not free the number", async () => {
      const { document } = await registerAt("2026-10-10T05:00:00Z", "09/10/2026");
      at("2026-10-20T05:00:00Z");
      const late = await logIn(url, { gstin: SELLER });
      const again = await late.post(GENERATE, document);
      expect(again.codes).toEqual(["2150"]);
    });
  },
  { unless: noClock },
);

judge(
  "the cancellation window (section 5.3)",
  () => {
    it.each([
      ["2026-10-21T05:00:00Z", "2026-10-22T04:59:00Z", []],
      ["2026-10-24T05:00:00Z", "2026-10-25T05:01:00Z", ["2270"]],
    ])("is 24 hours: from %s, at %s: %j", async (start, later, codes) => {
      const { irn } = await registerAt(start, "20/10/2026");
      at(later);
      const session = await logIn(url, { gstin: SELLER });
      const answer = await session.post(CANCEL, { Irn: irn.Irn, CnlRsn: "1", CnlRem: "Twice" });
      expect(answer.codes).toEqual(codes);
    });
  },
  { unless: noClock ?? (await unserved(url, CANCEL)) },
);

judge(
  "the cancellation window of an e-way bill (section 5.6)",
  () => {
    it.each([
      ["2026-11-01T05:00:00Z", "2026-11-02T04:59:00Z", undefined],
      ["2026-11-04T05:00:00Z", "2026-11-05T05:01:00Z", /\b(315|728)\b/],
    ])("is 24 hours: from %s, at %s: %s", async (start, later, refusal) => {
      const { session, irn } = await registerAt(start, "30/10/2026");
      const { EwbNo } = EwayBill.parse((await session.post(EWB, byRoad(irn.Irn))).opened());
      at(later);
      const { status, errors } = await cancelBill(url, await logIn(url, { gstin: SELLER }), { ewbNo: EwbNo });
      if (refusal === undefined) expect(status).toBe("1");
      else expect(errors).toMatch(refusal);
    });
  },
  { unless: noClock ?? (await unserved(url, EWB, CANCEL_EWB)) },
);
