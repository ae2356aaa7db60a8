import { Problem } from "../../shared/api/problem.ts";
import type { CheckContext } from "../../shared/invoice/check-context.ts";
import { examineInvoice } from "../../shared/invoice/check-invoice.ts";
import type { Finding } from "../../shared/invoice/finding.ts";
import type { Invoice } from "../../shared/invoice/invoice.ts";

/** A document of sound shape, and what the rules hold against it. */
export interface CheckedDocument {
  readonly invoice: Invoice;
  readonly findings: readonly Finding[];
  /** Whether one of the findings is an error: the portal would refuse the document. */
  readonly isRefused: boolean;
}

/** Judges a body by schema and rules. A document that breaks the schema cannot be named or sent: 422 with all findings. */
export function checkedDocument(body: unknown, context: CheckContext): CheckedDocument {
  const { invoice, findings } = examineInvoice(body, context);
  if (!invoice) throw invalidDocument(findings);
  return { invoice, findings, isRefused: findings.some(({ severity }) => severity === "error") };
}

export function invalidDocument(findings: readonly Finding[]): Problem {
  return new Problem("invalid_document", "correct every error and send the document again", { errors: findings });
}
