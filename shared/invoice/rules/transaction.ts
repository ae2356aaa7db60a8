import type { CheckContext } from "../check-context.ts";
import type { Invoice } from "../invoice.ts";
import { type Rule, rule } from "./rule.ts";
import {
  isExport,
  isIgstOnIntra,
  isRegistered,
  isReverseCharge,
  isSez,
  stateOf,
  supplyOf,
  taxpayerOf,
} from "./supply.ts";

const IGST_ON_INTRA = ["TranDtls.IgstOnIntra", "TranDtls.SupTyp"] as const;

/** Section 3.2 of the sheet. The schema has T-1. */
export const transactionRules: readonly Rule[] = [
  rule({
    no: "T-2",
    irpCode: "2162",
    reads: ["TranDtls.RegRev", "TranDtls.SupTyp"],
    at: "TranDtls.RegRev",
    when: isReverseCharge,
    check: (invoice) => supplyOf(invoice)?.reverseCharge === true,
    message: "reverse charge is for B2B, SEZWP and SEZWOP alone",
    hint: 'Set RegRev to "N", or correct the supply type.',
  }),
  rule({
    no: "T-3",
    irpCode: "2268",
    reads: IGST_ON_INTRA,
    at: "TranDtls.IgstOnIntra",
    when: isIgstOnIntra,
    check: mayBeIntra,
    message: "IgstOnIntra is not for exports and supplies to a SEZ, which carry IGST anyway",
    hint: 'Set IgstOnIntra to "N".',
  }),
  // T-4 and T-5 ask what IgstOnIntra needs where it may stand at all: else T-3 says everything.
  rule({
    no: "T-4",
    irpCode: "2262",
    reads: [...IGST_ON_INTRA, "SellerDtls.Stcd", "BuyerDtls.Pos"],
    at: "TranDtls.IgstOnIntra",
    when: (invoice) => isIgstOnIntra(invoice) && mayBeIntra(invoice),
    check: ({ SellerDtls, BuyerDtls }) => stateOf(SellerDtls.Stcd) === stateOf(BuyerDtls.Pos),
    message: "IgstOnIntra is for supplies within the supplier's state",
    hint: 'Set IgstOnIntra to "N", or correct BuyerDtls.Pos, the place of supply.',
  }),
  rule({
    no: "T-5",
    irpCode: "2294",
    reads: [...IGST_ON_INTRA, "TranDtls.RegRev"],
    at: "TranDtls.IgstOnIntra",
    when: (invoice) => isIgstOnIntra(invoice) && mayBeIntra(invoice),
    check: isReverseCharge,
    message: "IgstOnIntra is only for supplies under reverse charge",
    hint: 'Set RegRev to "Y" if the buyer pays the tax, else IgstOnIntra to "N".',
  }),
  // An operator's GSTIN that is none is answered with 2195 alone, whoever asks.
  rule({
    no: "T-6",
    irpCode: "2299",
    reads: ["TranDtls.EcmGstin"],
    at: "TranDtls.EcmGstin",
    when: (_, { requester }) => requester.kind === "supplier",
    check: (invoice, context) => invoice.TranDtls.EcmGstin == null || !mayCollectTax(invoice, context),
    message: "the supplier itself sends the document, so there is no e-commerce operator to name",
    hint: "Leave EcmGstin out; only an operator who registers for its suppliers fills it.",
  }),
  rule({
    no: "T-7",
    irpCode: "2301",
    reads: ["TranDtls.EcmGstin"],
    at: "TranDtls.EcmGstin",
    when: (_, { requester }) => requester.kind === "operator",
    check: ({ TranDtls }) => TranDtls.EcmGstin != null,
    message: "an e-commerce operator sends the document but is not named in it",
    hint: "Fill EcmGstin with the operator's own GSTIN.",
  }),
  rule({
    no: "T-7",
    irpCode: "2169",
    reads: ["TranDtls.EcmGstin", "SellerDtls.Gstin"],
    at: "SellerDtls.Gstin",
    check: isByAParty,
    message: "the GSTIN that sends the document is neither its supplier nor its e-commerce operator",
    hint: "Send it with the supplier's credentials, or name the operator in EcmGstin.",
  }),
  rule({
    no: "T-8",
    irpCode: "2195",
    reads: ["TranDtls.EcmGstin"],
    at: "TranDtls.EcmGstin",
    check: mayCollectTax,
    message: "EcmGstin is not the GSTIN of an e-commerce operator who collects tax at source",
    hint: "Use the operator's TCS registration: its 14th character is C.",
  }),
  rule({
    no: "T-9",
    irpCode: "2297",
    reads: ["TranDtls.RegRev", "BuyerDtls.Gstin"],
    at: "TranDtls.RegRev",
    when: isReverseCharge,
    check: ({ BuyerDtls }, { registry }) => taxpayerOf(BuyerDtls.Gstin, registry)?.type !== "input-service-distributor",
    message: "the buyer is an input service distributor, who can not be charged in reverse",
    hint: 'Set RegRev to "N", or use the buyer\'s regular GSTIN.',
  }),
];

function mayBeIntra(invoice: Invoice): boolean {
  return !isSez(invoice) && !isExport(invoice);
}

/** Without a registry nothing is said against it. */
function mayCollectTax({ TranDtls }: Invoice, { registry }: CheckContext): boolean {
  const operator = isRegistered(TranDtls.EcmGstin) ? registry?.taxpayer?.(TranDtls.EcmGstin) : undefined;
  return operator === undefined || (operator !== "nobody" && operator.type === "tcs");
}

function isByAParty({ TranDtls, SellerDtls }: Invoice, { requester: { kind, gstin } }: CheckContext): boolean {
  if (gstin === undefined) return true;
  if (kind === "supplier") return gstin.toUpperCase() === SellerDtls.Gstin.toUpperCase();
  return TranDtls.EcmGstin == null || gstin.toUpperCase() === TranDtls.EcmGstin.toUpperCase();
}
