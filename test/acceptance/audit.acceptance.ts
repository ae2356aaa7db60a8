import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { accessToken, get, newInvoice, post, stranger, supplier } from "./stack.ts";

let token: string;
let strangersToken: string;

beforeAll(async () => {
  token = await accessToken(supplier);
  strangersToken = await accessToken(stranger);
});

const Records = z.array(z.looseObject({ kind: z.string(), at: z.string(), irn: z.string().optional() }));
const Page = z.object({ records: Records, next: z.string().optional() });
const Pack = z.looseObject({ trail: Records, verification: z.looseObject({}) });

/** Records of the given document, from the whole trail of the last day. */
async function trailOf(irn: string) {
  const found: z.output<typeof Records> = [];
  let next: string | undefined = "/audit?limit=100";
  while (next) {
    const page: z.output<typeof Page> = Page.parse((await get(next, token)).json);
    found.push(...page.records.filter((record) => record.irn === irn));
    next = page.next;
  }
  return found;
}

async function registered(): Promise<string> {
  const { status, json, text } = await post("/irn", token, newInvoice());
  expect(status, text).toBe(201);
  return String(json["irn"]);
}

describe("the audit trail", () => {
  it("has who registered a document, what went to the portal and what came of it, and who read it", async () => {
    const irn = await registered();
    expect(await get(`/irn/${irn}`, token)).toMatchObject({ status: 200 });

    const trail = await trailOf(irn);
    expect(trail).toMatchObject([
      { kind: "intent", clientId: supplier.clientId, route: "POST /irn", op: "register" },
      { kind: "upstream", portal: "NIC1", answer: "ok", irpCodes: [], tookMs: expect.any(Number) },
      { kind: "outcome", status: 201 },
      { kind: "call", route: "GET /irn/{irn}", status: 200 },
    ]);
    expect(new Set(trail.slice(0, 3).map(({ rid }) => rid)).size).toBe(1);
  });

  it("has the refusals, and nothing of what a stranger does", async () => {
    const irn = await registered();
    expect(await get(`/irn/${irn}`, strangersToken)).toMatchObject({ status: 404 });
    expect(await post(`/irn/${irn}/cancel`, token, { reason: "none" })).toMatchObject({ status: 422 });
    expect((await trailOf(irn)).slice(3)).toMatchObject([{ kind: "call", status: 422, code: "invalid_body" }]);
  });
});

describe("the evidence of a document", () => {
  it("is the document, its trail and what the signatures say, for its owner", async () => {
    const irn = await registered();
    const { status, json } = await get(`/irn/${irn}/evidence`, token);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      document: { irn, status: "ACT" },
      verification: {
        signedInvoice: { isGenuine: true, isOfThisIrn: true, isAsAccepted: true },
        signedQrCode: { isGenuine: true, isOfThisIrn: true },
      },
    });
    expect(Pack.parse(json).trail.map(({ kind }) => kind)).toEqual(["intent", "upstream", "outcome"]);
    expect(await get(`/irn/${irn}/evidence`, strangersToken)).toMatchObject({ status: 404 });
  });

  it("needs the scope of the audit", async () => {
    const readOnly = await accessToken(supplier, "irn:read");
    expect(await get(`/irn/${"a".repeat(64)}/evidence`, readOnly)).toMatchObject({
      status: 403,
      json: { code: "insufficient_scope" },
    });
  });
});
