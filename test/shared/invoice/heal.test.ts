import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkInvoice } from "../../../shared/invoice/check-invoice.ts";
import { heal, type JsonPatch } from "../../../shared/invoice/heal.ts";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { loadVectors } from "../../vectors/load-vectors.ts";
import { generatedInvoice } from "./a-generated-invoice.ts";
import { aContext, changed, exported, inter, intra, toSez } from "./a-supply.ts";

/** RFC 6902, `add` and `replace` of members that are addressed by name or index. */
function patched(invoice: unknown, patch: JsonPatch): unknown {
  const copy = structuredClone(invoice);
  for (const { op, path, value } of patch) {
    const steps = path.split("/").slice(1);
    const last = steps.pop() ?? "";
    let block = copy as Record<string, unknown>;
    for (const step of steps) block = block[step] as Record<string, unknown>;
    expect(last in block).toBe(op === "replace");
    block[last] = value;
  }
  return copy;
}

function arithmeticOf(invoice: unknown): string[] {
  return checkInvoice(invoice, aContext())
    .map(({ code }) => code)
    .filter((code) => /^(A-\d+|X-[1235678])$/.test(code));
}

const values = (patch: JsonPatch) => Object.fromEntries(patch.map(({ path, value }) => [path, value]));

describe("heal", () => {
  it("computes everything anew from quantity, price, discount and rate", () => {
    const invoice = changed(inter(), {
      "ItemList.0.Qty": 3,
      "ItemList.0.Discount": 10.5,
      "ItemList.0.UnitPrice": 33.335,
    });
    expect(values(heal(invoice))).toEqual({
      "/ItemList/0/TotAmt": 100.01, // 100.005, half up
      "/ItemList/0/AssAmt": 89.51,
      "/ItemList/0/IgstAmt": 16.11,
      "/ItemList/0/TotItemVal": 105.62,
      "/ValDtls/AssVal": 89.51,
      "/ValDtls/IgstVal": 16.11,
      "/ValDtls/TotInvVal": 105.62,
    });
  });

  it("moves the tax to the side that the parties ask for", () => {
    const intoAnotherState = changed(intra(), { "BuyerDtls.Pos": "29" });
    expect(values(heal(intoAnotherState))).toEqual({
      "/ItemList/0/IgstAmt": 180,
      "/ItemList/0/CgstAmt": 0,
      "/ItemList/0/SgstAmt": 0,
      "/ValDtls/IgstVal": 180,
      "/ValDtls/CgstVal": 0,
      "/ValDtls/SgstVal": 0,
    });
    const withinTheState = changed(inter(), { "BuyerDtls.Pos": "27" });
    expect(values(heal(withinTheState))).toMatchObject({
      "/ItemList/0/IgstAmt": 0,
      "/ItemList/0/CgstAmt": 90,
      "/ItemList/0/SgstAmt": 90,
    });
  });

  it("adds what is absent and replaces what is null", () => {
    const absent = heal(changed(inter(), { "ItemList.0.IgstAmt": undefined, "ValDtls.IgstVal": null }));
    expect(absent).toEqual([
      { op: "add", path: "/ItemList/0/IgstAmt", value: 180 },
      { op: "replace", path: "/ValDtls/IgstVal", value: 180 },
    ]);
  });

  it("leaves what is within the tolerance as it was written", () => {
    expect(heal(changed(inter(), { "ItemList.0.IgstAmt": 180.7, "ValDtls.AssVal": 0 }))).toEqual([
      { op: "replace", path: "/ValDtls/AssVal", value: 1000 },
    ]);
  });

  it("keeps the tax of a note, which need not follow from the rate, and moves it", () => {
    const note = changed(inter(), { "DocDtls.Typ": "CRN", "BuyerDtls.Pos": "27", "ItemList.0.IgstAmt": 100.01 });
    expect(values(heal(note))).toMatchObject({
      "/ItemList/0/IgstAmt": 0,
      "/ItemList/0/CgstAmt": 50.01,
      "/ItemList/0/SgstAmt": 50.01,
    });
  });

  it("charges no tax on exports without payment that showed none", () => {
    const without = changed(exported(), { "TranDtls.SupTyp": "EXPWOP", "ItemList.0.IgstAmt": 0 });
    expect(values(heal(without))).toEqual({
      "/ItemList/0/TotItemVal": 1000,
      "/ValDtls/IgstVal": 0,
      "/ValDtls/TotInvVal": 1000,
    });
  });

  it("leaves totals without tax under reverse charge", () => {
    const reverse = changed(toSez(), {
      "TranDtls.RegRev": "Y",
      "ItemList.0.TotItemVal": 1000,
      "ValDtls.TotInvVal": 1000,
      "ItemList.0.IgstAmt": 0,
    });
    expect(values(heal(reverse))).toEqual({ "/ItemList/0/IgstAmt": 180 });
  });

  it("keeps the tax on goods that are taxed on their retail price", () => {
    const tobacco = changed(inter(), {
      "ItemList.0.HsnCd": "24022010",
      "ItemList.0.IgstAmt": 700,
      "ItemList.0.GstRt": 40,
    });
    expect(values(heal(tobacco))).toEqual({
      "/ItemList/0/TotItemVal": 1700,
      "/ValDtls/IgstVal": 700,
      "/ValDtls/TotInvVal": 1700,
    });
  });

  it("knows a SEZ developer from the registry", () => {
    const invoice = changed(toSez(), { "TranDtls.SupTyp": "B2B" });
    expect(heal(invoice)).not.toEqual([]);
    expect(heal(invoice, { registry: { taxpayer: () => ({ status: "active", type: "sez-developer" }) } })).toEqual([]);
  });

  it("does not change what it was given", () => {
    const invoice = changed(intra(), { "BuyerDtls.Pos": "29" });
    const before = structuredClone(invoice);
    heal(invoice);
    expect(invoice).toEqual(before);
  });
});

