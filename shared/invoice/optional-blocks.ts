import { amount, block, date, documentNumber, list, oneOf, pattern, text, wholeNumber, wideDate } from "./fields.ts";
import { gstin } from "./party.ts";

const total = amount(14, 2);

export const PayDtls = block({
  Nm: text(1, 100).nullish(),
  AccDet: text(1, 18).nullish(),
  Mode: text(1, 18).nullish(),
  FinInsBr: text(1, 11).nullish(),
  PayTerm: text(1, 100).nullish(),
  PayInstr: text(1, 100).nullish(),
  CrTrn: text(1, 100).nullish(),
  DirDr: text(1, 100).nullish(),
  CrDay: wholeNumber(0, 9999).nullish(),
  PaidAmt: total.nullish(),
  PaymtDue: total.nullish(),
});

const PrecDocDtls = block({ InvNo: documentNumber, InvDt: date, OthRefNo: text(1, 20).nullish() });

const ContrDtls = block({
  RecAdvRefr: text(1, 20).nullish(),
  RecAdvDt: date.nullish(),
  TendRefr: text(1, 20).nullish(),
  ContrRefr: text(1, 20).nullish(),
  ExtRefr: text(1, 20).nullish(),
  ProjRefr: text(1, 20).nullish(),
  PORefr: text(1, 16).nullish(),
  PORefDt: date.nullish(),
});

export const RefDtls = block({
  InvRm: text(3, 100).nullish(),
  DocPerdDtls: block({ InvStDt: wideDate, InvEndDt: wideDate }).nullish(),
  PrecDocDtls: list(PrecDocDtls).nullish(),
  ContrDtls: list(ContrDtls).nullish(),
});

export const AddlDocDtls = block({
  Url: text(3, 100).nullish(),
  Docs: text(3, 1000).nullish(),
  Info: text(3, 1000).nullish(),
});

export const ExpDtls = block({
  ShipBNo: text(1, 20).nullish(),
  ShipBDt: date.nullish(),
  Port: pattern(
    /^[0-9A-Za-z]{2,10}$/,
    "a port code of 2 to 10 letters and digits",
    "Use the ICEGATE code, for instance INNSA1.",
  ).nullish(),
  RefClm: oneOf("Y", "N").nullish(),
  ForCur: pattern(
    /^[A-Za-z]{3,16}$/,
    "a currency code of 3 to 16 letters",
    "Use the ISO code, for instance USD.",
  ).nullish(),
  CntCode: pattern(
    /^[A-Z]{2}$/,
    "a country code of two capitals",
    "Use the ISO code in capitals, for instance US.",
  ).nullish(),
  ExpDuty: amount(12, 2).nullish(),
});

export const EwbDtls = block({
  Distance: wholeNumber(0, 4000),
  TransId: gstin.nullish(),
  TransName: text(3, 100).nullish(),
  TransMode: oneOf("1", "2", "3", "4").nullish(),
  TransDocNo: pattern(
    /^([a-zA-Z0-9/-]{1,15})$/,
    "a transport document number of 1 to 15 letters, digits, slashes and hyphens",
    "Leave out spaces and other signs.",
  ).nullish(),
  TransDocDt: date.nullish(),
  VehNo: pattern(
    /^([A-Za-z0-9]{4,20})$/,
    "a vehicle number of 4 to 20 letters and digits",
    "Write it without spaces and hyphens, for instance MH12AB1234.",
  ).nullish(),
  VehType: oneOf("O", "R").nullish(),
});
