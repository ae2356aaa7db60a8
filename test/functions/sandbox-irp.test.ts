import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anInvoice } from "../fakes/an-invoice.ts";
import { AUTH, call, codesOf, dataOf, GENERATE, logIn, seal, sessionHeaders } from "../shared/sandbox/a-client.ts";
import { aSandbox, brokenStore } from "../shared/sandbox/a-sandbox.ts";

describe("sandbox-irp", () => {
  it.each(["nic1", "nic2"])("answers the health call of %s to anyone", async (portal) => {
    const { statusCode, answer } = await call(aSandbox().send, { path: `/${portal}/eivital/v1.04/heartbeat/ping` });

    expect(statusCode).toBe(200);
    expect(answer).toEqual({ Status: 1, Data: null, ErrorDetails: null, InfoDtls: null });
  });

  it.each([
    ["GET", "/nic1/eivital/v1.04/auth"],
    ["POST", "/nic1/eivital/v1.04/heartbeat/ping"],
    ["GET", "/nic1/eicore/v1.03/Invoice"],
    ["GET", "/nic1/eicore/v1.03/Invoice/Cancel"],
    ["GET", "/nic1/eicore/v1.03/Invoice/irn"],
    ["GET", "/nic1/eicore/v1.03/Invoice/irn/"],
    ["GET", "/nic1/eicore/v1.03/Invoice/irn/a/b"],
    ["POST", "/nic3/eivital/v1.04/auth"],
    ["POST", "/eivital/v1.04/auth"],
    ["GET", "/nic1"],
    ["GET", "/"],
    ["GET", ""],
  ])("says in the portals' own form that %s %s is no API", async (method, path) => {
    const { statusCode, answer } = await call(aSandbox().send, { method, path });

    expect(statusCode).toBe(404);
    expect(answer).toMatchObject({ Status: 0, Data: null, InfoDtls: null });
    expect(codesOf(answer)).toEqual(["5001"]);
  });

  it("reads bodies that API Gateway hands over in base64", async () => {
    const { send } = aSandbox();
    const token = await logIn(send);
    const body = Buffer.from(JSON.stringify({ Data: seal(token.sek, JSON.stringify(anInvoice())) })).toString("base64");
    const { answer } = await call(send, { ...GENERATE, headers: sessionHeaders(token), body, isBase64Encoded: true });

    expect(dataOf(token, answer).Status).toBe("ACT");
  });

  it("keeps Indian text as it was sent", async () => {
    const { send } = aSandbox();
    const token = await logIn(send);
    const invoice = anInvoice({ SellerDtls: { LglNm: "उदाहरण ₹ 😀" } });
    const body = JSON.stringify({ Data: seal(token.sek, JSON.stringify(invoice)) });
    const { answer } = await call(send, { ...GENERATE, headers: sessionHeaders(token), body });
    const [, payload = ""] = dataOf(token, answer).SignedInvoice.split(".");

    expect(Buffer.from(payload, "base64url").toString()).toContain("उदाहरण ₹ 😀");
  });

  it("refuses a body of more than 4 MB with 5002, and takes one of 4 MB", async () => {
    const { send } = aSandbox();
    const most = 4 * 1024 * 1024;

    expect(codesOf((await call(send, { ...AUTH, body: "x".repeat(most) })).answer)).toEqual(["1011"]);
    expect(codesOf((await call(send, { ...AUTH, body: "x".repeat(most + 1) })).answer)).toEqual(["5002"]);
    expect(codesOf((await call(send, { ...AUTH, body: "₹".repeat(most / 2) })).answer)).toEqual(["5002"]);
  });

  it("answers JSON", async () => {
    const reply = await aSandbox().send({ rawPath: "/", requestContext: { http: { method: "GET" } } });
    expect(reply.headers).toEqual({ "content-type": "application/json; charset=utf-8" });
  });

  it("answers 500 without a word of why when its table fails, and tells us", async () => {
    const { send, faults } = aSandbox({ store: brokenStore() });
    const headers = { client_id: "einvoice-sandbox", client_secret: "einvoice-sandbox-secret", Gstin: "x" };
    const { statusCode, answer } = await call(send, { ...AUTH, headers });

    expect(statusCode).toBe(500);
    expect(answer.ErrorDetails).toEqual([{ ErrorCode: "5001", ErrorMessage: "Application error" }]);
    expect(faults).toEqual([expect.objectContaining({ message: expect.stringContaining("table is gone") })]);
  });

  it("answers an event that is none", async () => {
    for (const event of [undefined, null, 5, {}, { rawPath: 5 }]) {
      expect(await aSandbox().send(event)).toMatchObject({ statusCode: 500 });
    }
  });

  it("answers any request in the portals' form, and none with a fault of its own", async () => {
    const { send, faults } = aSandbox();
    const token = await logIn(send);
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.base64String());
    const tails = [
      ...["eivital/v1.04/auth", "eicore/v1.03/Invoice", "eicore/v1.03/Invoice/irnbydocdetails"],
      ...["eicore/v1.03/Invoice/Cancel", "eicore/v1.03/Invoice/rejectedirns", "eiewb/v1.03/ewaybill"],
    ];
    const heads = ["eicore/v1.03/Invoice/irn", "eiewb/v1.03/ewaybill/irn", "eivital/v1.04/Master/syncgstin"];
    const request = fc.record({
      method: fc.constantFrom("GET", "POST"),
      path: fc.oneof(
        text,
        fc.constantFrom(...tails),
        fc.tuple(fc.constantFrom(...heads), text).map((parts) => parts.join("/")),
      ),
      query: fc.dictionary(
        fc.constantFrom("doctype", "docnum", "docdate", "date"),
        fc.oneof(text, fc.constant("01/04/2026")),
      ),
      headers: fc.dictionary(fc.constantFrom("irp", "sup_gstin", "AuthToken", "x"), text),
      body: fc.oneof(
        text,
        text.map((Data) => JSON.stringify({ Data })),
      ),
      plain: fc.oneof(fc.json(), fc.string()),
      isBase64Encoded: fc.boolean(),
    });

    await fc.assert(
      fc.asyncProperty(request, async ({ path, headers, plain, ...rest }) => {
        const all = { ...sessionHeaders(token), ...headers };
        await call(send, { ...rest, path: `/nic1/${path}`, headers: all });
        const body = JSON.stringify({ Data: seal(token.sek, plain) });
        for (const tail of tails.filter((each) => !each.endsWith("auth"))) {
          await call(send, { method: "POST", path: `/nic1/${tail}`, headers: sessionHeaders(token), body });
        }
      }),
      { numRuns: 300 },
    );
    expect(faults).toEqual([]);
  });
});
