import type { Invoice } from "../invoice.ts";
import { isRetailPriced } from "../masters/retail-price-goods.ts";
import { gold, ROAD } from "../masters/transport.ts";
import { type EwbDtls, ewayBillRule, ROUTE_STATES, routeOf } from "./eway-bill-request.ts";
import { isService } from "./lines.ts";
import type { Rule } from "./rule.ts";
import { stateOf } from "./supply.ts";

const GOODS = ["ItemList[].HsnCd"] as const;

/** What an e-way bill for gold must not name. */
const NOT_FOR_GOLD = [
  ["4045", "TransName"],
  ["4046", "TransDocNo"],
  ["4047", "TransDocDt"],
  ["4048", "VehNo"],
  ["4049", "VehType"],
  ["4052", "TransId"],
] as const satisfies readonly (readonly [string, keyof EwbDtls])[];

/**
 * W-15 of section 3.7, as far as the document tells it. Of the codes for tobacco, 4064 to 4072 ask for members that the
 * schema and L-5 to L-7 want of all goods.
 */
export const specialGoodsRules: readonly Rule[] = [
  ewayBillRule({
    no: "W-15",
    irpCode: "4050",
    reads: GOODS,
    at: "EwbDtls.TransMode",
    check: (ewb, invoice) => ewb.TransMode != null || !isAllGold(invoice),
    message: "an e-way bill for gold needs the mode of transport",
    hint: `Set TransMode to "${ROAD}".`,
  }),
  ewayBillRule({
    no: "W-15",
    irpCode: "4044",
    reads: GOODS,
    at: "EwbDtls.TransMode",
    check: (ewb, invoice) => ewb.TransMode == null || ewb.TransMode === ROAD || !isAllGold(invoice),
    message: "an e-way bill for gold is for transport by road",
    hint: `Set TransMode to "${ROAD}".`,
  }),
  ...NOT_FOR_GOLD.map(([irpCode, member]) =>
    ewayBillRule({
      no: "W-15",
      irpCode,
      reads: [...GOODS, `EwbDtls.${member}`],
      at: `EwbDtls.${member}`,
      check: (ewb, invoice) => ewb[member] == null || !isAllGold(invoice),
      message: `an e-way bill for gold does not take ${member}`,
      hint: "Leave it out.",
    }),
  ),
  ewayBillRule({
    no: "W-15",
    irpCode: "4051",
    reads: [...GOODS, ...ROUTE_STATES],
    at: "EwbDtls",
    check: (_, invoice) => !isAllGold(invoice) || staysInState(invoice),
    message: "gold travels under an e-way bill within a state alone",
    hint: "Leave EwbDtls out.",
  }),
  ewayBillRule({
    no: "W-15",
    irpCode: "4063",
    reads: GOODS,
    at: "ItemList",
    check: (_, { ItemList }) => {
      const goods = ItemList.filter((line) => !isService(line));
      return goods.every(({ HsnCd }) => isRetailPriced(HsnCd)) || !goods.some(({ HsnCd }) => isRetailPriced(HsnCd));
    },
    message: "tobacco and pan masala do not share an e-way bill with other goods",
    hint: "Bill them apart.",
  }),
];

/** Mixed consignments are left to the portal: it does not say which set holds. */
export function isAllGold({ ItemList }: Invoice): boolean {
  return ItemList.every((line) => isService(line) || isGold(line.HsnCd));
}

function isGold(hsn: string): boolean {
  return (
    gold.prefixes.some((prefix) => hsn.startsWith(prefix)) && !gold.except.some((prefix) => hsn.startsWith(prefix))
  );
}

function staysInState(invoice: Invoice): boolean {
  const { from, to } = routeOf(invoice);
  return stateOf(from.Stcd) === stateOf(to.Stcd);
}
