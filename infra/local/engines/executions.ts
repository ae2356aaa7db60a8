import { AwsError } from "./aws-error.ts";
import type { Outcome, RunnableMachine } from "./state-machine.ts";

/** An execution as it is kept. A running one has no outcome yet. */
export type Execution = {
  arn: string;
  machineArn: string;
  name: string;
  input: string;
  startedAt: number;
  stoppedAt?: number | undefined;
  outcome?: Outcome | undefined;
};

type ExecutionsDeps = {
  now: () => number;
  runnable: (machineArn: string) => RunnableMachine | undefined;
  changed: () => void;
};

/** AWS forgets a closed execution, and frees its name, after 90 days. */
const keepMs = 90 * 24 * 3600 * 1000;

/** The executions of all state machines. */
export function executionLog(left: Execution[], { now, runnable, changed }: ExecutionsDeps) {
  const isKept = ({ stoppedAt }: Execution) => stoppedAt === undefined || stoppedAt + keepMs > now();
  const executions = new Map(left.filter(isKept).map((execution) => [execution.arn, execution]));
  const stops = new Map<string, () => void>();
  let isClosing = false;

  function find(arn: string): Execution {
    const execution = executions.get(arn);
    if (!execution) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  function end(execution: Execution, outcome: Outcome) {
    stops.delete(execution.arn);
    // What was running when the process stopped is still running: the next run takes it up.
    if (isClosing || execution.outcome) return;
    Object.assign(execution, { outcome, stoppedAt: now() });
    changed();
  }

  function run(execution: Execution) {
    const machine = runnable(execution.machineArn);
    if (!machine) return end(execution, { status: "ABORTED", cause: "the state machine was deleted" });
    const { arn, name, machineArn } = execution;
    const context = {
      Execution: { Id: arn, Name: name },
      StateMachine: { Id: machineArn, Name: machineArn.split(":").at(-1) ?? "" },
    };
    const { outcome, stop } = machine.run(JSON.parse(execution.input), context);
    stops.set(arn, stop);
    outcome.then((ended) => end(execution, ended));
  }

  return {
    find,
    all: () => [...executions.values()],

    /** A name is used once: only the same input while it still runs finds the execution again. */
    start(machineArn: string, name: string, input: string): Execution {
      const arn = `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
      const existing = executions.get(arn);
      if (existing && !existing.outcome && existing.input === input) return existing;
      if (existing) throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);

      const execution: Execution = { arn, machineArn, name, input, startedAt: now() };
      executions.set(arn, execution);
      changed();
      run(execution);
      return execution;
    },

    stop(arn: string, outcome: Outcome): Execution {
      const execution = find(arn);
      const stop = stops.get(arn);
      end(execution, outcome);
      stop?.();
      return execution;
    },

    resume() {
      for (const execution of executions.values()) if (!execution.outcome && !stops.has(execution.arn)) run(execution);
    },

    close() {
      isClosing = true;
      for (const stop of stops.values()) stop();
    },
  };
}
