import type { CheckContext } from "../check-context.ts";
import type { Invoice } from "../invoice.ts";
import { isService } from "./lines.ts";
import { type Rule, rule } from "./rule.ts";
import { isInvoice } from "./supply.ts";

export type EwbDtls = NonNullable<Invoice["EwbDtls"]>;

const PART_B = ["TransMode", "VehNo", "VehType", "TransDocNo", "TransDocDt"] as const;

/**
 * What decides whether the rules of an e-way bill are asked at all. `TransName` and `Distance` are among it because a
 * request that breaks the schema makes no e-way bill, whatever else is said about it.
 */
export const REQUEST = [
  "EwbDtls",
  "EwbDtls.Distance",
  "EwbDtls.TransId",
  "EwbDtls.TransName",
  ...PART_B.map((member) => `EwbDtls.${member}`),
  "DocDtls.Typ",
  "ItemList[].IsServc",
];

interface EwayBillRow {
  readonly no: string;
  readonly irpCode: string;
  /** What it reads beside `REQUEST`. */
  readonly reads: readonly string[];
  readonly at: string;
  readonly check: (ewb: EwbDtls, invoice: Invoice, context: CheckContext) => boolean;
  readonly message: string;
  readonly hint: string;
}

/** A row for documents that can have an e-way bill and say how goods travel. It never stops the IRN. */
export function ewayBillRule({ reads, check, ...row }: EwayBillRow): Rule {
  return rule({
    ...row,
    severity: "ewb",
    reads: [...REQUEST, ...reads],
    when: (invoice) => saysHow(invoice.EwbDtls) && isInvoice(invoice) && hasGoods(invoice),
    check: (invoice, context) => invoice.EwbDtls == null || check(invoice.EwbDtls, invoice, context),
  });
}

/** Whether a carrier or anything of the transport itself (part B) is given. */
export function saysHow(ewb: Invoice["EwbDtls"]): ewb is EwbDtls {
  return ewb != null && (ewb.TransId != null || hasPartB(ewb));
}

export function hasPartB(ewb: EwbDtls): boolean {
  return PART_B.some((member) => ewb[member] != null);
}

export function hasGoods({ ItemList }: Invoice): boolean {
  return !ItemList.every(isService);
}

export const ROUTE_PINS = ["SellerDtls.Pin", "BuyerDtls.Pin", "DispDtls", "DispDtls.Pin", "ShipDtls", "ShipDtls.Pin"];
export const ROUTE_STATES = [
  "SellerDtls.Stcd",
  "BuyerDtls.Stcd",
  "DispDtls",
  "DispDtls.Stcd",
  "ShipDtls",
  "ShipDtls.Stcd",
];

/** Goods go from where they are dispatched, or the seller, to where they are shipped, or the buyer. */
export function routeOf({ SellerDtls, BuyerDtls, DispDtls, ShipDtls }: Invoice) {
  return { from: DispDtls ?? SellerDtls, to: ShipDtls ?? BuyerDtls };
}
