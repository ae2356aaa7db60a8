import { beforeAll, describe, expect, it } from "vitest";
import { readPdf, wordsOf } from "../shared/document/print/read-pdf.ts";
import { accessToken, call, get, newInvoice, post, type Reply, stack, stranger, supplier } from "./stack.ts";

let token: string;
let strangersToken: string;

beforeAll(async () => {
  token = await accessToken(supplier);
  strangersToken = await accessToken(stranger);
});

const WHY = { reason: "data_entry_mistake", remarks: "Wrong buyer" };
const TRANSPORT = { Distance: 0, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" };

/** Goods from Pune to Mumbai. */
function invoiceOfGoods() {
  const invoice = newInvoice();
  return { ...invoice, BuyerDtls: { ...invoice.BuyerDtls, Loc: "Mumbai", Pin: 400001 } };
}

async function registered(invoice: object = invoiceOfGoods()): Promise<string> {
  const { status, json, text } = await post("/irn", token, invoice);
  expect(status, text).toBe(201);
  return String(json["irn"]);
}

function text({ json }: Reply, member: string): string {
  return String(json[member]);
}

describe("cancelling", () => {
  it("ends the document for ever: the reads say so, and its number cannot be used again", async () => {
    const invoice = invoiceOfGoods();
    const irn = await registered(invoice);
    const cancelled = await post(`/irn/${irn}/cancel`, token, WHY);
    expect(cancelled).toMatchObject({ status: 200, json: { irn, status: "CNL", mode: "test", ...WHY } });
    expect(text(cancelled, "cancelledAt")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/);

    expect(await get(`/irn/${irn}`, token)).toMatchObject({ status: 200, json: { irn, status: "CNL" } });
    expect(await post("/irn", token, invoice)).toMatchObject({ status: 409, json: { code: "number_used", irn } });
    expect(await post(`/irn/${irn}/ewb`, token, TRANSPORT)).toMatchObject({
      status: 409,
      json: { code: "not_active" },
    });
  });

  it("is made once, however often and under however many keys it is asked for at once", async () => {
    const irn = await registered();
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, i) => post(`/irn/${irn}/cancel`, token, WHY, { "idempotency-key": `${irn}-${i}` })),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  });

  it("takes the IRN in the body", async () => {
    const irn = await registered();
    expect(await post("/irn/cancel", token, { irn, ...WHY })).toMatchObject({ status: 200, json: { irn } });
  });

  it("shows nothing of another GSTIN's document", async () => {
    const irn = await registered();
    const foreign = await post(`/irn/${irn}/cancel`, strangersToken, WHY);
    expect(foreign).toMatchObject({ status: 404, json: { code: "not_found" } });
    expect(await get(`/irn/${irn}`, token)).toMatchObject({ json: { status: "ACT" } });
  });
});

describe("an e-way bill", () => {
  it("comes with the registration when it is asked for, and is made later for one that has none", async () => {
    const beside = await post("/irn", token, { ...invoiceOfGoods(), EwbDtls: TRANSPORT });
    expect(beside).toMatchObject({ status: 201, json: { ewb: { status: "ACT" } } });
    const ewb = beside.json["ewb"] as Record<string, unknown>;
    expect(ewb["ewbNo"]).toMatch(/^\d{12}$/);
    expect(ewb["distanceKm"]).toBeGreaterThan(0);
    expect(await get(`/irn/${text(beside, "irn")}/ewb`, token)).toMatchObject({
      status: 200,
      json: { ewbNo: ewb["ewbNo"], status: "ACT" },
    });

    const irn = await registered();
    expect(await get(`/irn/${irn}/ewb`, token)).toMatchObject({ status: 404 });
    const made = await post(`/irn/${irn}/ewb`, token, TRANSPORT);
    expect(made).toMatchObject({ status: 201, json: { irn, status: "ACT" } });
    expect(made.json["distanceKm"]).toBeGreaterThan(0);
    expect(await post(`/irn/${irn}/ewb`, token, TRANSPORT)).toMatchObject({
      status: 200,
      json: { ewbNo: made.json["ewbNo"] },
    });
  });

  it("that fails takes nothing from the registration", async () => {
    const invoice = invoiceOfGoods();
    const DocDtls = { ...invoice.DocDtls, No: `EWBERR-${invoice.DocDtls.No.slice(-8)}` };
    const { status, json } = await post("/irn", token, { ...invoice, DocDtls, EwbDtls: TRANSPORT });
    expect(status).toBe(201);
    expect(json).toMatchObject({ status: "ACT", ewb: { status: "failed", errors: [{ code: "4001" }] } });
  });

  it("stands in the way of the document's cancellation until it is cancelled itself", async () => {
    const irn = await registered();
    const ewbNo = text(await post(`/irn/${irn}/ewb`, token, TRANSPORT), "ewbNo");
    const early = await post(`/irn/${irn}/cancel`, token, WHY);
    expect(early).toMatchObject({ status: 409, json: { code: "eway_bill_active", ewbNo } });
    expect(await post(`/ewb/${ewbNo}/cancel`, strangersToken, WHY)).toMatchObject({ status: 404 });
    expect(await post(`/ewb/${ewbNo}/cancel`, token, WHY)).toMatchObject({
      status: 200,
      json: { ewbNo, status: "CNL" },
    });
    expect(await get(`/irn/${irn}/ewb`, token)).toMatchObject({ json: { ewbNo, status: "CNL" } });
    expect(await post(`/irn/${irn}/cancel`, token, WHY)).toMatchObject({ status: 200 });
  });

  it("is refused with every finding before anything is sent", async () => {
    const irn = await registered();
    const { status, json } = await post(`/irn/${irn}/ewb`, token, { Distance: 5000, TransMode: "1" });
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: "invalid_body", errors: [{ path: "Distance" }] });
  });
});

