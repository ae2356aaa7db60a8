import type { CheckContext } from "./check-context.ts";
import { inDocumentOrder } from "./document-order.ts";
import type { Finding } from "./finding.ts";
import { type Invoice, readInvoice } from "./invoice.ts";
import { rules as allRules } from "./rules/all-rules.ts";
import { isInForce, type Rule } from "./rules/rule.ts";
import { unsoundMembers } from "./rules/soundness.ts";

/** With a thousand lines every rule may be broken a thousand times: nobody reads more, and the answer has to fit. */
const MOST_LISTED = 1000;
const BY_WEIGHT = ["error", "ewb", "warning"] as const;

/**
 * Everything that is wrong with a document, at once: breaches of the schema and of the rules between its fields, with
 * severity `error` (the portal refuses it, with the code), `ewb` (only the e-way bill fails) or `warning`. A rule is left
 * out where a member that it reads breaks the schema. Ordered by place in the document, then as on the sheet. Up to 1000
 * are listed, errors first to be kept; if there are more, one last finding says how many. Throws nothing on JSON.
 */
export function checkInvoice(document: unknown, context: CheckContext): Finding[] {
  return examineInvoice(document, context).findings;
}

/** The same, with the invoice for those who go on with it: undefined where the document breaks the schema. */
export function examineInvoice(
  document: unknown,
  context: CheckContext,
): { invoice: Invoice | undefined; findings: Finding[] } {
  const { invoice, schema } = readSchema(document);
  return { invoice, findings: listed([...schema, ...brokenRules(allRules, document, schema, context)]) };
}

/** Breaches of the schema and members that it does not know. */
export function schemaFindings(document: unknown): readonly Finding[] {
  return readSchema(document).schema;
}

function readSchema(document: unknown): { invoice: Invoice | undefined; schema: readonly Finding[] } {
  const read = readInvoice(document);
  return "findings" in read
    ? { invoice: undefined, schema: read.findings }
    : { invoice: read.invoice, schema: read.warnings };
}

/** What some rules find in a document whose breaches of the schema are known. */
export function brokenRules(
  rules: readonly Rule[],
  document: unknown,
  schema: readonly Finding[],
  context: CheckContext,
): Finding[] {
  const unsound = unsoundMembers(schema);
  const applied = rules.filter(
    (rule) => isOn(rule, context) && !unsound.inDocument(rule.reads, rule.eachLine ?? false),
  );
  return applied.flatMap((rule) =>
    rule
      // As far as the rule reads it, the document is an invoice.
      .check(document as Invoice, context, (index) => !unsound.onLine(rule.reads, index))
      .map((breach) => ({ ...headingOf(rule, context), ...breach })),
  );
}

function isOn({ no, inForce }: Rule, context: CheckContext): boolean {
  return inForce ? isInForce(no, inForce, context.today, context) : context.switches?.[no] !== "off";
}

function headingOf({ no, irpCode, severity }: Rule, { switches }: CheckContext) {
  const change = switches?.[no];
  const switched = typeof change === "object" ? change.severity : undefined;
  return { code: no, ...(irpCode === undefined ? {} : { irpCode }), severity: switched ?? severity };
}

function listed(findings: readonly Finding[]): Finding[] {
  if (findings.length <= MOST_LISTED) return inDocumentOrder(findings);
  const byWeight = BY_WEIGHT.flatMap((weight) => findings.filter(({ severity }) => severity === weight));
  const [heaviest] = byWeight.slice(MOST_LISTED);
  return [
    ...inDocumentOrder(byWeight.slice(0, MOST_LISTED)),
    {
      code: "SCHEMA",
      severity: heaviest?.severity ?? "warning",
      path: "",
      message: `${findings.length - MOST_LISTED} more findings are not listed`,
      hint: "Correct these first, then check the document again.",
    },
  ];
}
