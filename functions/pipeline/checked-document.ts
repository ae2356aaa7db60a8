import { Problem } from "../../shared/api/problem.ts";
import type { CheckContext } from "../../shared/invoice/check-context.ts";
import { checkInvoice } from "../../shared/invoice/check-invoice.ts";
import type { Finding } from "../../shared/invoice/finding.ts";
import { type Invoice, readInvoice } from "../../shared/invoice/invoice.ts";

/** A document of sound shape, and what the rules hold against it. */
export interface CheckedDocument {
  readonly invoice: Invoice;
  /** Findings of severity `error`: the portal would refuse it. */
  readonly errors: readonly Finding[];
}

/** Judges a body by schema and rules. A document that breaks the schema cannot be named or sent: 422 with all findings. */
export function checkedDocument(body: unknown, context: CheckContext): CheckedDocument {
  const findings = checkInvoice(body, context);
  const read = readInvoice(body);
  if ("findings" in read) throw invalidDocument(findings);
  return { invoice: read.invoice, errors: findings.filter(({ severity }) => severity === "error") };
}

export function invalidDocument(findings: readonly Finding[]): Problem {
  return new Problem("invalid_document", "correct every error and send the document again", { errors: findings });
}
