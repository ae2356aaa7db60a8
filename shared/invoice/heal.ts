import { type CheckContext, defaultContext } from "./check-context.ts";
import { brokenRules, schemaFindings } from "./check-invoice.ts";
import type { Invoice } from "./invoice.ts";
import { recalculated } from "./recalculate.ts";
import { rules } from "./rules/all-rules.ts";
import type { Rule } from "./rules/rule.ts";
import { unsoundMembers } from "./rules/soundness.ts";

/** RFC 6902, as far as it is used here. `path` is a JSON pointer, amounts are in rupees. */
export type JsonPatch = readonly PatchOperation[];
export interface PatchOperation {
  readonly op: "add" | "replace";
  readonly path: string;
  readonly value: number;
}

/** and those of section 3.4 that tell amounts from amounts. */
const ARITHMETIC = /^(A-\d+|X-[1235678])$/;
const arithmetic = rules.filter(({ no }) => ARITHMETIC.test(no));

/**
 * The changes that mend the arithmetic of a document. Quantities, prices, discounts, rates and charges stay; what follows
 * from them and is off by more than the portal tolerates is replaced by its exact value, rounded half up to 2 decimals.
 * IGST or CGST and SGST follow from the parties (3.4). Empty when the portal would not refuse the arithmetic, and when
 * no amounts can be had from what is given: a member breaks the schema, or a result would. After the changes no
 * arithmetic finding is left, warning A-1 included. `context` may tell about SEZ developers and switched rules.
 */
export function heal(document: unknown, context: Pick<CheckContext, "registry" | "switches"> = {}): JsonPatch {
  const facts = { ...defaultContext("01/01/2026"), ...context }; // The day plays no part in arithmetic.
  const findings = arithmeticFindings(document, facts);
  // Without a code of the portal's there is nothing but A-1, which is no reason to touch a document.
  if (!findings?.some(({ irpCode }) => irpCode !== undefined)) return [];

  // Everything that arithmetic reads fits the schema, or there would be no findings to ask.
  const invoice = document as Invoice;
  const healed = recalculated(invoice, facts);
  return arithmeticFindings(healed, facts)?.length === 0 ? differences(invoice, healed) : [];
}

/** Undefined when a member that arithmetic reads breaks the schema. */
function arithmeticFindings(document: unknown, context: CheckContext) {
  const schema = schemaFindings(document);
  const unsound = unsoundMembers(schema);
  if (arithmetic.some(({ reads }: Rule) => unsound.inDocument(reads, false))) return undefined;
  return brokenRules(arithmetic, document, schema, context);
}

function differences(before: Invoice, after: Invoice): JsonPatch {
  return [
    ...before.ItemList.flatMap((line, index) => changes(`/ItemList/${index}`, line, after.ItemList[index] ?? line)),
    ...changes("/ValDtls", before.ValDtls, after.ValDtls),
  ];
}

function changes<Block extends object>(pointer: string, before: Block, after: Block): PatchOperation[] {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => typeof value === "number" && value !== (old.get(name) ?? 0))
    .map(([name, value]) => ({ op: old.has(name) ? "replace" : "add", path: `${pointer}/${name}`, value }));
}
