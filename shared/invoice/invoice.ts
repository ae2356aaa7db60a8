import type * as z from "zod";
import {
  absent,
  amount,
  block,
  documentDate,
  documentNumber,
  list,
  oneOf,
  oneOfAnyCase,
  pattern,
  refusal,
  signedAmount,
} from "./fields.ts";
import type { Finding } from "./finding.ts";
import { Item } from "./item.ts";
import { AddlDocDtls, EwbDtls, ExpDtls, PayDtls, RefDtls } from "./optional-blocks.ts";
import { BuyerDtls, DispDtls, gstin, SellerDtls, ShipDtls } from "./party.ts";
import { listed } from "./schema-findings.ts";
import { MOST_ENTRIES, membersOf, survey } from "./survey.ts";

const USE_1_1 = 'Send "1.1", as text in quotes.';

/** Rule D-1. */
const Version = pattern(/^/, "the text 1.1", USE_1_1)
  .refine(
    (version) => typeof version !== "string" || version === "1.1",
    refusal({ code: "D-1", irpCode: "2279", expected: "version 1.1 of the schema", hint: USE_1_1 }),
  )
  .meta({ type: "string", enum: ["1.1"] });

const TranDtls = block({
  TaxSch: oneOf("GST"),
  SupTyp: oneOfAnyCase("B2B", "SEZWP", "SEZWOP", "EXPWP", "EXPWOP", "DEXP"),
  RegRev: oneOf("Y", "N").nullish(),
  EcmGstin: gstin.nullish(),
  IgstOnIntra: oneOf("Y", "N").nullish(),
});

const DocDtls = block({
  Typ: oneOfAnyCase("INV", "CRN", "DBN"),
  No: documentNumber,
  Dt: documentDate,
});

const total = amount(14, 2);
const ValDtls = block({
  AssVal: total,
  CgstVal: total.nullish(),
  SgstVal: total.nullish(),
  IgstVal: total.nullish(),
  CesVal: total.nullish(),
  StCesVal: total.nullish(),
  Discount: total.nullish(),
  OthChrg: total.nullish(),
  RndOffAmt: signedAmount(2, 2).nullish(),
  TotInvVal: total,
  TotInvValFc: total.nullish(),
});

const MOST_LINES = 1000;

/** Rules 2228 and 2173. `when` lets the count be judged beside faults in the lines; zod's own `max` would hide those. */
const ItemList = list(Item)
  .refine((lines) => lines.length > 0, {
    ...refusal({ irpCode: "2228", expected: "at least one line", hint: "Add a line for each good or service." }),
    when: ({ value }) => Array.isArray(value),
  })
  .refine((lines) => lines.length <= MOST_LINES, {
    ...refusal({
      irpCode: "2173",
      expected: `at most ${MOST_LINES} lines`,
      hint: "Combine lines of the same HSN code and rate, or bill in several documents.",
    }),
    when: ({ value }) => Array.isArray(value),
  })
  .meta({ minItems: 1, maxItems: MOST_LINES });

/**
 * INV-01 v1.1 as the IRP takes it: amounts in rupees, days as DD/MM/YYYY, optional members absent or null. Nothing is
 * changed in parsing and unknown members stay. Lengths, ranges and expressions are those of NIC's JSON schema and
 * GSTN's field expressions; what holds between fields is the business of the rules.
 */
export const Invoice = block({
  Version,
  Irn: absent("the portal computes the IRN").optional(),
  TranDtls,
  DocDtls,
  SellerDtls,
  BuyerDtls,
  DispDtls: DispDtls.nullish(),
  ShipDtls: ShipDtls.nullish(),
  ItemList,
  ValDtls,
  PayDtls: PayDtls.nullish(),
  RefDtls: RefDtls.nullish(),
  AddlDocDtls: list(AddlDocDtls).nullish(),
  ExpDtls: ExpDtls.nullish(),
  EwbDtls: EwbDtls.nullish(),
});
export type Invoice = z.infer<typeof Invoice>;

const MEMBERS = membersOf(Invoice);

/**
 * Reads a JSON value as an invoice and lists everything that is wrong with it at once: a `SCHEMA` finding (irpCode
 * 5002, unless the portal has a code of its own) for each field that breaks the schema, then a warning for each member
 * that INV-01 does not know. Warnings alone leave the invoice readable. Up to 1000 are listed; if there are more, one
 * last finding says how many. No finding repeats what a field holds. Throws nothing.
 */
export function readInvoice(value: unknown): { invoice: Invoice; warnings: Finding[] } | { findings: Finding[] } {
  const { entries, unknown } = survey(value, MEMBERS);
  if (entries > MOST_ENTRIES) return { findings: [TOO_LARGE] };

  const result = Invoice.safeParse(value, { reportInput: true });
  if (result.success) return { invoice: result.data, warnings: listed([], unknown) };
  return { findings: listed(result.error.issues, unknown) };
}

const TOO_LARGE: Finding = {
  code: "SCHEMA",
  irpCode: "5002",
  severity: "error",
  path: "",
  message: `expected at most ${MOST_ENTRIES} list entries in all; nothing else was checked`,
  hint: "Bill in several documents.",
};
