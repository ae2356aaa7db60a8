import type { CheckContext } from "../check-context.ts";
import type { Finding } from "../finding.ts";
import type { Invoice } from "../invoice.ts";
import { isWithin, type Period } from "./day.ts";

export type Line = Invoice["ItemList"][number];

/** Where a document breaks a rule, and what to say there. */
export interface Breach {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** What stands in the table about every rule. */
interface Heading {
  /** The sheet's number. Several rows may share it: one for each NIC code or place. */
  readonly no: string;
  /** The code that the portal would answer with; none where the portal does not refuse or its code is not known. */
  readonly irpCode?: string;
  readonly severity: Finding["severity"];
  /**
   * All members that the rule looks at, like `DocDtls.Dt` and `ItemList[].AssAmt`; a block's own name means whether it is
   * there. The rule is left out when one of them breaks the schema: on that line if it is a line's, else altogether.
   */
  readonly reads: readonly string[];
  /** The days on which the rule holds, told by the clock of the portal. Rules by the document's day ask `isInForce`. */
  readonly inForce?: Period;
}

export interface Rule extends Heading {
  /** It looks at every line for itself, so that a line which breaks the schema does not hide the others. */
  readonly eachLine?: true;
  /** `isSound(index)`: whether all members that the rule reads on that line fit the schema. */
  check(invoice: Invoice, context: CheckContext, isSound: (index: number) => boolean): readonly Breach[];
}

/** A row of the table; it is about an error unless it says otherwise. */
interface Row extends Omit<Heading, "severity"> {
  readonly severity?: Finding["severity"];
}

interface DocumentRule extends Row {
  /** The member to correct. */
  readonly at: string;
  /** Which documents the rule is for; all if not given. */
  readonly when?: (invoice: Invoice, context: CheckContext) => boolean;
  /** True when the document keeps the rule. */
  readonly check: (invoice: Invoice, context: CheckContext) => boolean;
  readonly message: string | ((invoice: Invoice, context: CheckContext) => string);
  readonly hint: string | ((invoice: Invoice, context: CheckContext) => string);
}

interface LineRule extends Row {
  /** The member of the line to correct. */
  readonly at: keyof Line & string;
  readonly when?: (invoice: Invoice, context: CheckContext) => boolean;
  /** True when the line keeps the rule. */
  readonly check: (line: Line, invoice: Invoice, context: CheckContext) => boolean;
  readonly message: string | ((line: Line, invoice: Invoice) => string);
  readonly hint: string | ((line: Line, invoice: Invoice) => string);
}

/** A row about the document as a whole. */
export function rule({ at, when = always, check, message, hint, ...row }: DocumentRule): Rule {
  return {
    severity: "error",
    ...row,
    check(invoice, context) {
      if (!when(invoice, context) || check(invoice, context)) return [];
      return [{ path: at, message: worded(message, invoice, context), hint: worded(hint, invoice, context) }];
    },
  };
}

/** A row that every line has to keep. */
export function lineRule({ at, when = always, check, message, hint, ...row }: LineRule): Rule {
  return {
    severity: "error",
    ...row,
    eachLine: true,
    check(invoice, context, isSound) {
      if (!when(invoice, context)) return [];
      const breaches: Breach[] = [];
      for (const [index, line] of invoice.ItemList.entries()) {
        if (!isSound(index) || check(line, invoice, context)) continue;
        const path = `ItemList[${index}].${at}`;
        breaches.push({ path, message: worded(message, line, invoice), hint: worded(hint, line, invoice) });
      }
      return breaches;
    },
  };
}

/** Whether a rule holds on a day, unless the context says otherwise. */
export function isInForce(
  no: string,
  period: Period,
  day: string,
  { switches }: Pick<CheckContext, "switches">,
): boolean {
  const change = switches?.[no];
  return change !== "off" && isWithin(day, { ...period, ...change });
}

function always(): boolean {
  return true;
}

function worded<Args extends readonly unknown[]>(text: string | ((...args: Args) => string), ...args: Args): string {
  return typeof text === "string" ? text : text(...args);
}
