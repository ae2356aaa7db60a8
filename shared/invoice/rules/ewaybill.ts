import { AIR, EWB_DAYS, RAIL, ROAD, SHIP } from "../masters/transport.ts";
import { dayNumber } from "./day.ts";
import { distanceRules } from "./distance.ts";
import { type EwbDtls, ewayBillRule, hasGoods, hasPartB, REQUEST, saysHow } from "./eway-bill-request.ts";
import { isAbroad } from "./parties.ts";
import { NO_PIN } from "./pin.ts";
import { type Rule, rule } from "./rule.ts";
import { isAllGold, specialGoodsRules } from "./special-goods.ts";
import { isExport, isInvoice } from "./supply.ts";

/**
 * Section 3.7 of the sheet. The portal looks at W-1 first, then at W-3, and at the rest only if both are kept. W-4 is
 * that a carrier's TransId alone is complete: it gives part A.
 */
export const ewayBillRules: readonly Rule[] = [
  rule({
    no: "W-1",
    irpCode: "4019",
    severity: "ewb",
    reads: REQUEST,
    at: "EwbDtls.TransId",
    check: ({ EwbDtls }) => EwbDtls == null || saysHow(EwbDtls),
    message: "an e-way bill is asked for, but neither a carrier nor a mode of transport is given",
    hint: "Add TransId for part A alone, or TransMode and what it needs. Leave EwbDtls out if no e-way bill is wanted.",
  }),
  rule({
    no: "W-3",
    irpCode: "4010",
    severity: "ewb",
    reads: REQUEST,
    at: "EwbDtls",
    when: ({ EwbDtls }) => saysHow(EwbDtls),
    check: isInvoice,
    message: "credit and debit notes get no e-way bill",
    hint: "Leave EwbDtls out.",
  }),
  rule({
    no: "W-3",
    irpCode: "4009",
    severity: "ewb",
    reads: REQUEST,
    at: "EwbDtls",
    when: (invoice) => saysHow(invoice.EwbDtls) && isInvoice(invoice),
    check: hasGoods,
    message: "services alone get no e-way bill",
    hint: "Leave EwbDtls out, or correct IsServc.",
  }),
  ewayBillRule({
    no: "W-2",
    irpCode: "4028",
    reads: [],
    at: "EwbDtls.TransMode",
    check: (ewb) => ewb.TransMode != null || !hasPartB(ewb),
    message: "a vehicle or transport document is given without the mode of transport",
    hint: 'Add TransMode: "1" road, "2" rail, "3" air, "4" ship.',
  }),
  ewayBillRule({
    no: "W-5",
    irpCode: "4011",
    reads: ["ItemList[].HsnCd"],
    at: "EwbDtls.VehNo",
    check: (ewb, invoice) => ewb.TransMode !== ROAD || ewb.VehNo != null || isAllGold(invoice),
    message: "transport by road needs a vehicle",
    hint: "Add VehNo. If it is not known yet, leave TransMode out and give TransId: that makes part A.",
  }),
  ewayBillRule({
    no: "W-5",
    irpCode: "4022",
    reads: ["ItemList[].HsnCd"],
    at: "EwbDtls.VehType",
    check: (ewb, invoice) => ewb.TransMode !== ROAD || ewb.VehType != null || isAllGold(invoice),
    message: "transport by road needs the type of the vehicle",
    hint: 'Add VehType: "R" regular, "O" over-dimensional cargo.',
  }),
  ewayBillRule({
    no: "W-6",
    irpCode: "4012",
    reads: [],
    at: "EwbDtls.TransDocNo",
    check: (ewb) => !isByRailOrAir(ewb) || ewb.TransDocNo != null,
    message: "transport by rail or air needs a transport document",
    hint: "Add TransDocNo, the number of the railway receipt or airway bill.",
  }),
  ewayBillRule({
    no: "W-6",
    irpCode: "4023",
    reads: [],
    at: "EwbDtls.TransDocDt",
    check: (ewb) => !isByRailOrAir(ewb) || ewb.TransDocDt != null,
    message: "transport by rail or air needs the date of the transport document",
    hint: "Add TransDocDt.",
  }),
  // The sheet has no code for a vehicle by rail or air.
  rule({
    no: "W-6",
    severity: "warning",
    reads: REQUEST,
    at: "EwbDtls.VehNo",
    check: ({ EwbDtls }) => EwbDtls?.VehNo == null || !isByRailOrAir(EwbDtls),
    message: "transport by rail or air has no vehicle",
    hint: "Leave VehNo and VehType out.",
  }),
  ewayBillRule({
    no: "W-7",
    irpCode: "4040",
    reads: [],
    at: "EwbDtls.TransDocNo",
    check: (ewb) => ewb.TransMode !== SHIP || ewb.VehNo != null || (ewb.TransDocNo != null && ewb.TransDocDt != null),
    message: "transport by ship needs a vehicle, or number and date of a transport document",
    hint: "Add VehNo, or TransDocNo and TransDocDt.",
  }),
  ewayBillRule({
    no: "W-7",
    irpCode: "4039",
    reads: [],
    at: "EwbDtls.VehType",
    check: (ewb) => ewb.TransMode !== SHIP || ewb.VehType !== "R",
    message: "transport by ship has no regular vehicle",
    hint: 'Set VehType to "O".',
  }),
  ewayBillRule({
    no: "W-8",
    irpCode: "4024",
    reads: [],
    at: "EwbDtls.VehType",
    check: (ewb) => ewb.VehType !== "O" || !isByRailOrAir(ewb),
    message: "over-dimensional cargo goes by road or ship",
    hint: "Leave VehType out, or correct TransMode.",
  }),
  ewayBillRule({
    no: "W-9",
    irpCode: "4016",
    reads: [],
    at: "EwbDtls.TransDocDt",
    check: ({ TransDocDt }, _, { today }) => TransDocDt == null || dayNumber(TransDocDt) <= dayNumber(today),
    message: "the transport document is dated after today in India",
    hint: "Correct TransDocDt.",
  }),
  ewayBillRule({
    no: "W-9",
    irpCode: "4021",
    reads: ["DocDtls.Dt"],
    at: "EwbDtls.TransDocDt",
    check: ({ TransDocDt }, { DocDtls }) => TransDocDt == null || dayNumber(TransDocDt) >= dayNumber(DocDtls.Dt),
    message: "the transport document is dated before the invoice",
    hint: "Correct TransDocDt.",
  }),
  ...distanceRules,
  ewayBillRule({
    no: "W-13",
    irpCode: "4031",
    reads: ["TranDtls.SupTyp", "ShipDtls"],
    at: "ShipDtls",
    check: (_, invoice) => !isExport(invoice) || invoice.ShipDtls != null,
    message: "goods for export travel to the port, whose address is missing",
    hint: "Add ShipDtls with the address of the port in India.",
  }),
  ewayBillRule({
    no: "W-13",
    irpCode: "4032",
    reads: ["TranDtls.SupTyp", "ShipDtls.Stcd"],
    at: "ShipDtls.Stcd",
    check: (_, invoice) => !isExport(invoice) || invoice.ShipDtls == null || !isAbroad(invoice.ShipDtls.Stcd),
    message: "an e-way bill ends at the port in India",
    hint: "Use the state code of the port.",
  }),
  ewayBillRule({
    no: "W-13",
    irpCode: "4033",
    reads: ["TranDtls.SupTyp", "ShipDtls.Pin"],
    at: "ShipDtls.Pin",
    check: (_, invoice) => !isExport(invoice) || invoice.ShipDtls?.Pin !== NO_PIN,
    message: "an e-way bill ends at the port in India",
    hint: "Use the PIN code of the port.",
  }),
  ewayBillRule({
    no: "W-14",
    irpCode: "4043",
    reads: ["DocDtls.Dt"],
    at: "DocDtls.Dt",
    check: (_, { DocDtls }, { today }) => dayNumber(today) - dayNumber(DocDtls.Dt) <= EWB_DAYS,
    message: `documents older than ${EWB_DAYS} days get no e-way bill`,
    hint: "Leave EwbDtls out.",
  }),
  ...specialGoodsRules,
];

function isByRailOrAir({ TransMode }: EwbDtls): boolean {
  return TransMode === RAIL || TransMode === AIR;
}
