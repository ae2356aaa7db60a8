import type { Invoice } from "../invoice.ts";
import { states } from "../masters/states.ts";
import { isAbroad } from "./parties.ts";
import { NO_PIN, pinFits } from "./pin.ts";
import { type Rule, rule } from "./rule.ts";
import { isDomestic, isRegistered, stateOf, stateOfGstin } from "./supply.ts";

/** Since this day the portal wants to know who receives goods under an e-way bill (advisory of 17-06-2026). */
const SHIP_TO_GSTIN = { from: "01/08/2026" } as const;

const BLOCKS = ["SellerDtls", "BuyerDtls", "DispDtls", "ShipDtls"] as const;

/** P-19 to P-25 of section 3.3: PIN codes, and the addresses goods leave from and go to. */
export const addressRules: readonly Rule[] = [
  ...BLOCKS.flatMap((block) =>
    (
      [
        ["3038", "unknown", "no state has PIN codes that begin so", "Correct the PIN code."],
        ["3039", "elsewhere", "the PIN code belongs to another state", "Correct the PIN code or Stcd beside it."],
      ] as const
    ).map(([irpCode, fit, message, hint]) =>
      rule({
        no: "P-19",
        irpCode,
        reads: [`${block}.Pin`, `${block}.Stcd`],
        at: `${block}.Pin`,
        check: (invoice) => pinOf(invoice[block]) !== fit,
        message,
        hint,
      }),
    ),
  ),
  ...(["DispDtls", "ShipDtls"] as const).map((block) =>
    rule({
      no: "P-20",
      irpCode: "2200",
      reads: [`${block}.Stcd`],
      at: `${block}.Stcd`,
      check: (invoice) => states.has(stateOf(invoice[block]?.Stcd ?? SOME_STATE)),
      message: "the state code is not in the portal's table",
      hint: "Use the GST code of the state that the address is in.",
    }),
  ),
  rule({
    no: "P-20",
    irpCode: "2271",
    reads: ["TranDtls.SupTyp", "ShipDtls.Stcd"],
    at: "ShipDtls.Stcd",
    when: isDomestic,
    check: ({ ShipDtls }) => !isAbroad(ShipDtls?.Stcd ?? SOME_STATE),
    message: "goods are shipped outside India though the supply is no export",
    hint: "Use the code of the state they are shipped to, or correct the supply type.",
  }),
  rule({
    no: "P-21",
    irpCode: "2272",
    reads: ["TranDtls.SupTyp", "ShipDtls.Pin"],
    at: "ShipDtls.Pin",
    when: isDomestic,
    check: ({ ShipDtls }) => ShipDtls?.Pin !== NO_PIN,
    message: `the PIN code ${NO_PIN} is for exports`,
    hint: "Use the PIN code of the address the goods are shipped to.",
  }),
  rule({
    no: "P-22",
    irpCode: "2273",
    reads: ["DispDtls.Pin"],
    at: "DispDtls.Pin",
    check: ({ DispDtls }) => DispDtls?.Pin !== NO_PIN,
    message: `goods can not be dispatched from the PIN code ${NO_PIN}`,
    hint: "Use the PIN code of the address the goods leave from.",
  }),
  rule({
    no: "P-23",
    irpCode: "5002",
    reads: ["EwbDtls", "ShipDtls", "ShipDtls.Gstin"],
    inForce: SHIP_TO_GSTIN,
    at: "ShipDtls.Gstin",
    when: shipsWithEwayBill,
    check: ({ ShipDtls }) => ShipDtls?.Gstin != null,
    message: "with an e-way bill the portal wants the GSTIN of who receives the goods",
    hint: "Add it, or URP for an unregistered person.",
  }),
  rule({
    no: "P-24",
    irpCode: "2323",
    reads: ["EwbDtls", "ShipDtls", "ShipDtls.Gstin", "BuyerDtls.Gstin"],
    inForce: SHIP_TO_GSTIN,
    at: "ShipDtls.Gstin",
    when: shipsToRegistered,
    check: ({ ShipDtls, BuyerDtls }) => ShipDtls?.Gstin?.toUpperCase() !== BuyerDtls.Gstin.toUpperCase(),
    message: "the goods are shipped to the buyer itself",
    hint: "Leave ShipDtls out, or name who else receives the goods.",
  }),
  rule({
    no: "P-25",
    irpCode: "2325",
    reads: ["EwbDtls", "ShipDtls", "ShipDtls.Gstin", "ShipDtls.Stcd"],
    inForce: SHIP_TO_GSTIN,
    at: "ShipDtls.Stcd",
    when: shipsToRegistered,
    check: ({ ShipDtls }) => ShipDtls == null || stateOfGstin(ShipDtls.Gstin ?? "") === stateOf(ShipDtls.Stcd),
    message: "the state code is not the one the receiver's GSTIN begins with",
    hint: "Use the receiver's GSTIN of the state the goods are shipped to.",
  }),
];

/** Stands in for an address that is not there: any state does. */
const SOME_STATE = "27";

function pinOf(address: { Pin?: number | null | undefined; Stcd: string } | null | undefined) {
  return address?.Pin == null ? "fits" : pinFits(address.Pin, stateOf(address.Stcd));
}

function shipsWithEwayBill({ ShipDtls, EwbDtls }: Invoice): boolean {
  return ShipDtls != null && EwbDtls != null;
}

function shipsToRegistered(invoice: Invoice): boolean {
  return shipsWithEwayBill(invoice) && isRegistered(invoice.ShipDtls?.Gstin);
}
