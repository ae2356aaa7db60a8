import type {
  CreateStateMachineInput,
  DescribeExecutionInput,
  DescribeStateMachineInput,
  ListExecutionsInput,
  StartExecutionInput,
  StopExecutionInput,
  UpdateStateMachineInput,
} from "@aws-sdk/client-sfn";
import { AwsError, validationError } from "./aws-error.ts";
import { accountId, dispatcher, type Engine, type EngineOptions, type Operations } from "./engine.ts";
import { type Execution, executionLog } from "./executions.ts";
import type { Invoke } from "./invoke.ts";
import { stateFile } from "./state-file.ts";
import { type RunnableMachine, runnableMachine } from "./state-machine.ts";

type Machine = { arn: string; name: string; definition: string; roleArn: string; createdAt: number };
type State = { machines: Machine[]; executions: Execution[] };

export interface StepFunctionsEngine extends Engine {
  startExecution(stateMachineArn: string, input: string, name?: string): Execution;
  /** Starts again, from the beginning, what was running when the last run stopped: its tasks run at least once. */
  resume(): void;
}

type StepFunctionsOptions = EngineOptions & { invoke: Invoke; speed: number };

const inputLimit = 256 * 1024;
const pageSize = 100;

/** Step Functions, standard workflows in JSONPath. Only Wait states go faster with `speed`. */
export function stepFunctionsEngine({
  region,
  now,
  newId,
  dataDir,
  invoke,
  speed,
}: StepFunctionsOptions): StepFunctionsEngine {
  const file = stateFile<State>(dataDir, "step-functions", () => ({
    machines: [...machines.values()],
    executions: executions.all(),
  }));
  const left = file.load();
  const machines: Map<string, Machine> = new Map((left?.machines ?? []).map((machine) => [machine.arn, machine]));
  const runnables = new Map<string, RunnableMachine>();
  const executions = executionLog(left?.executions ?? [], { now, runnable, changed: file.changed });

  /** Machines of the last run are made ready when first used: checking a definition takes a while. */
  function runnable(arn: string): RunnableMachine | undefined {
    const machine = machines.get(arn);
    if (!machine) return undefined;
    const ready = runnables.get(arn) ?? runnableMachine(machine.definition, { invoke, now, speed });
    runnables.set(arn, ready);
    return ready;
  }

  function find(arn = ""): Machine {
    const machine = machines.get(arn);
    if (!machine) throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  function define(machine: Machine) {
    runnables.set(machine.arn, runnableMachine(machine.definition, { invoke, now, speed }));
    machines.set(machine.arn, machine);
    file.changed();
  }

  function startExecution(stateMachineArn: string, input: string, name: string = newId()): Execution {
    const machine = find(stateMachineArn);
    checkName(name);
    if (!isJson(input) || Buffer.byteLength(input) > inputLimit) {
      throw new AwsError(
        "InvalidExecutionInput",
        "Invalid State Machine Execution Input: not JSON, or longer than 256 KiB",
      );
    }
    return executions.start(machine.arn, name, input);
  }

  const operations: Operations = {
    CreateStateMachine({ name = "", definition = "", roleArn = "", type = "STANDARD" }: CreateStateMachineInput) {
      checkName(name);
      if (type !== "STANDARD") throw validationError(`State machines of type ${type} are not emulated locally`);
      const arn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
      const existing = machines.get(arn);
      if (existing && (existing.definition !== definition || existing.roleArn !== roleArn)) {
        throw new AwsError("StateMachineAlreadyExists", `State Machine Already Exists: '${arn}'`);
      }
      const machine = existing ?? { arn, name, definition, roleArn, createdAt: now() };
      if (!existing) define(machine);
      return { stateMachineArn: arn, creationDate: machine.createdAt / 1000 };
    },

    UpdateStateMachine({ stateMachineArn, definition, roleArn }: UpdateStateMachineInput) {
      const machine = find(stateMachineArn);
      define({ ...machine, definition: definition ?? machine.definition, roleArn: roleArn ?? machine.roleArn });
      return { updateDate: now() / 1000 };
    },

    DescribeStateMachine({ stateMachineArn }: DescribeStateMachineInput) {
      const { arn, name, definition, roleArn, createdAt } = find(stateMachineArn);
      const fixed = { status: "ACTIVE", type: "STANDARD" };
      return { stateMachineArn: arn, name, definition, roleArn, creationDate: createdAt / 1000, ...fixed };
    },

    ListStateMachines() {
      const listed = ({ arn, name, createdAt }: Machine) => ({
        stateMachineArn: arn,
        name,
        type: "STANDARD",
        creationDate: createdAt / 1000,
      });
      return { stateMachines: [...machines.values()].map(listed) };
    },

    DeleteStateMachine({ stateMachineArn = "" }: DescribeStateMachineInput) {
      machines.delete(stateMachineArn);
      runnables.delete(stateMachineArn);
      file.changed();
      return {};
    },

    StartExecution({ stateMachineArn = "", name, input = "{}" }: StartExecutionInput) {
      const { arn, startedAt } = startExecution(stateMachineArn, input, name);
      return { executionArn: arn, startDate: startedAt / 1000 };
    },

    DescribeExecution({ executionArn = "" }: DescribeExecutionInput) {
      const execution = executions.find(executionArn);
      const { status: _, ...result } = execution.outcome ?? { status: "RUNNING" };
      return { ...summary(execution), input: execution.input, ...result };
    },

    ListExecutions({ stateMachineArn, statusFilter, maxResults = 0, nextToken = "0" }: ListExecutionsInput) {
      const { arn } = find(stateMachineArn);
      const wanted = executions
        .all()
        .map(summary)
        .reverse()
        .filter(
          (execution) => execution.stateMachineArn === arn && (!statusFilter || execution.status === statusFilter),
        );
      const end = Number(nextToken) + (maxResults || pageSize);
      return {
        executions: wanted.slice(Number(nextToken), end),
        ...(end < wanted.length ? { nextToken: String(end) } : {}),
      };
    },

    StopExecution({ executionArn = "", error, cause }: StopExecutionInput) {
      const { stoppedAt = now() } = executions.stop(executionArn, { status: "ABORTED", error, cause });
      return { stopDate: stoppedAt / 1000 };
    },
  };

  return {
    call: dispatcher("AWSStepFunctions", operations),
    startExecution,
    resume: executions.resume,
    async close() {
      executions.close();
      file.close();
    },
  };
}

function summary({ arn, machineArn, name, startedAt, stoppedAt, outcome }: Execution) {
  const status = outcome?.status ?? "RUNNING";
  const stopped = stoppedAt === undefined ? {} : { stopDate: stoppedAt / 1000 };
  return { executionArn: arn, stateMachineArn: machineArn, name, status, startDate: startedAt / 1000, ...stopped };
}

function checkName(name: string): void {
  if (name.length >= 1 && name.length <= 80 && !/[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name)) return;
  throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
