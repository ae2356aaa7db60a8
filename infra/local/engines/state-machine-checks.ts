import { AwsError } from "./aws-error.ts";

export type State = {
  Type: string;
  Resource?: string;
  Catch?: { ResultPath?: string | null; [field: string]: unknown }[];
  ResultPath?: string | null;
  TimeoutSeconds?: number;
  Branches?: Definition[];
  ItemProcessor?: Definition;
  Iterator?: Definition;
  [field: string]: unknown;
};

export type Definition = { States: Record<string, State>; TimeoutSeconds?: number; [field: string]: unknown };

const topFields = ["Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"];
const nestedFields = ["Comment", "StartAt", "States", "ProcessorConfig", "QueryLanguage"];
const commonFields = ["Type", "Comment", "Next", "End", "InputPath", "OutputPath", "QueryLanguage"];
const resultFields = ["Parameters", "ResultSelector", "ResultPath", "Retry", "Catch"];
const catchFields = ["ErrorEquals", "Next", "ResultPath", "Comment"];

/** What each state may have. The package ignores what it does not know, so it must never get to see it. */
const stateFields: Record<string, string[]> = {
  Task: ["Resource", "TimeoutSeconds", "TimeoutSecondsPath", ...resultFields],
  Pass: ["Result", "Parameters", "ResultPath"],
  Wait: ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
  Choice: ["Choices", "Default"],
  Succeed: [],
  Fail: ["Error", "ErrorPath", "Cause", "CausePath"],
  Parallel: ["Branches", ...resultFields],
  Map: [
    "ItemProcessor",
    "Iterator",
    "ItemSelector",
    "ItemsPath",
    "MaxConcurrency",
    "MaxConcurrencyPath",
    ...resultFields,
  ],
};

const lambdaInvoke = "arn:aws:states:::lambda:invoke";
const lambdaParameters = ["FunctionName", "FunctionName.$", "Payload", "Payload.$"];

/** Parses a definition and refuses what the local engine would not run exactly as AWS does. */
export function checkDefinition(text: string): Definition {
  const definition = parse(text);
  const unsupported = /\$\$\.(State|Task)\b[\w.]*/.exec(text)?.[0];
  if (unsupported) throw refused(`The context field ${unsupported}`);
  checkLevel(definition, "The state machine", topFields, new Set());
  return definition;
}

function parse(text: string): Definition {
  try {
    const definition: unknown = JSON.parse(text);
    if (typeof definition === "object" && definition !== null && "States" in definition)
      return definition as Definition;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  throw invalid("a definition is an object with StartAt and States");
}

function checkLevel(definition: Definition, where: string, fields: string[], names: Set<string>): void {
  checkFields(definition, where, fields);
  const config = definition["ProcessorConfig"] as { Mode?: string } | undefined;
  if (config && config.Mode !== "INLINE") throw refused(`A Map in mode ${config.Mode}`);
  for (const [name, state] of Object.entries(definition.States)) {
    if (names.has(name)) throw invalid(`the state name ${name} is used twice`);
    names.add(name);
    checkState(name, state, names);
  }
}

function checkState(name: string, state: State, names: Set<string>): void {
  const where = `State "${name}"`;
  const allowed = stateFields[state.Type];
  if (!allowed) throw invalid(`${where} has the unknown type ${state.Type}`);
  checkFields(state, where, [...commonFields, ...allowed]);
  for (const catcher of state.Catch ?? []) checkFields(catcher, `A catcher of ${where}`, catchFields);
  if (state.Type === "Task") checkTask(where, state);
  for (const path of [state["ErrorPath"], state["CausePath"]]) {
    if (typeof path === "string" && !path.startsWith("$")) throw refused(`An intrinsic function in a path of ${where}`);
  }
  for (const nested of [...(state.Branches ?? []), state.ItemProcessor, state.Iterator]) {
    if (nested) checkLevel(nested, `A branch of ${where}`, nestedFields, names);
  }
}

function checkFields(owner: Record<string, unknown>, where: string, allowed: string[]): void {
  const language = owner["QueryLanguage"];
  if (language !== undefined && language !== "JSONPath") throw refused(`${where}: QueryLanguage ${language}`);
  const unknown = Object.keys(owner).find((field) => !allowed.includes(field));
  if (unknown) throw refused(`${where}: the field ${unknown}`);
}

function checkTask(where: string, { Resource = "", ...state }: State): void {
  if (/^arn:aws:lambda:[^:]*:[^:]*:function:/.test(Resource)) return;
  if (Resource !== lambdaInvoke) throw refused(`${where}: the resource ${Resource}`);
  const given = Object.keys((state["Parameters"] ?? {}) as object);
  const unknown = given.find((parameter) => !lambdaParameters.includes(parameter));
  if (unknown) throw refused(`${where}: the parameter ${unknown} of ${lambdaInvoke}`);
  if (!given.some((parameter) => parameter.startsWith("FunctionName"))) throw invalid(`${where} names no function`);
}

const invalid = (reason: string) => new AwsError("InvalidDefinition", `Invalid State Machine Definition: ${reason}`);

const refused = (what: string) =>
  new AwsError(
    "InvalidDefinition",
    `${what} is not supported by the local engine, which runs JSONPath state machines of Lambda tasks`,
  );
