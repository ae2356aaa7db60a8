import type * as z from "zod";
import { decimalPlaces } from "../money.ts";
import { characters, type Expectation } from "./fields.ts";
import type { Finding } from "./finding.ts";
import type { UnknownMember } from "./survey.ts";

const MOST_LISTED = 1000;

/** Turns zod's issues and the unknown members, in this order, into at most 1000 findings and one that counts the rest. */
export function listed(issues: readonly z.core.$ZodIssue[], unknown: readonly UnknownMember[]): Finding[] {
  const findings = [
    ...issues.slice(0, MOST_LISTED).map(breach),
    ...unknown.slice(0, Math.max(0, MOST_LISTED - issues.length)).map(unknownMember),
  ];
  const more = issues.length + unknown.length - findings.length;
  return more === 0 ? findings : [...findings, furtherFindings(more, issues.length > MOST_LISTED)];
}

function breach(issue: z.core.$ZodIssue): Finding {
  const { code = "SCHEMA", irpCode = "5002", hint = shapeHint(issue) } = expectationOf(issue);
  return {
    code,
    irpCode,
    severity: "error",
    path: pathText(issue.path),
    message: `${issue.message}, got ${described(issue.input)}`,
    hint: issue.input == null ? `Add ${String(issue.path.at(-1) ?? "the document")}.` : hint,
  };
}

/** Only fields carry an expectation; blocks and lists have nothing more to say than their type. */
function expectationOf(issue: z.core.$ZodIssue): Partial<Expectation> {
  return issue.code === "custom" ? (issue.params ?? {}) : {};
}

function shapeHint(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "Check the name, or leave it out.";
  return issue.code === "invalid_type" && issue.expected === "array"
    ? "Put it in square brackets, also if there is only one."
    : "Put its members in braces.";
}

/** Says what kind of value was sent, never the value: it may be somebody's name. */
function described(input: unknown): string {
  if (input === undefined) return "nothing";
  if (input === null) return "null";
  if (Array.isArray(input)) return `a list of ${input.length}`;
  if (typeof input === "string") return textOf(characters(input));
  if (typeof input === "number") return numberOf(input);
  return typeof input === "object" ? "an object" : `a ${typeof input}`;
}

function numberOf(value: number): string {
  const sign = value < 0 ? "negative " : "";
  const isWhole = !Number.isFinite(value) || Number.isInteger(value);
  return isWhole ? `a ${sign}whole number` : `a ${sign}number with ${decimalPlaces(value)} decimals`;
}

function textOf(count: number): string {
  if (count === 0) return "empty text";
  return count === 1 ? "text of 1 character" : `text of ${count} characters`;
}

function unknownMember({ path, near }: UnknownMember): Finding {
  return {
    code: "SCHEMA",
    severity: "warning",
    path,
    message: "INV-01 has no such member here; it is not sent to the portal",
    hint: near === undefined ? "Check the name, or leave it out." : `Names are case-sensitive: did you mean ${near}?`,
  };
}

function furtherFindings(count: number, errors: boolean): Finding {
  return {
    code: "SCHEMA",
    ...(errors ? { irpCode: "5002" } : {}),
    severity: errors ? "error" : "warning",
    path: "",
    message: `${count} more findings are not listed`,
    hint: "Correct these first, then check the document again.",
  };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .slice(1);
}
