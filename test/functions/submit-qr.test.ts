import { describe, expect, it } from "vitest";
import { withQr } from "../../shared/document/with-qr.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { bytesOf, pngPixels, readQr } from "../shared/document/read-qr.ts";
import { anApi } from "./an-api.ts";

const query = { include: "qr" };
const KEY = { headers: { "idempotency-key": "key-1" } };

describe.each(["/irn", "/cdnr"])("POST %s?include=qr", (path) => {
  const document = anInvoice({ DocDtls: { Typ: path === "/irn" ? "INV" : "CRN" } });

  it("answers with the frozen registration and the image of its signed QR code", async () => {
    const { post, rows } = anApi();
    const { status, headers, body } = await post(document, { path, query });
    expect([status, headers["content-type"]]).toEqual([201, "application/json"]);
    const [frozen = ""] = rows.answers.values();
    expect(frozen).not.toContain('"qr"');
    expect(body).toBe(withQr(frozen));
    const { qr, signedQrCode } = JSON.parse(body);
    expect(readQr(pngPixels(bytesOf(qr)))).toBe(signedQrCode);
  });

  it("refuses anything else that is to be included, and accepts nothing", async () => {
    const { post, rows, queue } = anApi();
    const answer = await post(document, { path, query: { include: "pdf" } });
    expect(answer).toMatchObject({ status: 400, json: { code: "malformed_query" } });
    expect([rows.requests.size, queue.sent.length]).toEqual([0, 0]);
  });
});

describe("POST /irn?include=qr", () => {
  it("answers alike for what is registered already, with the image or without", async () => {
    const { post } = anApi();
    const plain = await post();
    const again = await post(anInvoice(), { query });
    expect([plain.status, again.status]).toEqual([201, 200]);
    expect(plain.json).not.toHaveProperty("qr");
    expect(again.body).toBe(withQr(plain.body));
  });

  it("is replayed byte for byte, even after a later cancellation", async () => {
    const { post, rows } = anApi();
    const first = await post(anInvoice(), { query, ...KEY });
    for (const [irn, document] of rows.documents) rows.documents.set(irn, { ...document, status: "CNL" });
    const replay = await post(anInvoice(), { query, ...KEY });
    expect(replay.headers).toMatchObject({ "idempotency-replayed": "true" });
    expect([replay.status, replay.body]).toEqual([first.status, first.body]);
  });

  it("has no image while there is no outcome, nor where it is a refusal", async () => {
    const { post, portal } = anApi();
    portal.will({ is: "refused", errors: [{ code: "2176", message: "Invalid HSN code" }] });
    const refused = await post(anInvoice({ docNo: "A/1" }), { query });
    const accepted = await post(anInvoice({ docNo: "A/2" }), { query, headers: { prefer: "respond-async" } });
    expect([refused.status, accepted.status]).toEqual([422, 202]);
    for (const { json } of [refused, accepted]) expect(json).not.toHaveProperty("qr");
  });
});
