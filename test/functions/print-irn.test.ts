import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fontFolder } from "../../functions/print-irn/font-folder.ts";
import { createHandler } from "../../functions/print-irn/handler.ts";
import { bundleFolder } from "../../infra/bundle.ts";
import type { Document } from "../../shared/document/document.ts";
import { fontFiles } from "../../shared/document/print/font-files.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { memoryStores } from "../fakes/memory-stores.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { deployedFaces } from "../shared/document/print/deployed-faces.ts";
import { pictureOf, readPdf, wordsOf } from "../shared/document/print/read-pdf.ts";
import { attribute, pngPixels, readQr, svgPixels } from "../shared/document/read-qr.ts";
import { anRsaKey, aToken, GSTIN, ISSUER, NOW } from "../shared/oauth/a-token.ts";
import { aContext } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

const ours = await anRsaKey();
const faces = await deployedFaces();
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

/** A signed copy as the portal makes it, whose signature nobody looks at any more. */
function signedInvoice(invoice: object): string {
  const data = JSON.stringify({ ...invoice, Irn: IRN, AckNo: 112610000000001, AckDt: "2026-08-18 14:30:00" });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ data, iss: "NIC" })}.c2ln`;
}

/** The printing function over one account's documents. */
function setup(document: Document = registered, invoice: object = anInvoice(), mode: "test" | "live" = "live") {
  const { rows, documents } = memoryStores();
  rows.documents.set(document.irn, document);
  rows.answers.set(
    document.irn,
    JSON.stringify({ irn: document.irn, status: "ACT", signedInvoice: signedInvoice(invoice), signedQrCode }),
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
      mode,
      faces: async () => faces,
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

describe.each(images)("the image %s", (image) => {
  it.each(["CNL", "REJ"] as const)(
    "is refused while the document is %s: it would be taken for valid",
    async (status) => {
      const { statusCode, headers, body } = await setup({ ...registered, status }).get(image);
      expect([statusCode, headers?.["content-type"]]).toEqual([409, "application/problem+json"]);
      expect(JSON.parse(body)).toMatchObject({ code: "not_active", irn: IRN, detail: expect.stringContaining(status) });
      expect(body).not.toContain(signedQrCode.slice(0, 40));
    },
  );
});

describe("the invoice as PDF", () => {
  it("is the document as it was registered, handed over as API Gateway takes bytes", async () => {
    const { statusCode, headers, isBase64Encoded, bytes } = await setup().get("invoice.pdf");
    expect([statusCode, headers?.["content-type"], isBase64Encoded]).toEqual([200, "application/pdf", true]);
    const text = wordsOf(...(await readPdf(bytes)));
    for (const told of [
      IRN,
      "112610000000001",
      "18/08/2026 14:30:00",
      "INV/26-27/001",
      "Example Seller Pvt Ltd",
      "₹ 1,180.00",
    ])
      expect(text).toContain(told);
    expect(text).not.toMatch(/TEST|CANCELLED/);
    const picture = pictureOf(bytes, 4);
    expect(picture && readQr(picture)).toBe(signedQrCode);
  });

  it("is shown by browsers, and saved under the number of the document", async () => {
    const named = async (docNo: string) =>
      (await setup(registered, anInvoice({ docNo })).get("invoice.pdf")).headers?.["content-disposition"];
    expect(await named("inv/26-27/001")).toBe('inline; filename="INV-26-27-001.pdf"');
    expect(await named("A")).toBe('inline; filename="A.pdf"');
  });

  it("has a name that no header can be broken with, whatever a portal signed", async () => {
    const invoice = { ...anInvoice(), DocDtls: { Typ: "INV", No: 'x"; y\r\nset-cookie: z/../é', Dt: "18/08/2026" } };
    const { headers } = await setup(registered, invoice).get("invoice.pdf");
    expect(headers?.["content-disposition"]).toBe('inline; filename="X-Y-SET-COOKIE-Z-.pdf"');
  });

  it("has the e-way bill that is active, and none that is cancelled", async () => {
    const bill = { ewbNo: "351001234567", status: "ACT", madeAt: "2026-08-18T15:00:00+05:30" } as const;
    const text = async (bills: Document["bills"]) =>
      wordsOf(...(await readPdf((await setup({ ...registered, bills }).get("invoice.pdf")).bytes)));
    expect(await text([{ ...bill, ewbNo: "351001234566", status: "CNL" }, bill])).toMatch(
      /351001234567(?!.*351001234566)/,
    );
    expect(await text([{ ...bill, status: "CNL" }])).not.toContain("351001234567");
  });

  it.each([
    ["CNL", "CANCELLED"],
    ["REJ", "REJECTED"],
  ] as const)("is marked while the document is %s, and has nothing to scan", async (status, mark) => {
    const cancelled = { at: "2026-08-19T09:00:00+05:30" };
    const { statusCode, bytes } = await setup({ ...registered, status, cancelled }).get("invoice.pdf");
    expect(statusCode).toBe(200);
    expect(wordsOf(...(await readPdf(bytes)))).toContain(mark);
    expect(pictureOf(bytes, 1)).toBeUndefined();
  });

  it("says on a stage for tests that it is none", async () => {
    const { bytes } = await setup(registered, anInvoice(), "test").get("invoice.pdf");
    expect(wordsOf(...(await readPdf(bytes)))).toContain("NOT A VALID INVOICE");
  });

  it("of 1,000 lines is well within what Lambda may answer", async () => {
    const ItemList = Array.from({ length: 1000 }, (_, i) =>
      anItem({
        SlNo: String(i + 1),
        PrdDesc: createHash("sha512").update(`${i}`).digest("base64").repeat(4).slice(0, 300),
      }),
    );
    const { statusCode, body } = await setup(registered, anInvoice({ ItemList })).get("invoice.pdf");
    expect(statusCode).toBe(200);
    expect(body.length).toBeLessThan(2_000_000);
  });
});

describe("the folder of fonts", () => {
  const fonts = new URL(`../../${bundleFolder("print-irn")}/fonts/`, import.meta.url);

  it("has all that are asked for, where it is deployed", () => {
    const { log, lines } = recordingLog();
    const file = fontFolder(fonts, log);
    expect(fontFiles.filter((name) => (file(name)?.length ?? 0) < 10_000)).toEqual([]);
    expect(lines).toEqual([]);
  });

  it("says at the start what is missing, and goes on without", () => {
    const { log, text } = recordingLog();
    const file = fontFolder(new URL("no-such-folder/", fonts), log);
    expect(text()).toMatch(/^error \[\s*'fonts are missing/);
    for (const name of fontFiles) expect(text()).toContain(name);
    expect(file("NotoSans-Regular.ttf")).toBeUndefined();
  });
});

describe.each([...images, "invoice.pdf"])("%s", (image) => {
  it("is kept by nobody: the document may be cancelled at any time", async () => {
    const { headers } = await setup().get(image);
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });

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
