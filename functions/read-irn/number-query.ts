import * as z from "zod";
import { documentNumber } from "../../shared/invoice/fields.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { checkedQuery } from "../pipeline/query.ts";

const docTypes = ["INV", "CRN", "DBN"] as const;
const ONE_OF_THEM = `one of ${docTypes.join(", ")}`;
const A_DAY = "a day of the calendar as yyyy-MM-dd or dd/MM/yyyy";

/** In any case, as in INV-01. */
export const DocType = z.string(ONE_OF_THEM).toUpperCase().pipe(z.enum(docTypes, ONE_OF_THEM));

const Query = z.strictObject({
  docType: DocType,
  docNo: documentNumber,
  docDate: z.string(A_DAY).transform(isoDay).pipe(z.iso.date(A_DAY)),
});

/**
 * The IRN of the caller's own document of that type and number. Of its date the financial year alone counts, within which
 * a number is used once. Throws `malformed_query`, whose detail has every finding.
 */
export function readNumberQuery(sellerGstin: string, query: Readonly<Record<string, string>>): string {
  const { docType, docNo, docDate } = checkedQuery(Query.safeParse(query));
  return irnOf({ sellerGstin, docType, docNo, docDate: docDate.split("-").reverse().join("/") });
}

/** `05/08/2026` → `2026-08-05`; anything else stays as it is. */
function isoDay(text: string): string {
  return /^\d{2}\/\d{2}\/\d{4}$/.test(text) ? text.split("/").reverse().join("-") : text;
}
