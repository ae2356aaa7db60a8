import { addressRules } from "./addresses.ts";
import { arithmeticRules } from "./arithmetic.ts";
import { documentRules } from "./document.ts";
import { ewayBillRules } from "./ewaybill.ts";
import { lineRules } from "./lines.ts";
import { partyRules } from "./parties.ts";
import { registrationRules } from "./registration.ts";
import type { Rule } from "./rule.ts";
import { taxRules } from "./tax.ts";
import { transactionRules } from "./transaction.ts";

/** The table of rules between the fields of INV-01, in the order of the sheet. */
export const rules: readonly Rule[] = [
  ...documentRules,
  ...transactionRules,
  ...partyRules,
  ...addressRules,
  ...registrationRules,
  ...taxRules,
  ...lineRules,
  ...arithmeticRules,
  ...ewayBillRules,
];
