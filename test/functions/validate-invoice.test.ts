import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/validate-invoice/handler.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { memoryProfileStore } from "../fakes/memory-profile-store.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { anRsaKey, aToken, GSTIN, ISSUER, NOW } from "../shared/oauth/a-token.ts";
import { invoke } from "./invoke.ts";

const ours = await anRsaKey();

function setup() {
  const profiles = memoryProfileStore();
  const now = () => NOW;
  const tokens = { publishedKeys: async () => ({ keys: [ours.publicJwk] }), issuer: ISSUER, now };
  const handler = createHandler({ log: silentLog(), tokens, audit: anAuditTrail(now).audit, profiles, now });
  const validate = async (body: unknown) => {
    const headers = { authorization: `Bearer ${await aToken(ours)}` };
    return invoke(handler, anApiEvent({ method: "POST", path: "/irn/validate", headers, body: JSON.stringify(body) }));
  };
  return { profiles, validate };
}

describe("POST /irn/validate", () => {
  it("finds nothing wrong with a clean document", async () => {
    const { status, json } = await setup().validate(anInvoice({ docDate: today() }));
    expect([status, json]).toEqual([200, { valid: true, findings: [], patch: [] }]);
  });

  it("lists every finding, of shape and of rules, and mends the arithmetic", async () => {
    const ItemList = [anItem({ CgstAmt: 10, SgstAmt: 10, TotItemVal: 9 })];
    const { json } = await setup().validate(anInvoice({ docDate: today(), ItemList }));
    expect(json).toMatchObject({
      valid: false,
      findings: expect.arrayContaining([
        expect.objectContaining({ code: "X-5", irpCode: "2234", path: "ItemList[0].CgstAmt" }),
        expect.objectContaining({ code: "A-3", irpCode: "2194" }),
      ]),
      patch: expect.arrayContaining([{ op: "replace", path: "/ItemList/0/CgstAmt", value: 90 }]),
    });
  });

  it("judges by the profile of the caller's GSTIN", async () => {
    const { validate, profiles } = setup();
    const old = anInvoice({ docDate: dayBefore(60) });
    expect((await validate(old)).json).toMatchObject({ valid: false, findings: [{ code: "D-5" }] });
    await profiles.save(GSTIN, { turnoverCrore: 5 });
    expect((await validate(old)).json).toMatchObject({ valid: true });
  });

  it.each([null, 5, "text", [], {}, [[[]]]])("says of %j that it is no invoice", async (body) => {
    const { status, json } = await setup().validate(body);
    expect([status, json]).toMatchObject([200, { valid: false, patch: [] }]);
  });
});

function today(): string {
  return dayBefore(0);
}

function dayBefore(days: number): string {
  const day = new Date(NOW.getTime() + 5.5 * 3_600_000 - days * 86_400_000).toISOString().slice(0, 10);
  return day.split("-").reverse().join("/");
}
