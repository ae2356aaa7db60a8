import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/print-irn/handler.ts";
import type { Document } from "../../shared/document/document.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { failing } from "../fakes/failing.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { memoryStores } from "../fakes/memory-stores.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { attribute, pngPixels, readQr, svgPixels } from "../shared/document/read-qr.ts";
import { anRsaKey, aToken, GSTIN, ISSUER, NOW } from "../shared/oauth/a-token.ts";
import { aContext } from "./invoke.ts";

const ours = await anRsaKey();
const OTHER_GSTIN = "29AAAZA0001A1ZI";
const IRN = "7ba5".repeat(16);
const signedQrCode = `eyJhbGciOiJSUzI1NiJ9.${createHash("sha512").update("qr").digest("base64url").repeat(8)}.c2ln`;
const registered: Document = {
  v: 1,
  irn: IRN,
  ownerGstin: GSTIN,
  reg: { rid: "r", docFp: "f", portal: "NIC1", ackNo: "112610000000001", ackDt: "2026-08-18T14:30:00+05:30" },
  status: "ACT",
  seq: 1,
};

/** The printing function over one account's documents. */
function setup(document: Document = registered) {
  const { rows, documents } = memoryStores();
  rows.documents.set(document.irn, document);
  rows.answers.set(
    document.irn,
    JSON.stringify({ irn: document.irn, status: "ACT", signedInvoice: "x", signedQrCode }),
  );
  const tokens = { publishedKeys: async () => ({ keys: [ours.publicJwk] }), issuer: ISSUER, now: () => NOW };

  async function get(
    image: string,
    { irn = IRN, gstin = GSTIN, scope = "irn:read", requestId = "r", from = documents } = {},
  ) {
    const authorization = `Bearer ${await aToken(ours, { claims: { gstin, scope } })}`;
    const route = { path: `/irn/${irn}/${image}`, routeKey: `GET /irn/{irn}/${image}`, params: { irn } };
    const handler = createHandler({
      log: silentLog(),
      tokens,
      audit: anAuditTrail(() => new Date(0)).audit,
      documents: from,
    });
    const answer = await handler(
      anApiEvent({ method: "GET", ...route, headers: { authorization }, requestId }),
      aContext(),
    );
    const { body = "", isBase64Encoded = false } = answer;
    return { ...answer, body, bytes: Buffer.from(body, isBase64Encoded ? "base64" : "utf8") };
  }

  return { rows, documents, get };
}

const images = ["qr.png", "qr.svg"];

describe("the QR code of a registered document", () => {
  it("is a PNG of what the portal signed, handed over as API Gateway takes bytes", async () => {
    const { statusCode, headers, isBase64Encoded, bytes } = await setup().get("qr.png");
    expect([statusCode, headers?.["content-type"], isBase64Encoded]).toEqual([200, "image/png", true]);
    expect(readQr(pngPixels(bytes))).toBe(signedQrCode);
  });

  it("is an SVG of what the portal signed", async () => {
    const { statusCode, headers, isBase64Encoded, body } = await setup().get("qr.svg");
    expect([statusCode, headers?.["content-type"], isBase64Encoded]).toEqual([200, "image/svg+xml", undefined]);
    expect(attribute(body, "xmlns")).toBe("http://www.w3.org/2000/svg");
    expect(readQr(svgPixels(body, 4))).toBe(signedQrCode);
  });
});

describe.each(images)("%s", (image) => {
  it("is kept by nobody: the document may be cancelled at any time", async () => {
    const { headers } = await setup().get(image);
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });

  it.each(["CNL", "REJ"] as const)(
    "is refused while the document is %s: it would be taken for valid",
    async (status) => {
      const { statusCode, headers, body } = await setup({ ...registered, status }).get(image);
      expect([statusCode, headers?.["content-type"]]).toEqual([409, "application/problem+json"]);
      expect(JSON.parse(body)).toMatchObject({ code: "not_active", irn: IRN, detail: expect.stringContaining(status) });
      expect(body).not.toContain(signedQrCode.slice(0, 40));
    },
  );

  it.each(["ACT", "CNL"] as const)(
    "is not there for another GSTIN, in the very words of one that does not exist, though the document is %s",
    async (status) => {
      const { get } = setup({ ...registered, status });
      const others = await get(image, { gstin: OTHER_GSTIN });
      const nobodys = await get(image, { irn: "0".repeat(64) });
      expect(others.statusCode).toBe(404);
      expect(JSON.parse(others.body)).toMatchObject({ code: "not_found" });
      expect([others.statusCode, others.body]).toEqual([nobodys.statusCode, nobodys.body]);
    },
  );

  it("is not there while the document is not registered", async () => {
    const { reg: _, status: __, ...unregistered } = registered;
    expect((await setup(unregistered).get(image)).statusCode).toBe(404);
  });

  it.each([
    ["a word", "x"],
    ["capitals", "7BA5".repeat(16)],
    ["an IRN with a tail", `${IRN}#x`],
    ["more than a key can hold", "1".repeat(3000)],
  ])("is not looked for under %s", async (_, irn) => {
    const { get, documents } = setup();
    expect((await get(image, { irn, from: failing(documents, "find") })).statusCode).toBe(404);
  });

  it("needs a token that may read", async () => {
    expect((await setup().get(image, { scope: "irn:write" })).statusCode).toBe(403);
  });

  it("fails whole when the frozen answer is missing", async () => {
    const { get, rows } = setup();
    rows.answers.clear();
    expect((await get(image)).statusCode).toBe(500);
  });
});
