import { describe, expect, it } from "vitest";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { anApi, OTHER_GSTIN } from "./an-api.ts";

async function aRegisteredDocument() {
  const api = anApi();
  const { body } = await api.post();
  const [irn = ""] = api.portal.registry.keys();
  return { ...api, irn, answer: JSON.parse(body) };
}

describe("GET /irn/{irn}", () => {
  it("answers with the registration, its status and the time that the status is of", async () => {
    const { get, irn, answer } = await aRegisteredDocument();
    expect(await get("irn", irn)).toMatchObject({
      status: 200,
      json: { ...answer, status: "ACT", asOf: expect.stringMatching(/^2026-08-18T14:30:0\d\+05:30$/) },
    });
  });

  it("tells of a later cancellation", async () => {
    const { get, irn, rows, answer } = await aRegisteredDocument();
    const document = rows.documents.get(irn);
    if (document) rows.documents.set(irn, { ...document, status: "CNL" });
    expect((await get("irn", irn)).json).toMatchObject({ ...answer, status: "CNL" });
  });

  it("never asks the portal", async () => {
    const { get, irn, portal } = await aRegisteredDocument();
    await get("irn", irn);
    expect(portal.calls).toHaveLength(1);
  });

  it("is not there for another GSTIN, in the very words of one that does not exist", async () => {
    const { get, irn } = await aRegisteredDocument();
    const requestId = "same";
    const others = await get("irn", irn, { gstin: OTHER_GSTIN, requestId });
    const nobodys = await get("irn", "0".repeat(64), { requestId });

    expect(others.status).toBe(404);
    expect([others.status, others.body]).toEqual([nobodys.status, nobodys.body]);
  });

  it("is not there while it is not registered", async () => {
    const api = anApi();
    api.portal.will({ is: "unknown" });
    await api.post(anInvoice(), { headers: { prefer: "wait=1" } });
    const [irn = ""] = api.rows.documents.keys();
    expect((await api.get("irn", irn)).status).toBe(404);
  });

  it.each([
    ["a word", "x"],
    ["capitals", "7BA5".repeat(16)],
    ["an IRN with a tail", `${"0".repeat(64)}#x`],
    ["more than a key can hold", "1".repeat(3000)],
  ])("is not looked for under %s", async (_, irn) => {
    const { get, common } = anApi();
    expect((await get("irn", irn, {}, { ...common, documents: failing(common.documents, "find") })).status).toBe(404);
  });
});