describe("there is nothing to heal", () => {
  it.each(loadVectors("valid"))("in $id", ({ request }) => {
    expect(heal(request)).toEqual([]);
  });

  it("where the portal takes TotAmt though it is not quantity × price", () => {
    expect(heal(changed(intra(), { "ItemList.0.UnitPrice": 1 }))).toEqual([]);
  });

  it("where an amount that is needed breaks the schema", () => {
    expect(heal(changed(intra(), { "ItemList.0.GstRt": "18", "ValDtls.AssVal": 0 }))).toEqual([]);
    expect(heal(changed(intra(), { ItemList: [], "ValDtls.AssVal": 0 }))).toEqual([]);
  });

  it("where an amount would fall below zero or outgrow its field", () => {
    expect(heal(changed(intra(), { "ItemList.0.Discount": 1003 }))).toEqual([]);
    expect(heal(changed(intra(), { "ValDtls.Discount": 5000 }))).toEqual([]);
    expect(
      heal(
        changed(intra(), { "ItemList.0.Qty": 9_999_999_999, "ItemList.0.UnitPrice": 9_999_999, "ValDtls.AssVal": 0 }),
      ),
    ).toEqual([]);
  });

  it("in any JSON value", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void expect(heal(value)).toEqual([])));
  });
});

describe("after healing", () => {
  it.each(loadVectors("invalid").filter(({ request }) => arithmeticOf(request).length > 0))(
    "$id has no arithmetic finding",
    ({ request }) => {
      expect(arithmeticOf(patched(request, heal(request)))).toEqual([]);
    },
  );

  const member = fc.constantFrom(
    "TotAmt",
    "AssAmt",
    "IgstAmt",
    "CgstAmt",
    "SgstAmt",
    "StateCesAmt",
    "CesAmt",
    "TotItemVal",
  );
  const total = fc.constantFrom(
    "AssVal",
    "IgstVal",
    "CgstVal",
    "SgstVal",
    "CesVal",
    "StCesVal",
    "OthChrg",
    "TotInvVal",
  );
  const amount = fc.oneof(
    fc.integer({ min: 0, max: 99_999_999 }).map((paise) => paise / 100),
    fc.constantFrom(null, undefined),
  );
  const damage = fc.record({
    line: fc.dictionary(member, amount, { maxKeys: 3 }),
    totals: fc.dictionary(total, amount, { maxKeys: 3 }),
    Pos: fc.constantFrom(undefined, "27", "29", "96"),
    Typ: fc.constantFrom(undefined, "INV", "CRN"),
  });

  it("no invoice has an arithmetic finding, whatever its amounts were", () => {
    let healed = 0;
    fc.assert(
      fc.property(generatedInvoice, damage, (invoice, { line, totals, Pos, Typ }) => {
        const damaged = changed(invoice, {
          ...required(line, "TotAmt", "AssAmt", "TotItemVal")
            .map(([name, value]) => [`ItemList.0.${name}`, value])
            .reduce(asRecord, {}),
          ...required(totals, "AssVal", "TotInvVal")
            .map(([name, value]) => [`ValDtls.${name}`, value])
            .reduce(asRecord, {}),
          ...(Pos ? { "BuyerDtls.Pos": Pos } : {}),
          ...(Typ ? { "DocDtls.Typ": Typ } : {}),
        });
        const patch = heal(damaged);
        const after = arithmeticOf(patched(damaged, patch));
        if (patch.length === 0) return void expect(after.filter((code) => code !== "A-1")).toEqual([]);
        healed += 1;
        expect(after).toEqual([]);
        expect(heal(patched(damaged, patch))).toEqual([]);
        expect(given(patched(damaged, patch) as Invoice)).toEqual(given(damaged));
      }),
      { numRuns: 500 },
    );
    expect(healed).toBeGreaterThan(200);
  });
});

/** Members that the schema requires have to stay numbers. */
function required(changes: object, ...names: string[]): [string, unknown][] {
  return Object.entries(changes).map(([name, value]) => [name, names.includes(name) ? (value ?? 1) : value]);
}

function asRecord(all: Record<string, unknown>, [path, value]: unknown[]): Record<string, unknown> {
  return { ...all, [String(path)]: value };
}

/** What healing must not touch. */
function given({ ItemList, ValDtls, ...rest }: Invoice) {
  const { Discount, OthChrg, RndOffAmt } = ValDtls;
  const lines = ItemList.map(
    ({ TotAmt, AssAmt, IgstAmt, CgstAmt, SgstAmt, CesAmt, StateCesAmt, TotItemVal, ...line }) => line,
  );
  return { ...rest, lines, Discount, OthChrg, RndOffAmt };
}
