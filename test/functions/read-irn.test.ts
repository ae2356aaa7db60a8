import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Bill } from "../../shared/document/change.ts";
import type { Document } from "../../shared/document/document.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { bytesOf, pngPixels, readQr } from "../shared/document/read-qr.ts";
import { anApi, type CallOptions, OTHER_GSTIN } from "./an-api.ts";

const AS_OF = expect.stringMatching(/^2026-08-18T14:30:0\d\+05:30$/);
const CANCELLED = { rid: "rid", at: "2026-08-18T15:00:00+05:30", reason: "duplicate", remarks: "दो बार" } as const;
const BILL: Bill = {
  ...{ ewbNo: "381000000001", status: "ACT", madeAt: "2026-08-18T14:31:00+05:30", rid: "rid", askedFp: "asked" },
  ...{ validTill: "2026-08-19T23:59:00+05:30", distanceKm: 350 },
};
const SHOWN_BILL = {
  ...{ status: "ACT", ewbNo: "381000000001", ewbDt: BILL.madeAt, validTill: BILL.validTill, distanceKm: 350 },
};

async function aRegisteredDocument(invoice: unknown = anInvoice()) {
  const api = anApi();
  const { body } = await api.post(invoice);
  const [irn = ""] = api.portal.registry.keys();
  /** What became of it since. */
  const became = (since: Partial<Document>) => {
    const document = api.rows.documents.get(irn);
    if (document) api.rows.documents.set(irn, { ...document, ...since });
  };
  const byNumber = (query: Record<string, string>, options: CallOptions = {}) =>
    api.get("irn", "", { path: "/irn", routeKey: "GET /irn", params: {}, query, ...options });
  const bill = (of = irn, options: CallOptions = {}) =>
    api.get("irn", of, { path: `/irn/${of}/ewb`, routeKey: "GET /irn/{irn}/ewb", ...options });
  return { ...api, irn, answer: JSON.parse(body), became, byNumber, bill };
}

describe("GET /irn/{irn}", () => {
  it("answers with the registration, its status and the time that the status is of", async () => {
    const { get, irn, answer } = await aRegisteredDocument();
    expect(await get("irn", irn)).toMatchObject({ status: 200 });
    expect((await get("irn", irn)).json).toEqual({ ...answer, status: "ACT", asOf: AS_OF });
  });

  it("tells of a later cancellation, when and why", async () => {
    const { get, irn, became, answer } = await aRegisteredDocument();
    became({ status: "CNL", cancelled: CANCELLED });
    const { rid: _, at: cancelledAt, ...why } = CANCELLED;
    expect((await get("irn", irn)).json).toEqual({ ...answer, status: "CNL", cancelledAt, ...why, asOf: AS_OF });
  });

  it.each<Partial<Document>>([{ status: "CNL", cancelled: { at: CANCELLED.at } }, { status: "REJ" }])(
    "tells as much as is known of what somebody else did: %j",
    async ({ cancelled, ...since }) => {
      const { get, irn, became, answer } = await aRegisteredDocument();
      became({ ...since, ...(cancelled && { cancelled }) });
      const when = cancelled && { cancelledAt: cancelled.at };
      expect((await get("irn", irn)).json).toEqual({ ...answer, ...since, ...when, asOf: AS_OF });
    },
  );

  it("has the latest e-way bill as it now is, whatever the answer of then said", async () => {
    const { get, irn, became } = await aRegisteredDocument();
    const { rid: _, at: cancelledAt, ...why } = CANCELLED;
    const first: Bill = { ...BILL, ewbNo: "381000000000", status: "CNL", cancelled: CANCELLED };
    for (const [bills, ewb] of [
      [[first, BILL], SHOWN_BILL],
      [[{ ...BILL, status: "CNL", cancelled: CANCELLED }], { ...SHOWN_BILL, status: "CNL", cancelledAt, ...why }],
      [[{ ewbNo: "1", status: "ACT", madeAt: BILL.madeAt }], { status: "ACT", ewbNo: "1", ewbDt: BILL.madeAt }],
    ] as const) {
      became({ bills: [...bills] });
      expect((await get("irn", irn)).json).toEqual(expect.objectContaining({ ewb }));
    }
  });

  it("keeps saying why there is no e-way bill, until there is one", async () => {
    const { get, irn, rows, answer, became } = await aRegisteredDocument();
    const ewb = { status: "failed", errors: [{ code: "4002", message: "m" }] };
    rows.answers.set(irn, JSON.stringify({ ...answer, ewb }));
    expect((await get("irn", irn)).json).toMatchObject({ ewb });
    became({ bills: [BILL] });
    expect((await get("irn", irn)).json).toEqual(expect.objectContaining({ ewb: SHOWN_BILL }));
  });

  it("shows a document of before there were changes and lists", async () => {
    const { get, irn, rows, answer } = await aRegisteredDocument();
    const { about: _, bills: __, ...before } = rows.documents.get(irn) ?? ({} as Document);
    rows.documents.set(irn, before);
    expect((await get("irn", irn)).json).toEqual({ ...answer, asOf: AS_OF });
  });

  it("never asks the portal", async () => {
    const { get, byNumber, bill, irn, portal } = await aRegisteredDocument();
    const before = portal.calls.length;
    await get("irn", irn);
    await byNumber({ docType: "INV", docNo: "INV/26-27/001", docDate: "2026-08-18" });
    await bill();
    expect(portal.calls).toHaveLength(before);
  });

  it("is not there for another GSTIN, in the very words of one that does not exist", async () => {
    const { get, irn } = await aRegisteredDocument();
    const requestId = "same";
    const others = await get("irn", irn, { gstin: OTHER_GSTIN, requestId });
    const nobodys = await get("irn", "0".repeat(64), { requestId });

    expect(others.status).toBe(404);
    expect([others.status, others.body]).toEqual([nobodys.status, nobodys.body]);
  });

  it("is not there while it is not registered", async () => {
    const api = anApi();
    api.portal.will({ is: "unknown" });
    await api.post(anInvoice(), { headers: { prefer: "wait=1" } });
    const [irn = ""] = api.rows.documents.keys();
    expect((await api.get("irn", irn)).status).toBe(404);
  });

  it.each([
    ["a word", "x"],
    ["63 characters", "0".repeat(63)],
    ["capitals", "7BA5".repeat(16)],
    ["an IRN with a tail", `${"0".repeat(64)}#x`],
    ["more than a key can hold", "1".repeat(3000)],
  ])("is not looked for under %s", async (_, irn) => {
    const { get, common } = anApi();
    expect((await get("irn", irn, {}, { ...common, documents: failing(common.documents, "find") })).status).toBe(404);
  });
});

