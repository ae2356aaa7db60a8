import {
  ExecutionAbortedError,
  ExecutionTimeoutError,
  StateMachine,
  type StateMachineDefinition,
} from "aws-local-stepfunctions";
import { AwsError } from "./aws-error.ts";
import type { Invoke } from "./invoke.ts";
import { checkDefinition, type Definition, type State } from "./state-machine-checks.ts";
import { internalTask, longestSeconds, named, type Task, wait, waitAsTask } from "./wait-state.ts";

export type Outcome =
  | { status: "SUCCEEDED"; output: string }
  | { status: "FAILED" | "TIMED_OUT" | "ABORTED"; error?: string | undefined; cause?: string | undefined };

/** What `$$` holds besides the input. */
export type ExecutionContext = { Execution: { Id: string; Name: string }; StateMachine: { Id: string; Name: string } };

export interface RunnableMachine {
  /** Runs one execution; `stop` ends it at once as ABORTED. It never rejects. */
  run(input: unknown, context: ExecutionContext): { outcome: Promise<Outcome>; stop: () => void };
}

type MachineDeps = { invoke: Invoke; now: () => number; speed: number };

const dataLimit = 256 * 1024;

/**
 * Makes a definition runnable. Tasks call functions through `invoke`; a Wait becomes a task that sleeps for its time
 * divided by `speed`. Time-outs and the intervals of Retry are not scaled.
 */
export function runnableMachine(text: string, deps: MachineDeps): RunnableMachine {
  const definition = checkDefinition(text);
  const tasks = new Map<string, Task>();
  const prepared = typed(prepare(definition, tasks, deps));
  validate(typed(definition));
  const machine = new StateMachine(prepared, { validationOptions: { noValidate: true } });

  return {
    run(input, context) {
      const stopping = new AbortController();
      const handlers = Array.from(tasks, ([name, task]) => [name, handler(task, stopping.signal)] as const);
      const overrides = { taskResourceLocalHandlers: Object.fromEntries(handlers) };
      const { result, abort } = machine.run(input as never, { overrides, context });
      const stop = () => {
        stopping.abort();
        abort();
      };
      return { outcome: result.then(succeeded, failed), stop };
    },
  };
}

/** The package's type lists what our checks and its own validator have made sure of. */
const typed = (definition: Definition) => definition as object as StateMachineDefinition;

function validate(definition: StateMachineDefinition): void {
  try {
    new StateMachine(definition);
  } catch (error) {
    throw new AwsError("InvalidDefinition", error instanceof Error ? error.message : String(error));
  }
}

/** A task's result must be JSON of a size that AWS would carry on. A stopped execution starts no more tasks. */
function handler(task: Task, signal: AbortSignal) {
  return async (input: unknown) => {
    if (signal.aborted) throw named("States.Runtime", "the execution was stopped");
    const result = (await task(input, signal)) ?? null;
    if (Buffer.byteLength(JSON.stringify(result)) <= dataLimit) return result as never;
    throw named(
      "States.DataLimitExceeded",
      "The state/task returned a result with a size exceeding the maximum number of bytes.",
    );
  };
}

function prepare(definition: Definition, tasks: Map<string, Task>, deps: MachineDeps): Definition {
  const states = Object.entries(definition.States).map(([name, state]) => [
    name,
    prepareState(name, state, tasks, deps),
  ]);
  return { ...clampTimeout(definition), States: Object.fromEntries(states) };
}

function prepareState(name: string, given: State, tasks: Map<string, Task>, deps: MachineDeps): State {
  const state = clampTimeout(replaceWhole(given));
  const nested = (definition: Definition) => prepare(definition, tasks, deps);
  switch (state.Type) {
    case "Task":
      tasks.set(name, taskOf(state, deps.invoke));
      return { TimeoutSeconds: longestSeconds, ...state };
    case "Wait":
      tasks.set(name, wait(deps));
      return waitAsTask(state);
    case "Pass":
      // The package takes a result of false, 0, "" or null for none.
      if (!("Result" in state) || state["Result"]) return state;
      tasks.set(name, async () => state["Result"]);
      return { ...state, Type: "Task", Resource: internalTask };
    case "Parallel":
      return { ...state, Branches: (state.Branches ?? []).map(nested) };
    case "Map": {
      const processor = state.ItemProcessor ?? state.Iterator;
      return processor ? { ...state, ItemProcessor: nested(processor) } : state;
    }
    default:
      return state;
  }
}

function clampTimeout<Timed extends { TimeoutSeconds?: number }>(timed: Timed): Timed {
  const { TimeoutSeconds } = timed;
  return TimeoutSeconds === undefined ? timed : { ...timed, TimeoutSeconds: Math.min(TimeoutSeconds, longestSeconds) };
}

/** A ResultPath of `$` means the whole, which is what no ResultPath means; the package makes a field named `$` of it. */
function replaceWhole({ ResultPath, ...state }: State): State {
  const Catch = state.Catch?.map(({ ResultPath: path, ...catcher }) =>
    path === "$" || path === undefined ? catcher : { ...catcher, ResultPath: path },
  );
  const kept = ResultPath === "$" || ResultPath === undefined ? state : { ...state, ResultPath };
  return Catch ? { ...kept, Catch } : kept;
}

function taskOf({ Resource }: State, invoke: Invoke): Task {
  if (!Resource?.startsWith("arn:aws:states:")) return (input) => call(invoke, Resource ?? "", input);
  return async (input) => {
    const { FunctionName, Payload = {} } = input as { FunctionName: string; Payload?: unknown };
    return { ExecutedVersion: "$LATEST", StatusCode: 200, Payload: await call(invoke, FunctionName, Payload) };
  };
}

async function call(invoke: Invoke, functionArn: string, payload: unknown): Promise<unknown> {
  const result = await invoke(functionArn, payload);
  if (result.ok) return result.payload ?? null;
  const { errorType, errorMessage } = result;
  throw named(errorType, JSON.stringify({ errorMessage, errorType }));
}

const succeeded = (result: unknown): Outcome => ({ status: "SUCCEEDED", output: JSON.stringify(result) });

/** A Fail state need not name an error or a cause; the package then puts texts of its own. */
function failed(error: Error): Outcome {
  if (error instanceof ExecutionAbortedError) return { status: "ABORTED" };
  if (error instanceof ExecutionTimeoutError) return { status: "TIMED_OUT", error: "States.Timeout" };
  const { name, message } = error.cause instanceof Error ? error.cause : error;
  return {
    status: "FAILED",
    error: name === "FailStateError" ? undefined : name,
    cause: message === "Execution failed because of a Fail state" ? undefined : message,
  };
}
