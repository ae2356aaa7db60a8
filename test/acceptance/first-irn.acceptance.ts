import { createHash } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { accessToken, get, newInvoice, post, stack, stranger, supplier } from "./stack.ts";

let token: string;
let strangersToken: string;

beforeAll(async () => {
  token = await accessToken(supplier);
  strangersToken = await accessToken(stranger);
});

describe("registering an invoice", () => {
  it("answers 201 with the IRN, the acknowledgement and both signed copies", async () => {
    const invoice = newInvoice();
    const { status, json, headers } = await post("/irn", token, invoice);

    expect(status).toBe(201);
    expect(headers.get("x-request-id")).toBeTruthy();
    expect(json).toMatchObject({ irn: expectedIrn(invoice), status: "ACT", mode: "test" });
    expect(json["ackNo"]).toMatch(/^\d{15}$/);
    expect(json["ackDt"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/);
    const signed = await verified(json["signedInvoice"]);
    expect(signed).toMatchObject({ Irn: json["irn"], DocDtls: invoice.DocDtls.No ? { Dt: invoice.DocDtls.Dt } : {} });
    expect(await verified(json["signedQrCode"])).toMatchObject({
      SellerGstin: supplier.gstin,
      DocDt: invoice.DocDtls.Dt,
      TotInvVal: invoice.ValDtls.TotInvVal,
      Irn: json["irn"],
    });
  });

  it("registers one document once, however often and however differently it is sent", async () => {
    const invoice = newInvoice();
    // No more than may wait long at the same time, where the machine is slow.
    const replies = await Promise.all(Array.from({ length: 12 }, () => post("/irn", token, invoice)));

    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(11).fill(200), 201]);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  });

  it("keeps non-ASCII text whole", async () => {
    const invoice = newInvoice();
    const { json } = await post("/irn", token, {
      ...invoice,
      SellerDtls: { ...invoice.SellerDtls, LglNm: "श्री ₹ Traders" },
    });
    expect(await verified(json["signedInvoice"])).toMatchObject({ SellerDtls: { LglNm: "श्री ₹ Traders" } });
  });

  it("refuses another document under a registered number, and names the IRN", async () => {
    const invoice = newInvoice();
    const { json } = await post("/irn", token, invoice);
    const other = await post("/irn", token, { ...invoice, BuyerDtls: { ...invoice.BuyerDtls, Loc: "Nashik" } });
    expect(other.status).toBe(409);
    expect(other.json).toMatchObject({ code: "number_used", irn: json["irn"] });
  });

  it("refuses the document of another GSTIN", async () => {
    const { status, json } = await post("/irn", token, newInvoice(stranger.gstin));
    expect([status, json["code"]]).toEqual([403, "gstin_mismatch"]);
  });
});

describe("an idempotency key", () => {
  it("gets the original answer byte for byte, and says so", async () => {
    const invoice = newInvoice();
    const key = { "idempotency-key": crypto.randomUUID() };
    const original = await post("/irn", token, invoice, key);
    const replay = await post("/irn", token, JSON.stringify(invoice, null, 3), {
      "idempotency-key": `"${key["idempotency-key"]}"`,
    });

    expect([original.status, replay.status]).toEqual([201, 201]);
    expect(replay.text).toBe(original.text);
    expect([original.headers.get("idempotency-replayed"), replay.headers.get("idempotency-replayed")]).toEqual([
      null,
      "true",
    ]);
  });

  it("is refused for another payload", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    await post("/irn", token, newInvoice(), key);
    const { status, json } = await post("/irn", token, newInvoice(), key);
    expect([status, json["code"]]).toEqual([400, "idempotency_key_reused"]);
  });

  it("is free again after a refusal: the document is fixed and sent with the same key", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const invoice = newInvoice();
    const refused = await post("/irn", token, { ...invoice, Version: "1.2" }, key);
    const fixed = await post("/irn", token, invoice, key);
    expect([refused.status, fixed.status]).toEqual([422, 201]);
  });

  it("means something else for another GSTIN", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const mine = await post("/irn", token, newInvoice(), key);
    const theirs = await post("/irn", strangersToken, newInvoice(stranger.gstin), key);
    expect([mine.status, theirs.status]).toEqual([201, 201]);
  });
});

describe("a caller who does not wait", () => {
  it.each(["respond-async", "wait=0"])(
    "with Prefer: %s gets 202 and finds the outcome where it says",
    async (prefer) => {
      const accepted = await post("/irn", token, newInvoice(), { prefer });
      expect(accepted.status).toBe(202);
      expect(accepted.headers.get("preference-applied")).toBe(prefer);
      const location = accepted.headers.get("location") ?? "";

      await expect
        .poll(async () => (await get(location, token)).json, { timeout: 15_000 })
        .toMatchObject({ state: "done", status: 201 });

      const { json } = await get(location, token);
      expect(json["result"]).toMatchObject({ status: "ACT", mode: "test" });
      expect((await get(location, strangersToken)).status).toBe(404);
    },
  );
});

describe("a registered document", () => {
  it("can be read by its supplier alone", async () => {
    const { json } = await post("/irn", token, newInvoice());
    const mine = await get(`/irn/${json["irn"]}`, token);
    const theirs = await get(`/irn/${json["irn"]}`, strangersToken);
    expect([mine.status, theirs.status]).toEqual([200, 404]);
    expect(mine.json).toMatchObject({ irn: json["irn"], status: "ACT", signedQrCode: json["signedQrCode"] });
    expect(mine.json["asOf"]).toMatch(/\+05:30$/);
  });
});

/** Computed here from the published recipe, not by the code under test. */
function expectedIrn({ SellerDtls, DocDtls }: ReturnType<typeof newInvoice>): string {
  const [, month = 0, year = 0] = DocDtls.Dt.split("/").map(Number);
  const start = month >= 4 ? year : year - 1;
  const text = `${SellerDtls.Gstin}${start}-${String(start + 1).slice(2)}${DocDtls.Typ}${DocDtls.No.toUpperCase()}`;
  return createHash("sha256").update(text).digest("hex");
}

async function verified(jwt: unknown): Promise<Record<string, unknown>> {
  const keys = createRemoteJWKSet(new URL(`${stack.irpUrl}/sandbox/jwks.json`));
  const { payload } = await jwtVerify(String(jwt), keys, { algorithms: ["RS256"], issuer: "NIC Sandbox" });
  return JSON.parse(String(payload["data"]));
}