describe("GET /irn/{irn}?include=qr", () => {
  const query = { include: "qr" };

  it("has the image of the signed QR code besides", async () => {
    const { get, irn, answer } = await aRegisteredDocument();
    const { status, headers, json } = await get("irn", irn, { query });
    expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
    const { qr, ...rest } = z.looseObject({ qr: z.string() }).parse(json);
    expect(rest).toEqual({ ...answer, status: "ACT", asOf: AS_OF });
    expect(readQr(pngPixels(bytesOf(qr)))).toBe(answer.signedQrCode);
  });

  it.each(["CNL", "REJ"] as const)("has none of a document that is %s: nobody is to print it", async (status) => {
    const { get, irn, became } = await aRegisteredDocument();
    became({ status });
    const { json } = await get("irn", irn, { query });
    expect(json).toMatchObject({ irn, status });
    expect(json).not.toHaveProperty("qr");
  });

  it("refuses anything else that is to be included", async () => {
    const { get, irn } = await aRegisteredDocument();
    expect(await get("irn", irn, { query: { include: "pdf" } })).toMatchObject({
      ...{ status: 400, json: { code: "malformed_query" } },
    });
  });
});

describe("GET /irn?docType=&docNo=&docDate=", () => {
  const QUERY = { docType: "INV", docNo: "INV/26-27/001", docDate: "2026-08-18" };

  it.each([
    {},
    { docDate: "18/08/2026" },
    { docType: "inv", docNo: "inv/26-27/001" },
    { docNo: "Inv/26-27/001", docType: "Inv" },
    // A number is used once in a financial year.
    { docDate: "2026-04-01" },
    { docDate: "31/03/2027" },
  ])("shows the document of that type and number: %j", async (spelled) => {
    const { byNumber, get, irn } = await aRegisteredDocument(anInvoice({ docNo: "inv/26-27/001" }));
    const found = await byNumber({ ...QUERY, ...spelled });
    expect(found).toMatchObject({ status: 200, json: { irn } });
    expect(found.json).toEqual((await get("irn", irn)).json);
  });

  it.each([
    { docType: "CRN" },
    { docType: "DBN" },
    { docNo: "INV/26-27/002" },
    { docDate: "2026-03-31" },
    { docDate: "01/04/2027" },
  ])("shows none of another type, number or year: %j", async (other) => {
    const { byNumber } = await aRegisteredDocument();
    expect(await byNumber({ ...QUERY, ...other })).toMatchObject({ status: 404, json: { code: "not_found" } });
  });

  it("has no document of another GSTIN, in the very words of one that does not exist", async () => {
    const { byNumber } = await aRegisteredDocument();
    const requestId = "same";
    const others = await byNumber(QUERY, { gstin: OTHER_GSTIN, requestId });
    const nobodys = await byNumber({ ...QUERY, docNo: "NONE" }, { requestId });
    expect(others.status).toBe(404);
    expect(others.body).toBe(nobodys.body);
  });

  it("shows everybody their own of two that have the same number", async () => {
    const { byNumber, irn, rows } = await aRegisteredDocument();
    const others = irnOf({ sellerGstin: OTHER_GSTIN, docType: "INV", docNo: QUERY.docNo, docDate: "18/08/2026" });
    const document = rows.documents.get(irn);
    if (document) rows.documents.set(others, { ...document, irn: others, ownerGstin: OTHER_GSTIN });
    rows.answers.set(others, JSON.stringify({ irn: others }));
    expect(await byNumber(QUERY)).toMatchObject({ status: 200, json: { irn } });
    expect(await byNumber(QUERY, { gstin: OTHER_GSTIN })).toMatchObject({ status: 200, json: { irn: others } });
  });

  const TYPE = "docType: one of INV, CRN, DBN";
  const NO =
    "docNo: expected a document number of 1 to 16 letters, digits, slashes and hyphens, not starting with 0, a slash or a hyphen";
  const DATE = "docDate: a day of the calendar as yyyy-MM-dd or dd/MM/yyyy";

  it.each<[Record<string, string>, string[]]>([
    [{}, [TYPE, NO, DATE]],
    [{ docNo: "A/1", docDate: "2026-08-18" }, [TYPE]],
    [{ docType: "INV", docDate: "2026-08-18" }, [NO]],
    [{ docType: "INV", docNo: "A/1" }, [DATE]],
    [{ ...QUERY, docType: "BOS" }, [TYPE]],
    [{ ...QUERY, docType: "INV,CRN" }, [TYPE]],
    [{ ...QUERY, docNo: "" }, [NO]],
    [{ ...QUERY, docNo: "001" }, [NO]],
    [{ ...QUERY, docNo: "A 1" }, [NO]],
    [{ ...QUERY, docNo: "A".repeat(17) }, [NO]],
    [{ ...QUERY, docDate: "" }, [DATE]],
    [{ ...QUERY, docDate: "2026-02-30" }, [DATE]],
    [{ ...QUERY, docDate: "30/02/2026" }, [DATE]],
    [{ ...QUERY, docDate: "08/18/2026" }, [DATE]],
    [{ ...QUERY, docDate: "18-08-2026" }, [DATE]],
    [{ ...QUERY, docDate: "2026-8-18" }, [DATE]],
    [{ ...QUERY, docDate: "2026-08-18T00:00:00Z" }, [DATE]],
    [{ docType: "x", docNo: "0", docDate: "x" }, [TYPE, NO, DATE]],
    [{ ...QUERY, docno: "A/1" }, ['Unrecognized key: "docno"']],
  ])("refuses %j with every finding", async (query, findings) => {
    const { byNumber } = await aRegisteredDocument();
    const { status, json } = await byNumber(query);
    expect([status, json]).toMatchObject([400, { code: "malformed_query", detail: findings.join("; ") }]);
  });
});

