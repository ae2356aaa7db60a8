import type { CheckContext } from "../check-context.ts";
import type { Invoice } from "../invoice.ts";
import type { DocumentIdentity } from "../irn.ts";
import { dayNumber, isWithin } from "./day.ts";
import { type Rule, rule } from "./rule.ts";

/** The portal's advisories on late documents: from these days, who has to report within 30 days. */
const REPORT_SOON = [
  { from: "01/11/2023", turnoverCrore: 100 },
  { from: "01/04/2025", turnoverCrore: 10 },
] as const;

/**
 * GSTN's example makes 30 April the last day for 1 April (age 29), the text of the error says "prior to 30 days": age 30
 * is unclear and is let through.
 */
const SURELY_LATE_AFTER = 30;

const IDENTITY = ["SellerDtls.Gstin", "DocDtls.Typ", "DocDtls.No", "DocDtls.Dt"] as const;

/** Section 3.1 of the sheet. The schema has D-1 and D-2; D-7 asks for nothing. */
export const documentRules: readonly Rule[] = [
  rule({
    no: "D-3",
    irpCode: "2163",
    reads: ["DocDtls.Dt"],
    at: "DocDtls.Dt",
    check: (invoice, { today }) => dayNumber(invoice.DocDtls.Dt) <= dayNumber(today),
    message: "the document is dated after today in India",
    hint: "Register it on its day or later.",
  }),
  rule({
    no: "D-4",
    irpCode: "2284",
    reads: ["DocDtls.Dt"],
    at: "DocDtls.Dt",
    check: (invoice, { cutoff }) => isWithin(invoice.DocDtls.Dt, { from: cutoff }),
    message: (_, { cutoff }) => `the portal takes documents from ${cutoff} on`,
    hint: "Check the date. So old a document can not be registered any more.",
  }),
  rule({
    no: "D-5",
    irpCode: "2305",
    reads: ["DocDtls.Dt"],
    at: "DocDtls.Dt",
    when: hasToReportSoon,
    check: (invoice, { today }) => dayNumber(today) - dayNumber(invoice.DocDtls.Dt) <= SURELY_LATE_AFTER,
    message: "suppliers of this turnover have to report within 30 days of the document's date",
    hint: "Check the date, and the turnover on file. Else a new document is needed: this can not be mended by a retry.",
  }),
  ...(
    [
      ["registered", "2150", "this number is registered already", "Fetch the IRN that it has, or use another number."],
      ["cancelled", "2278", "this number was registered and cancelled", "A number is gone for ever: use another one."],
      [
        "elsewhere",
        "2295",
        "this number is registered at another portal",
        "Fetch the IRN there, or use another number.",
      ],
    ] as const
  ).map(([state, irpCode, message, hint]) =>
    rule({
      no: "D-6",
      irpCode,
      reads: IDENTITY,
      at: "DocDtls.No",
      check: (invoice, { registry }) => registry?.document?.(identityOf(invoice)) !== state,
      message: `${message} for the supplier, the year and the type`,
      hint,
    }),
  ),
  // 2219 is no longer on NIC's list, so no code.
  rule({
    no: "D-8",
    severity: "warning",
    reads: ["RefDtls.DocPerdDtls.InvStDt", "RefDtls.DocPerdDtls.InvEndDt"],
    at: "RefDtls.DocPerdDtls.InvEndDt",
    check: ({ RefDtls }) => {
      const period = RefDtls?.DocPerdDtls;
      return period == null || dayNumber(period.InvStDt) <= dayNumber(period.InvEndDt);
    },
    message: "the period ends before it starts",
    hint: "Exchange the two days, or correct one.",
  }),
];

/** The portal's clock decides which turnover is asked for. */
function hasToReportSoon(_: Invoice, { today, taxpayer }: CheckContext): boolean {
  return REPORT_SOON.some(
    ({ from, turnoverCrore }) => isWithin(today, { from }) && taxpayer.turnoverCrore >= turnoverCrore,
  );
}

function identityOf({ SellerDtls, DocDtls }: Invoice): DocumentIdentity {
  return { sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt };
}
