import { beforeAll, describe, expect, it } from "vitest";
import { accessToken, get, newInvoice, post, supplier } from "./stack.ts";

let token: string;

beforeAll(async () => {
  token = await accessToken(supplier);
});

describe("a dry run", () => {
  it("finds what is wrong, gives the patch that mends it, and registers nothing", async () => {
    const { ValDtls, ...invoice } = newInvoice();
    const wrong = { ...invoice, ValDtls: { ...ValDtls, TotInvVal: 1 } };
    const { status, json } = await post("/irn/validate", token, wrong);

    expect(status).toBe(200);
    expect(json).toMatchObject({
      valid: false,
      findings: [{ code: "A-11", irpCode: "2189", path: "ValDtls.TotInvVal" }],
    });
    expect(json["patch"]).toEqual([{ op: "replace", path: "/ValDtls/TotInvVal", value: 1180 }]);
    expect((await post("/irn", token, { ...invoice, ValDtls })).status).toBe(201);
  });
});

describe("rules", () => {
  it("refuse a document before anything is sent, with the code that the portal would give", async () => {
    const invoice = newInvoice();
    const { status, json } = await post("/irn", token, {
      ...invoice,
      TranDtls: { ...invoice.TranDtls, SupTyp: "EXPWP" },
    });
    expect(status).toBe(422);
    expect(json["errors"]).toEqual(expect.arrayContaining([expect.objectContaining({ code: "P-6", irpCode: "2248" })]));
  });

  it("are left to the portal with Prefer: handling=lenient, and it refuses for itself", async () => {
    const invoice = newInvoice();
    const wrong = { ...invoice, ValDtls: { ...invoice.ValDtls, TotInvVal: 1 } };
    const { status, json, headers } = await post("/irn", token, wrong, { prefer: "handling=lenient" });

    expect(headers.get("preference-applied")).toBe("handling=lenient");
    expect([status, json["code"]]).toEqual([422, "refused_by_irp"]);
    expect(json["errors"]).toEqual([expect.objectContaining({ irpCode: "2189" })]);
    expect((await post("/irn", token, invoice)).status).toBe(201);
  });

  it("answer a refused request with the same problem under its key, and when it is read", async () => {
    const invoice = newInvoice();
    const wrong = { ...invoice, ValDtls: { ...invoice.ValDtls, TotInvVal: 1 } };
    const headers = { prefer: "handling=lenient, wait=0", "idempotency-key": crypto.randomUUID() };
    const location = (await post("/irn", token, wrong, headers)).headers.get("location") ?? "";
    await expect.poll(async () => (await get(location, token)).json).toMatchObject({ state: "failed", status: 422 });
    const replay = await post("/irn", token, wrong, headers);
    expect([replay.status, replay.headers.get("idempotency-replayed")]).toEqual([422, "true"]);
  });
});