describe("credit and debit notes", () => {
  it("go by /cdnr or /irn, and lead to the invoice that they correct", async () => {
    const original = invoiceOfGoods();
    const irn = await registered(original);
    const note = invoiceOfGoods();
    const PrecDocDtls = [{ InvNo: original.DocDtls.No, InvDt: original.DocDtls.Dt }];
    const credit = { ...note, DocDtls: { ...note.DocDtls, Typ: "CRN" }, RefDtls: { PrecDocDtls } };
    const answer = await post("/cdnr", token, credit);
    expect(answer).toMatchObject({ status: 201, json: { links: { originals: [`/irn/${irn}`] } } });
    expect(await post("/irn", token, credit)).toMatchObject({ status: 200, text: answer.text });
    expect(await post("/cdnr", token, invoiceOfGoods())).toMatchObject({
      status: 422,
      json: { code: "wrong_document_type" },
    });
  });
});

describe("reading documents", () => {
  it("by number, and as a list of their days that goes on at its cursor", async () => {
    const invoice = invoiceOfGoods();
    const irn = await registered(invoice);
    const { No, Dt } = invoice.DocDtls;
    const docDate = Dt.split("/").reverse().join("-");
    const number = new URLSearchParams({ docType: "INV", docNo: No.toLowerCase(), docDate });
    expect(await get(`/irn?${number}`, token)).toMatchObject({ status: 200, json: { irn } });
    expect(await get(`/irn?${number}`, strangersToken)).toMatchObject({ status: 404 });

    const days = `from=${docDate}&to=${docDate}`;
    const irns: unknown[] = [];
    for (let path = `/documents?${days}&limit=3`, pages = 0; path && pages < 200; pages++) {
      const { status, json } = await get(path, token);
      expect(status).toBe(200);
      irns.push(...(json["documents"] as { irn: string }[]).map((document) => document.irn));
      path = typeof json["next"] === "string" ? json["next"] : "";
    }
    expect(irns).toContain(irn);
    expect(new Set(irns).size).toBe(irns.length);
    const other = await get(`/documents?${days}`, strangersToken);
    expect(JSON.stringify(other.json)).not.toContain(irn);
    expect(await get("/documents?from=2026-08-02&to=2026-08-01", token)).toMatchObject({
      status: 400,
      json: { code: "malformed_query" },
    });
  });

  it("prints the invoice, on pages that say that this stage is for tests", async () => {
    const irn = await registered();
    const reply = await fetch(`${stack.apiUrl}/irn/${irn}/invoice.pdf`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    expect(reply.headers.get("content-disposition")).toMatch(/^inline; filename="[A-Z0-9-]+\.pdf"$/);
    const bytes = Buffer.from(await reply.arrayBuffer());
    expect(bytes.subarray(0, 5).toString("latin1")).toBe("%PDF-");
    const text = wordsOf(...(await readPdf(bytes)));
    for (const told of [irn, "₹ 1,180.00", "NOT A VALID INVOICE"]) expect(text).toContain(told);
    const foreign = await call(`/irn/${irn}/invoice.pdf`, { headers: { authorization: `Bearer ${strangersToken}` } });
    expect(foreign).toMatchObject({ status: 404, json: { code: "not_found" } });
    await post(`/irn/${irn}/cancel`, token, WHY);
    const later = await call(`/irn/${irn}/invoice.pdf`, { headers: { authorization: `Bearer ${token}` } });
    expect(later.status).toBe(200);
  });

  it("shows the signed QR code as an image", async () => {
    const irn = await registered();
    const headers = { authorization: `Bearer ${token}` };
    const png = await call(`/irn/${irn}/qr.png`, { headers });
    expect([png.status, png.headers.get("content-type")]).toEqual([200, "image/png"]);
    const svg = await call(`/irn/${irn}/qr.svg`, { headers });
    expect(svg.text).toContain("<svg");
    const invoice = invoiceOfGoods();
    const withQr = await post("/irn?include=qr", token, invoice);
    expect(text(withQr, "qr")).toMatch(/^data:image\/png;base64,/);
  });
});

describe("a taxpayer", () => {
  it("is looked up at the portal, and synchronised", async () => {
    const gstin = "27SBXZN0014N1Z6";
    expect(await get(`/gstins/${gstin}`, token)).toMatchObject({ status: 200, json: { gstin, status: "INA" } });
    const synced = await call(`/gstins/${gstin}/sync`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(synced).toMatchObject({ status: 200, json: { gstin, status: "ACT" } });
    expect(await get("/gstins/27SBXZQ0015Q1ZW", token)).toMatchObject({ status: 404 });
  });
});
