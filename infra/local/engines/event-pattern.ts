import { AwsError } from "./aws-error.ts";

/** Tells whether an event (or a part of one) fits. An absent part is `undefined`. */
export type Matcher = (value: unknown) => boolean;

type Fields = Record<string, unknown>;

/** Compiles an event pattern. Whatever it does not understand is refused, so that no rule silently matches too much. */
export function eventPattern(pattern: unknown): Matcher {
  if (!isFields(pattern) || Object.keys(pattern).length === 0) throw invalid("Filter is not an object");
  return objectMatcher(pattern);
}

/** Parses the text form in which rules carry their pattern. */
export function parseEventPattern(text: string): Matcher {
  try {
    return eventPattern(JSON.parse(text));
  } catch (error) {
    throw error instanceof SyntaxError ? invalid(error.message) : error;
  }
}

function objectMatcher(pattern: Fields): Matcher {
  const fields = Object.entries(pattern).map(([name, wanted]) => {
    if (name === "$or") return anyOf(wanted);
    const matches = fieldMatcher(name, wanted);
    return (value: unknown) => matches(isFields(value) ? value[name] : undefined);
  });
  return (value) => fields.every((matches) => matches(value));
}

function anyOf(alternatives: unknown): Matcher {
  if (!Array.isArray(alternatives) || alternatives.length < 2)
    throw invalid("$or must be an array with at least 2 patterns");
  const matchers = alternatives.map(eventPattern);
  return (value) => matchers.some((matches) => matches(value));
}

function fieldMatcher(name: string, wanted: unknown): Matcher {
  if (isFields(wanted)) {
    const matches = eventPattern(wanted);
    // An array of objects matches when one of them does.
    return (value) => (Array.isArray(value) ? value.some(matches) : matches(value));
  }
  if (!Array.isArray(wanted)) throw invalid(`"${name}" must be an object or an array`);
  if (wanted.length === 0) throw invalid("Empty arrays are not allowed");
  const matchers = wanted.map(valueMatcher);
  return (value) => matchers.some((matches) => matches(value));
}

function valueMatcher(wanted: unknown): Matcher {
  if (!isFields(wanted)) return eachElement(scalar(wanted));
  const [[operator, operand] = ["", undefined], ...others] = Object.entries(wanted);
  if (others.length > 0) throw invalid("Only one key allowed in match expression");
  if (operator === "exists") return exists(operand);
  return eachElement(operatorMatcher(operator, operand));
}

/** A value that is an array matches when one of its elements does; an absent one never. */
function eachElement(matches: Matcher): Matcher {
  return (value) => (Array.isArray(value) ? value.some(matches) : value !== undefined && matches(value));
}

/** Only leaves exist: a field that holds an object does not. */
function exists(operand: unknown): Matcher {
  if (typeof operand !== "boolean") throw invalid("exists match pattern must be either true or false");
  return (value) => (value !== undefined && !isFields(value)) === operand;
}

function operatorMatcher(operator: string, operand: unknown): Matcher {
  switch (operator) {
    case "prefix":
    case "suffix":
    case "equals-ignore-case":
    case "wildcard":
      return textMatcher(operator, operand);
    case "anything-but":
      return anythingBut(operand);
    case "numeric":
      return numeric(operand);
    default:
      throw invalid(`Unrecognized match type ${operator}`);
  }
}

function textMatcher(operator: string, operand: unknown): Matcher {
  const ignoresCase = isFields(operand) && (operator === "prefix" || operator === "suffix");
  const text = ignoresCase ? operand["equals-ignore-case"] : operand;
  if (typeof text !== "string" || (ignoresCase && Object.keys(operand).length > 1)) {
    throw invalid(`${operator} match pattern must be a string`);
  }
  const test = textTest(operator, ignoresCase ? text.toLowerCase() : text);
  return (value) => typeof value === "string" && test(ignoresCase ? value.toLowerCase() : value);
}

function textTest(operator: string, text: string): (value: string) => boolean {
  if (operator === "prefix") return (value) => value.startsWith(text);
  if (operator === "suffix") return (value) => value.endsWith(text);
  if (operator === "wildcard") return wildcard(text);
  const lower = text.toLowerCase();
  return (value) => value.toLowerCase() === lower;
}

/** A star stands for any run of characters; a backslash makes a star or a backslash stand for itself. */
function wildcard(text: string): (value: string) => boolean {
  if (/(^|[^\\])(\\\\)*\*\*/.test(text)) throw invalid("Consecutive wildcard characters are not allowed");
  const source = text.replace(/\\([*\\])|\*|[^*\\]+|\\/g, (part, escaped) => {
    return part === "*" ? ".*" : escapeRegExp(escaped ?? part);
  });
  const expression = new RegExp(`^${source}$`, "s");
  return (value) => expression.test(value);
}

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function anythingBut(operand: unknown): Matcher {
  const excluded = isFields(operand) ? excludedByOperator(operand) : list(operand).map(scalar);
  if (excluded.length === 0) throw invalid("Empty arrays are not allowed");
  return (value) => !excluded.some((matches) => matches(value));
}

function excludedByOperator(operand: Fields): Matcher[] {
  const [[operator, texts] = ["", undefined], ...others] = Object.entries(operand);
  const isText = ["prefix", "suffix", "equals-ignore-case", "wildcard"].includes(operator);
  if (!isText || others.length > 0) throw invalid(`Unsupported anything-but pattern: ${operator}`);
  return list(texts).map((text) => textMatcher(operator, text));
}

const comparisons: Record<string, (value: number, limit: number) => boolean> = {
  "=": (value, limit) => value === limit,
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
};

/** One comparison, or two that bound a range from below and above. */
function numeric(operand: unknown): Matcher {
  const parts = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4) throw invalid("Value of numeric must be an array of comparisons");
  const tests = [parts.slice(0, 2), parts.slice(2, 4)]
    .filter((pair) => pair.length > 0)
    .map(([sign, limit]) => {
      const compare = Object.hasOwn(comparisons, sign) ? comparisons[sign] : undefined;
      if (!compare) throw invalid(`Unrecognized numeric range operator: ${sign}`);
      if (typeof limit !== "number") throw invalid(`Value of ${sign} must be numeric`);
      return (value: number) => compare(value, limit);
    });
  if (parts.length === 4 && !(/^>/.test(parts[0]) && /^</.test(parts[2]))) throw invalid("Bad numeric range operator");
  return (value) => typeof value === "number" && tests.every((test) => test(value));
}

function scalar(wanted: unknown): Matcher {
  if (wanted !== null && typeof wanted === "object")
    throw invalid("Match value must be a string, number, boolean or null");
  return (value) => value === wanted;
}

const list = (operand: unknown): unknown[] => (Array.isArray(operand) ? operand : [operand]);

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(reason: string): AwsError {
  return new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
}
