import * as z from "zod";
import { decimalPlaces } from "../money.ts";

/** What a field wants and what to do when it is not so. Travels in the params of zod's issue. */
export interface Expectation {
  readonly expected: string;
  readonly hint: string;
  /** The rule's number when the sheet gives the check one of its own; else it is a breach of the schema. */
  readonly code?: string;
  readonly irpCode?: string;
}

/** Keywords of JSON Schema: what an OpenAPI document can say about the field. */
type Keywords = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * One check for the type and all limits of a field, so that a bad field is one finding which says everything it wants.
 * `abort: false` lets the checks of the list around it run as well.
 */
function field<T>(fits: (value: unknown) => boolean, expectation: Expectation, keywords: Keywords) {
  return z.custom<T>(fits, refusal(expectation)).meta(keywords);
}

/** The zod parameters under which a breach carries what was expected, for `field` and for refinements. */
export function refusal(expectation: Expectation) {
  return { error: `expected ${expectation.expected}`, params: { ...expectation }, abort: false };
}

/** An INV-01 block. Unknown members are kept: the schema does not close its objects (they are warned about elsewhere). */
export function block<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape> {
  return z.looseObject(shape, "expected an object");
}

/** A list of any length: `survey` bounds all lists of a document together. */
export function list<Element extends z.ZodType>(element: Element) {
  return z.array(element, "expected a list");
}

/** Text of min to max characters (code points), without the double quote and backslash that INV-01 forbids. */
export function text(min: number, max: number) {
  return field<string>(
    (value) => typeof value === "string" && isPlain(value) && isBetween(characters(value), min, max),
    {
      expected: `text of ${min} to ${max} characters without double quotes and backslashes`,
      hint: "Shorten or complete the text, and leave out double quotes and backslashes.",
    },
    { type: "string", minLength: min, maxLength: max, pattern: '^[^"\\\\]*$' },
  );
}

/** Text that fits an expression of the sheet; `expected` says the same in words. */
export function pattern(expression: RegExp, expected: string, hint: string) {
  return field<string>(
    (value) => typeof value === "string" && expression.test(value),
    { expected, hint },
    { type: "string", pattern: expression.source },
  );
}

/** One of the words, in this case. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  const known: ReadonlySet<unknown> = new Set(words);
  return field<Word>((value) => known.has(value), wordsExpected(words), { type: "string", enum: words });
}

/** For the two lists that the schema spells in both cases. The text stays as it was sent. */
export function oneOfAnyCase(...words: readonly string[]) {
  return field<string>(
    (value) => typeof value === "string" && words.includes(value.toUpperCase()),
    wordsExpected(words),
    { type: "string", pattern: `^(${words.map(inBothCases).join("|")})$` },
  );
}

/** A number from 0 with at most so many digits before and after the point: `amount(12, 2)` ends at 999999999999.99. */
export function amount(digits: number, decimals: number) {
  return decimal(0, digits, decimals);
}

/** As `amount`, on both sides of 0. */
export function signedAmount(digits: number, decimals: number) {
  return decimal(-(10 ** digits), digits, decimals);
}

function decimal(min: number, digits: number, decimals: number) {
  const end = 10 ** digits;
  return field<number>(
    (value) => isNumberIn(value, min, end) && Math.abs(value) < end && decimalPlaces(value) <= decimals,
    {
      expected: `a number ${min < 0 ? "" : "from 0 "}with at most ${digits} digits before and ${decimals} after the point`,
      hint: `Send a JSON number without quotes, rounded to ${decimals} decimals.`,
    },
    min < 0
      ? { type: "number", exclusiveMinimum: min, exclusiveMaximum: end }
      : { type: "number", minimum: 0, exclusiveMaximum: end },
  );
}

/** A number without decimals, min and max included. */
export function wholeNumber(min: number, max: number) {
  return field<number>(
    (value) => isNumberIn(value, min, max) && Number.isInteger(value),
    {
      expected: `a whole number from ${min} to ${max}`,
      hint: "Send a JSON number within these limits, without quotes and without decimals.",
    },
    { type: "integer", minimum: min, maximum: max },
  );
}

/** A member that has no place in a request. */
export function absent(reason: string) {
  return field<null | undefined>(
    (value) => value == null,
    { expected: `no such member: ${reason}`, hint: "Leave it out." },
    { type: "null" },
  );
}

/**
 * Of the document and of the ones it refers to: for those NIC's schema asks for two characters at least, but GSTN's field
 * expression, which wins, for one. Both cases are taken, though the IRP hashes capitals.
 */
export const documentNumber = pattern(
  /^([a-zA-Z1-9]{1}[a-zA-Z0-9/-]{0,15})$/,
  "a document number of 1 to 16 letters, digits, slashes and hyphens, not starting with 0, a slash or a hyphen",
  "Use the number that is printed on the document, without leading zeros.",
);

const D1 = /^[0-3][0-9]\/[0-1][0-9]\/20[1-2][0-9]$/;
const D2 = /^(0[1-9]|[12][0-9]|3[01])\/(0[1-9]|1[012])\/(19[8-9][0-9]|20[0-5][0-9])$/;
const WRITE_THE_DAY = "Write the day as DD/MM/YYYY with leading zeros, for instance 05/08/2026.";

/** A day of 2010 to 2029: the schema's own expression (D1), which alone would let 39/19 through. */
export const date = dateField(D1, "2010 to 2029");
/** A day of 1980 to 2059 (D2), for batches and periods, where GSTN's field expressions win over the schema. */
export const wideDate = dateField(D2, "1980 to 2059");
/** The document's own date: a right shape that is no day of the calendar is rule D-2. */
export const documentDate = pattern(D1, "a day as DD/MM/YYYY, years 2010 to 2029", WRITE_THE_DAY).refine(
  (value) => typeof value !== "string" || !D1.test(value) || isCalendarDay(value),
  refusal({
    code: "D-2",
    irpCode: "2292",
    expected: "a day that is in the calendar",
    hint: "Check day and month: the day comes first, and the month has to have it.",
  }),
);

function dateField(shape: RegExp, years: string) {
  return field<string>(
    (value) => typeof value === "string" && shape.test(value) && isCalendarDay(value),
    { expected: `a day of the calendar as DD/MM/YYYY, years ${years}`, hint: WRITE_THE_DAY },
    { type: "string", pattern: shape.source },
  );
}

/** Takes DD/MM/YYYY in digits. */
function isCalendarDay(date: string): boolean {
  const day = Number(date.slice(0, 2));
  const month = Number(date.slice(3, 5));
  const at = new Date(Date.UTC(Number(date.slice(6)), month - 1, day));
  return at.getUTCDate() === day && at.getUTCMonth() === month - 1;
}

/** Half a surrogate pair can not be sent as UTF-8: the portal would register another text than the caller's. */
function isPlain(value: string): boolean {
  return !/["\\]/.test(value) && value.isWellFormed();
}

/** Code points: a character outside the basic plane is one character, though two UTF-16 units. */
export function characters(value: string): number {
  return value.length - (value.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

function isNumberIn(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && isBetween(value, min, max);
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function wordsExpected(words: readonly string[]): Expectation {
  return {
    expected: words.length === 1 ? `the text ${words[0]}` : `one of ${words.join(", ")}`,
    hint: "Use the value exactly as listed, as text in quotes.",
  };
}

function inBothCases(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`);
}
