import { expect, it } from "vitest";
import { anExport, anInterStateDocument, BUYER, type Document, SELLER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { GENERATE, sessionFor } from "./portal-client.ts";

const { url } = await irpOfThisFile();
/** One of the sandbox's own taxpayers. */
const SEZ_UNIT = "27SBXZU0002U1ZP";

async function codesOf(document: Document): Promise<readonly string[]> {
  return (await (await sessionFor(url, SELLER)).post(GENERATE, document)).codes;
}

/**
 * What the wire's specification demands and the sandbox, on purpose, does not do: the invoice schema of 2026 makes CntCode
 * optional, leaves a SEZ buyer on B2B open, and customers use GSTINs of their own. A test that turns red here was mended:
 * it belongs with the others then.
 */
judge("known departures", () => {
  it.fails("section 5.2: ExpDtls.CntCode is mandatory on an export", async () => {
    expect(await codesOf(anExport({ more: { ExpDtls: null } }))).not.toEqual([]);
  });

  it.fails("section 5.2, 2246: a B2B buyer is no SEZ unit", async () => {
    expect(await codesOf(anInterStateDocument({ buyer: { Gstin: SEZ_UNIT, Pos: "27" } }))).toContain("2246");
  });

  it.fails("section 5.7, 3001: a GSTIN with a wrong check character is nobody's", async () => {
    const wrong = `${BUYER.slice(0, -1)}${BUYER.endsWith("0") ? "1" : "0"}`;
    expect((await (await sessionFor(url, SELLER)).get(`/eivital/v1.04/Master/gstin/${wrong}`)).codes).toEqual(["3001"]);
  });
});
