import { randomInt } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { anItem } from "../fakes/an-invoice.ts";
import { accessToken, get, newInvoice, post, stack, stranger, supplier } from "./stack.ts";

const LINES = 1000;
const MOST_BYTES = 2 * 1024 * 1024;

let token: string;

beforeAll(async () => {
  token = await accessToken(supplier);
});

/** As many lines as a document may have, of texts in which nothing repeats: no compressor makes them fit an item of a table. */
function largeInvoice() {
  const ItemList = Array.from({ length: LINES }, (_, n) =>
    anItem({
      SlNo: String(n + 1),
      PrdDesc: noise(300),
      AttribDtls: [
        { Nm: noise(100), Val: noise(100) },
        { Nm: "Batch", Val: noise(98) },
      ],
    }),
  );
  const ValDtls = { AssVal: 1000 * LINES, CgstVal: 90 * LINES, SgstVal: 90 * LINES, TotInvVal: 1180 * LINES };
  return { ...newInvoice(), ItemList, ValDtls };
}

/** Any of twenty thousand characters, three bytes each. */
function noise(length: number): string {
  return String.fromCharCode(...Array.from({ length }, () => randomInt(0x4e00, 0x9fa5)));
}

/** White space up to as many bytes: it is no part of the document. */
function padded(invoice: object, bytes: number): string {
  const json = JSON.stringify(invoice);
  return json + " ".repeat(bytes - Buffer.byteLength(json));
}

describe("an invoice of 1000 lines and 2 MB", () => {
  it("is registered, and its signed copies stay as they are, byte for byte", async () => {
    const invoice = largeInvoice();
    expect(Buffer.byteLength(JSON.stringify(invoice))).toBeGreaterThan(0.95 * MOST_BYTES);
    const key = { "idempotency-key": crypto.randomUUID(), prefer: "wait=25" };

    const registered = await post("/irn", token, padded(invoice, MOST_BYTES), key);
    expect([registered.status, registered.json["code"]]).toEqual([201, undefined]);
    const signed = await verified(registered.json["signedInvoice"]);
    expect(signed).toMatchObject({ Irn: registered.json["irn"], ValDtls: invoice.ValDtls });
    expect(signed["ItemList"]).toEqual(invoice.ItemList.map((item, ItemNo) => ({ ItemNo, ...item })));

    const { signedInvoice, signedQrCode } = registered.json;
    const read = await get(`/irn/${registered.json["irn"]}`, token);
    expect(read.status).toBe(200);
    expect(read.json["signedInvoice"] === signedInvoice && read.json["signedQrCode"] === signedQrCode).toBe(true);

    const replay = await post("/irn", token, invoice, key);
    expect([replay.status, replay.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(replay.text === registered.text).toBe(true);
    expect((await get(`/irn/${registered.json["irn"]}`, await accessToken(stranger))).status).toBe(404);
  });

  it("is registered for a caller who does not wait", async () => {
    const accepted = await post("/irn", token, largeInvoice(), { prefer: "respond-async" });
    expect(accepted.status).toBe(202);
    const location = accepted.headers.get("location") ?? "";
    await expect
      .poll(async () => (await get(location, token)).json["state"], { timeout: 30_000, interval: 500 })
      .toBe("done");
    const { json } = await get(location, token);
    const result = json["result"] as Record<string, unknown>;
    expect(result["status"]).toBe("ACT");
    await verified(result["signedInvoice"]);
  });

  it("is too large with one byte more", async () => {
    const { status, json } = await post("/irn", token, padded(newInvoice(), MOST_BYTES + 1));
    expect([status, json["code"]]).toEqual([413, "body_too_large"]);
  });
});

async function verified(jwt: unknown): Promise<Record<string, unknown>> {
  const keys = createRemoteJWKSet(new URL(`${stack.irpUrl}/sandbox/jwks.json`));
  const { payload } = await jwtVerify(String(jwt), keys, { algorithms: ["RS256"], issuer: "NIC Sandbox" });
  return JSON.parse(String(payload["data"]));
}
