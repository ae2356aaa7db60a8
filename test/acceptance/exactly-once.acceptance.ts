import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { accessToken, get, newInvoice, post, type Reply, supplier } from "./stack.ts";

const TWINS = 100;
const Outcome = z.object({ irn: z.string(), code: z.string().optional() });

let token: string;

beforeAll(async () => {
  token = await accessToken(supplier);
});

/** An answer, or after 202 what the request came to. */
async function outcome(reply: Reply): Promise<string> {
  if (reply.status !== 202) return reply.text;
  const location = reply.headers.get("location") ?? "";
  await expect
    .poll(async () => (await get(location, token)).json["state"], { timeout: 30_000, interval: 500 })
    .toMatch(/^(done|failed)$/);
  const { json } = await get(location, token);
  return JSON.stringify(json["result"] ?? json["problem"]);
}

describe("a hundred callers at the same time", () => {
  it("with one key and one payload get one registration and one answer", async () => {
    const invoice = newInvoice();
    const key = { "idempotency-key": crypto.randomUUID() };
    const replies = await Promise.all(Array.from({ length: TWINS }, () => post("/irn", token, invoice, key)));

    expect(replies.filter(({ status }) => ![201, 202].includes(status))).toEqual([]);
    expect(new Set(await Promise.all(replies.map(outcome))).size).toBe(1);
  });

  it("with keys of their own and one document get one registration and one answer", async () => {
    const invoice = newInvoice();
    const keyed = () => post("/irn", token, invoice, { "idempotency-key": crypto.randomUUID() });
    const replies = await Promise.all(Array.from({ length: TWINS }, keyed));

    expect(new Set(await Promise.all(replies.map(outcome))).size).toBe(1);
    expect(replies.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    expect(replies.filter(({ status }) => ![200, 201, 202].includes(status))).toEqual([]);
  });

  it("with one key and payloads that differ by a paisa: the first counts, the others are 400", async () => {
    const invoice = newInvoice();
    const key = { "idempotency-key": crypto.randomUUID() };
    const other = { ...invoice, ValDtls: { ...invoice.ValDtls, RndOffAmt: 0.01 } };
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post("/irn", token, n % 2 === 0 ? invoice : other, key)),
    );

    const refused = replies.filter(({ status }) => status === 400);
    expect(refused).toHaveLength(10);
    expect(refused.every(({ json }) => json["code"] === "idempotency_key_reused")).toBe(true);
    expect(new Set(await Promise.all(replies.filter(({ status }) => status !== 400).map(outcome))).size).toBe(1);
  });

  it("with one number and two contents: one content is registered, the other is told so", async () => {
    const invoice = newInvoice();
    const other = { ...invoice, BuyerDtls: { ...invoice.BuyerDtls, Loc: "Nashik" } };
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post("/irn", token, n % 2 === 0 ? invoice : other)),
    );

    const outcomes = await Promise.all(replies.map(outcome));
    const said = outcomes.map((text) => Outcome.parse(JSON.parse(text)));
    expect(said.filter(({ code }) => code === "number_used")).toHaveLength(10);
    expect(said.filter(({ code }) => code === undefined)).toHaveLength(10);
    expect(new Set(said.map(({ irn }) => irn)).size).toBe(1);
  });
});

describe("an answer that is lost on its way from the portal", () => {
  it.each(["LOST-", "T2147-"])("%s: the document is found again, and registered once", async (start) => {
    const invoice = newInvoice();
    const No = `${start}${invoice.DocDtls.No}`.slice(0, 16);
    const DocDtls = { ...invoice.DocDtls, No };
    const reply = await post("/irn", token, { ...invoice, DocDtls }, { prefer: "wait=25" });
    // Where many wait already, a caller is told where to look.
    expect([201, 202]).toContain(reply.status);
    expect(JSON.parse(await outcome(reply))).toMatchObject({ status: "ACT", mode: "test" });
  });

  it.each([
    ["USED-", "number_used"],
    ["OTHER-", "registered_elsewhere"],
  ])("%s: a number that is taken is told at once: %s", async (start, code) => {
    const invoice = newInvoice();
    const No = `${start}${invoice.DocDtls.No}`.slice(0, 16);
    const { status, json } = await post("/irn", token, { ...invoice, DocDtls: { ...invoice.DocDtls, No } });
    expect([status, json["code"]]).toEqual([409, code]);
  });
});
