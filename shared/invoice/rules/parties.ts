import type { Invoice } from "../invoice.ts";
import { OTHER_COUNTRY, OTHER_TERRITORY, states } from "../masters/states.ts";
import { NO_PIN } from "./pin.ts";
import { type Rule, rule } from "./rule.ts";
import { isDomestic, isExport, isRegistered, isSez, isSupply, stateOf, stateOfGstin } from "./supply.ts";

/** Services that may be supplied to a buyer in India with their place of supply abroad: transport of goods, couriers. */
const POS_ABROAD = ["9965", "9968"];

/** P-1 to P-18 of section 3.3: the two parties and the place of supply. The schema has P-3. */
export const partyRules: readonly Rule[] = [
  rule({
    no: "P-1",
    irpCode: "2259",
    reads: ["SellerDtls.Stcd"],
    at: "SellerDtls.Stcd",
    check: ({ SellerDtls }) => isIndian(SellerDtls.Stcd),
    message: "the state code of the seller is not in the portal's table",
    hint: "Use the first two digits of the seller's GSTIN.",
  }),
  rule({
    no: "P-2",
    irpCode: "2258",
    reads: ["SellerDtls.Gstin", "SellerDtls.Stcd"],
    at: "SellerDtls.Stcd",
    check: ({ SellerDtls }) => stateOfGstin(SellerDtls.Gstin) === stateOf(SellerDtls.Stcd),
    message: "the state code of the seller is not the one its GSTIN begins with",
    hint: "Use the GSTIN of the state from which is sold, and that state's code.",
  }),
  rule({
    no: "P-4",
    irpCode: "2211",
    reads: ["SellerDtls.Gstin", "BuyerDtls.Gstin"],
    at: "BuyerDtls.Gstin",
    check: ({ SellerDtls, BuyerDtls }) => SellerDtls.Gstin.toUpperCase() !== BuyerDtls.Gstin.toUpperCase(),
    message: "seller and buyer have the same GSTIN",
    hint: "Supplies between units need a GSTIN for each.",
  }),
  rule({
    no: "P-5",
    irpCode: "2212",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Gstin"],
    at: "BuyerDtls.Gstin",
    when: isDomestic,
    check: ({ BuyerDtls }) => isRegistered(BuyerDtls.Gstin),
    message: "the buyer is unregistered though the supply is no export",
    hint: "Fill the buyer's GSTIN. Supplies to consumers are not registered with the portal.",
  }),
  rule({
    no: "P-6",
    irpCode: "2248",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Gstin"],
    at: "BuyerDtls.Gstin",
    when: isExport,
    check: ({ BuyerDtls }) => !isRegistered(BuyerDtls.Gstin),
    message: "the buyer of an export has no GSTIN",
    hint: "Write URP, or correct the supply type.",
  }),
  rule({
    no: "P-7",
    irpCode: "2232",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Pos"],
    at: "BuyerDtls.Pos",
    when: isExport,
    check: ({ BuyerDtls }) => isAbroad(BuyerDtls.Pos),
    message: "the place of supply of an export is outside India",
    hint: 'Set Pos to "96".',
  }),
  rule({
    no: "P-8",
    irpCode: "2261",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Stcd"],
    at: "BuyerDtls.Stcd",
    when: isExport,
    check: ({ BuyerDtls }) => isAbroad(BuyerDtls.Stcd),
    message: "the buyer of an export is outside India",
    hint: 'Set Stcd to "96".',
  }),
  rule({
    no: "P-9",
    irpCode: "2275",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Pin"],
    at: "BuyerDtls.Pin",
    when: isExport,
    check: ({ BuyerDtls }) => BuyerDtls.Pin === NO_PIN,
    message: "the buyer of an export has no Indian PIN code",
    hint: `Set Pin to ${NO_PIN}.`,
  }),
  rule({
    no: "P-10",
    irpCode: "2269",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Stcd"],
    at: "BuyerDtls.Stcd",
    when: isDomestic,
    check: ({ BuyerDtls }) => !isAbroad(BuyerDtls.Stcd),
    message: "the buyer is outside India though the supply is no export",
    hint: "Use the first two digits of the buyer's GSTIN, or correct the supply type.",
  }),
  rule({
    no: "P-11",
    irpCode: "2260",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Stcd"],
    at: "BuyerDtls.Stcd",
    when: isDomestic,
    check: ({ BuyerDtls }) => isAbroad(BuyerDtls.Stcd) || isIndian(BuyerDtls.Stcd),
    message: "the state code of the buyer is not in the portal's table",
    hint: "Use the first two digits of the buyer's GSTIN.",
  }),
  rule({
    no: "P-12",
    irpCode: "2265",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Gstin", "BuyerDtls.Stcd"],
    at: "BuyerDtls.Stcd",
    when: (invoice) => isDomestic(invoice) && isRegistered(invoice.BuyerDtls.Gstin),
    check: ({ BuyerDtls }) => stateOfGstin(BuyerDtls.Gstin) === stateOf(BuyerDtls.Stcd),
    message: "the state code of the buyer is not the one its GSTIN begins with",
    hint: "Use the GSTIN of the state in which is bought, and that state's code. The place of supply goes into Pos.",
  }),
  rule({
    no: "P-13",
    irpCode: "2243",
    reads: ["BuyerDtls.Pos"],
    at: "BuyerDtls.Pos",
    check: ({ BuyerDtls }) => isPlaceOfSupply(BuyerDtls.Pos),
    message: "the place of supply is not in the portal's table",
    hint: 'Use the state code of the place of supply. Daman and Diu is "26" since 2020.',
  }),
  rule({
    no: "P-14",
    irpCode: "2242",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Pos"],
    at: "BuyerDtls.Pos",
    when: (invoice) => isSez(invoice) || isSupply(invoice, "DEXP"),
    check: ({ BuyerDtls }) => !isAbroad(BuyerDtls.Pos),
    message: "the place of supply is in India for supplies to a SEZ and deemed exports",
    hint: "Use the code of the state.",
  }),
  rule({
    no: "P-15",
    irpCode: "2303",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Pos", "ItemList[].HsnCd"],
    at: "BuyerDtls.Pos",
    when: (invoice) => isSupply(invoice, "B2B") && isAbroad(invoice.BuyerDtls.Pos),
    check: ({ ItemList }) => ItemList.every(({ HsnCd }) => POS_ABROAD.some((start) => HsnCd.startsWith(start))),
    message: `the place of supply of a B2B supply is abroad only if all lines are of ${POS_ABROAD.join(" or ")}`,
    hint: "Use the code of the state, or bill the other services apart.",
  }),
  rule({
    no: "P-16",
    irpCode: "2244",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Pin"],
    at: "BuyerDtls.Pin",
    when: isDomestic,
    check: ({ BuyerDtls }) => BuyerDtls.Pin != null,
    message: "a buyer in India needs a PIN code",
    hint: "Add Pin.",
  }),
  rule({
    no: "P-17",
    irpCode: "2274",
    reads: ["TranDtls.SupTyp", "BuyerDtls.Pin", "BuyerDtls.Stcd"],
    at: "BuyerDtls.Pin",
    when: isDomestic,
    check: ({ BuyerDtls }) => hasRealPin(BuyerDtls),
    message: `the PIN code ${NO_PIN} is for buyers abroad and in other territory (97)`,
    hint: "Use the PIN code of the buyer's address.",
  }),
  rule({
    no: "P-18",
    irpCode: "2276",
    reads: ["SellerDtls.Pin", "SellerDtls.Stcd"],
    at: "SellerDtls.Pin",
    check: ({ SellerDtls }) => hasRealPin(SellerDtls),
    message: `the PIN code ${NO_PIN} is for sellers in other territory (97) alone`,
    hint: "Use the PIN code of the seller's address.",
  }),
];

export function isAbroad(code: string): boolean {
  return stateOf(code) === OTHER_COUNTRY;
}

/** A state that still is one, or was one when a GSTIN was given; 97 counts, 96 does not. */
function isIndian(code: string): boolean {
  return states.has(stateOf(code)) && !isAbroad(code);
}

/** Whether 96 may stand there is for P-7, P-14 and P-15 to say. */
function isPlaceOfSupply(code: string): boolean {
  const state = states.get(stateOf(code));
  return state !== undefined && !state.withdrawn;
}

function hasRealPin({ Pin, Stcd }: Invoice["SellerDtls"] | Invoice["BuyerDtls"]): boolean {
  return Pin !== NO_PIN || stateOf(Stcd) === OTHER_TERRITORY;
}
