import type { Invoice } from "../invoice.ts";
import { countries } from "../masters/countries.ts";
import { currencies } from "../masters/currencies.ts";
import { isPort } from "../masters/ports.ts";
import { units } from "../masters/units.ts";
import { type Breach, type Line, lineRule, type Rule, rule } from "./rule.ts";
import { isExport } from "./supply.ts";

/** Section 3.5 of the sheet. */
export const lineRules: readonly Rule[] = [
  {
    no: "L-1",
    irpCode: "2233",
    severity: "error",
    reads: ["ItemList[].SlNo"],
    eachLine: true,
    check: repeatedNumbers,
  },
  lineRule({
    no: "L-2",
    irpCode: "2176",
    reads: ["ItemList[].HsnCd"],
    at: "HsnCd",
    when: (_, { registry }) => registry?.hsn !== undefined,
    check: ({ HsnCd }, _, { registry }) => registry?.hsn?.(HsnCd) !== false,
    message: "the GST master has no such HSN or SAC code",
    hint: "Look the code up in the GST tariff.",
  }),
  lineRule({
    no: "L-3",
    irpCode: "3047",
    reads: ["ItemList[].IsServc", "ItemList[].HsnCd"],
    at: "IsServc",
    check: (line) => isService(line) || !hasServiceCode(line),
    message: "the line says goods, but codes of chapter 99 are services",
    hint: 'Set IsServc to "Y", or use the HSN code of the goods.',
  }),
  lineRule({
    no: "L-4",
    irpCode: "3048",
    reads: ["ItemList[].IsServc", "ItemList[].HsnCd"],
    at: "IsServc",
    check: (line) => !isService(line) || hasServiceCode(line),
    message: "the line says service, but only codes of chapter 99 are services",
    hint: 'Set IsServc to "N", or use the SAC code of the service, which begins with 99.',
  }),
  lineRule({
    no: "L-5",
    irpCode: "2238",
    reads: ["ItemList[].IsServc", "ItemList[].Qty"],
    at: "Qty",
    check: (line) => isService(line) || line.Qty != null,
    message: "goods need a quantity",
    hint: "Add Qty.",
  }),
  lineRule({
    no: "L-6",
    irpCode: "2239",
    reads: ["ItemList[].IsServc", "ItemList[].Unit"],
    at: "Unit",
    check: (line) => isService(line) || line.Unit != null,
    message: "goods need a unit",
    hint: "Add Unit, for instance NOS.",
  }),
  lineRule({
    no: "L-7",
    irpCode: "2177",
    reads: ["ItemList[].Unit"],
    at: "Unit",
    check: ({ Unit }) => Unit == null || units.has(Unit.toUpperCase()),
    message: "the master of unit codes has no such unit",
    hint: unitHint,
  }),
  // What the portal refuses it with is not known, nor whether it does: no code, and a warning unless switched.
  lineRule({
    no: "L-8",
    severity: "warning",
    reads: ["ItemList[].HsnCd"],
    at: "HsnCd",
    inForce: { from: "15/12/2023" },
    when: (_, { taxpayer }) => taxpayer.turnoverCrore >= 5,
    check: ({ HsnCd }) => HsnCd.length >= 6,
    message: "suppliers with a turnover of 5 crore and more have to give 6 digits of the HSN code",
    hint: "Use the code with 6 or 8 digits.",
  }),
  lineRule({
    no: "L-9",
    irpCode: "2202",
    reads: ["ItemList[].OrgCntry"],
    at: "OrgCntry",
    check: ({ OrgCntry }) => OrgCntry == null || countries.has(OrgCntry.toUpperCase()),
    message: "there is no such country code",
    hint: "Use the ISO 3166 code of two letters, for instance IN.",
  }),
  // ExpDtls may stand on other documents as well, where the portal does not look them up.
  rule({
    no: "L-9",
    irpCode: "2202",
    reads: ["TranDtls.SupTyp", "ExpDtls.CntCode"],
    at: "ExpDtls.CntCode",
    when: isExport,
    check: ({ ExpDtls }) => ExpDtls?.CntCode == null || countries.has(ExpDtls.CntCode),
    message: "there is no such country code",
    hint: "Use the ISO 3166 code of two capitals, for instance US.",
  }),
  rule({
    no: "L-9",
    irpCode: "2201",
    reads: ["TranDtls.SupTyp", "ExpDtls.Port"],
    at: "ExpDtls.Port",
    when: isExport,
    check: ({ ExpDtls }) => ExpDtls?.Port == null || isPort(ExpDtls.Port),
    message: "customs has no such port",
    hint: "Use the code of six characters that the shipping bill shows, for instance INNSA1.",
  }),
  rule({
    no: "L-9",
    irpCode: "2203",
    reads: ["TranDtls.SupTyp", "ExpDtls.ForCur"],
    at: "ExpDtls.ForCur",
    when: isExport,
    check: ({ ExpDtls }) => ExpDtls?.ForCur == null || currencies.has(ExpDtls.ForCur.toUpperCase()),
    message: "there is no such currency code",
    hint: "Use the ISO 4217 code of three letters, for instance USD.",
  }),
];

export function isService({ IsServc }: Line): boolean {
  return IsServc === "Y";
}

function hasServiceCode({ HsnCd }: Line): boolean {
  return HsnCd.startsWith("99");
}

/** The second and later lines of a number. */
function repeatedNumbers({ ItemList }: Invoice, _: unknown, isSound: (index: number) => boolean): Breach[] {
  const firstAt = new Map<string, number>();
  const breaches: Breach[] = [];
  for (const [index, line] of ItemList.entries()) {
    if (!isSound(index)) continue;
    const first = firstAt.get(line.SlNo);
    if (first === undefined) firstAt.set(line.SlNo, index);
    else breaches.push(repeated(index, first));
  }
  return breaches;
}

function repeated(index: number, first: number): Breach {
  return {
    path: `ItemList[${index}].SlNo`,
    message: `ItemList[${first}] has the same serial number`,
    hint: "Number the lines 1, 2, 3 and so on.",
  };
}

/** PIECE → PCS: by the name of a unit, when the text begins like one. */
function unitHint({ Unit }: Line): string {
  const start = Unit?.slice(0, 4).toLowerCase() ?? "";
  const [code, name] = [...units].find(([, unit]) => unit.toLowerCase().startsWith(start)) ?? [];
  return code === undefined ? "Use the GST unit code (UQC), for instance NOS." : `Did you mean ${code} (${name})?`;
}