describe("GET /irn/{irn}/ewb", () => {
  it("answers with the latest e-way bill and the time that its status is of", async () => {
    const { bill, irn, became } = await aRegisteredDocument();
    became({ bills: [{ ...BILL, ewbNo: "381000000000", status: "CNL", cancelled: CANCELLED }, BILL] });
    const { status, json } = await bill();
    const links = { self: `/irn/${irn}/ewb`, document: `/irn/${irn}` };
    expect(status).toBe(200);
    expect(json).toEqual({ irn, ...SHOWN_BILL, mode: "test", asOf: AS_OF, links });
  });

  it("tells of its cancellation, also when the document is cancelled too", async () => {
    const { bill, became } = await aRegisteredDocument();
    const { rid: _, at: cancelledAt, ...why } = CANCELLED;
    became({ status: "CNL", bills: [{ ...BILL, status: "CNL", cancelled: CANCELLED }] });
    expect(await bill()).toMatchObject({ status: 200, json: { ...SHOWN_BILL, status: "CNL", cancelledAt, ...why } });
  });

  it("is not there when the document has none", async () => {
    const { bill } = await aRegisteredDocument();
    expect(await bill()).toMatchObject({
      status: 404,
      json: { code: "not_found", detail: "the document has no e-way bill" },
    });
  });

  it("is not there for another GSTIN, in the very words of a document that does not exist", async () => {
    const { bill, irn, became } = await aRegisteredDocument();
    const requestId = "same";
    for (const bills of [[], [BILL]]) {
      became({ bills });
      const others = await bill(irn, { gstin: OTHER_GSTIN, requestId });
      const nobodys = await bill("0".repeat(64), { requestId });
      expect([others.status, others.body]).toEqual([404, nobodys.body]);
    }
    expect((await bill(irn.slice(1))).status).toBe(404);
  });
});
