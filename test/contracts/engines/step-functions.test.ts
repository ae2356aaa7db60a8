import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { beforeAll, describe, expect, it } from "vitest";
import { engineUnderTest, eventually, fresh } from "./engine-under-test.ts";

const engine = engineUnderTest();
const hasty = engineUnderTest({ speed: 60 });
const roleArn = "arn:aws:iam::000000000000:role/contract-suite";
let sfn: SFNClient;
let functionArn: string;

/** Does what its event asks: fails so many times by the given name, then answers. */
const source = `
  const failures = new Map();
  export const handler = async (event) => {
    const count = failures.get(event.id) ?? 0;
    if (event.error && count < (event.times ?? Infinity)) {
      failures.set(event.id, count + 1);
      throw Object.assign(new Error("asked to"), { name: event.error });
    }
    return { failures: count, attempt: (event.attempt ?? 0) + 1, waitSeconds: event.waitSeconds };
  };`;

beforeAll(async () => {
  sfn = new SFNClient(engine.config());
  functionArn = await engine.deployFunction(source);
});

const end = { End: true };
const task = (more: object = end) => ({ Type: "Task", Resource: functionArn, ...more });
const invoke = (more: object = end) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Parameters: { FunctionName: functionArn, "Payload.$": "$" },
  ...more,
});
const single = (state: object) => ({ StartAt: "Only", States: { Only: state } });

async function createMachine(definition: object, client = sfn): Promise<string> {
  const create = { name: fresh("machine"), definition: JSON.stringify(definition), roleArn };
  return (await client.send(new CreateStateMachineCommand(create))).stateMachineArn ?? "";
}

async function start(stateMachineArn: string, input: object = {}, name = fresh("execution"), client = sfn) {
  const started = await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
  return started.executionArn ?? "";
}

const described = (executionArn: string, client = sfn) => client.send(new DescribeExecutionCommand({ executionArn }));

const ended = (executionArn: string, client = sfn) =>
  eventually(
    () => described(executionArn, client),
    ({ status }) => status !== "RUNNING",
  );

async function run(definition: object, input: object = {}): Promise<DescribeExecutionCommandOutput> {
  return ended(await start(await createMachine(definition), input));
}

const output = ({ output: text = "null" }: DescribeExecutionCommandOutput) => JSON.parse(text);

/** How long an execution took, by the engine's own account. */
const tookMs = ({ startDate, stopDate }: DescribeExecutionCommandOutput) =>
  (stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0);

describe.concurrent("a task", () => {
  it("calls a function with the input and gives its result", async () => {
    const result = await run(single(task()), { attempt: 4 });
    expect(result).toMatchObject({ status: "SUCCEEDED", input: '{"attempt":4}' });
    expect(output(result)).toMatchObject({ attempt: 5 });
  });

  it("in the shape of lambda:invoke finds the result under Payload", async () => {
    expect(output(await run(single(invoke())))).toMatchObject({ StatusCode: 200, Payload: { attempt: 1 } });
    const selected = invoke({ ResultSelector: { "n.$": "$.Payload.attempt" }, ResultPath: "$.result", ...end });
    expect(output(await run(single(selected), { kept: 1 }))).toEqual({ kept: 1, result: { n: 1 } });
  });

  it("is retried for the error its function names, and only so often", async () => {
    const Retry = [{ ErrorEquals: ["TransientError"], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 1 }];
    const machine = single(task({ Retry, ...end }));
    const [healed, other, exhausted] = await Promise.all([
      run(machine, { id: fresh("id"), error: "TransientError", times: 1 }),
      run(machine, { id: fresh("id"), error: "FatalError", times: 1 }),
      run(machine, { id: fresh("id"), error: "TransientError", times: 2 }),
    ]);
    expect(output(healed)).toMatchObject({ failures: 1 });
    expect(other).toMatchObject({ status: "FAILED", error: "FatalError" });
    expect(exhausted).toMatchObject({ status: "FAILED", error: "TransientError" });
  });

  it("that fails can be caught by name, keeping the input", async () => {
    const Catch = [
      { ErrorEquals: ["OtherError"], Next: "Wrong" },
      { ErrorEquals: ["FatalError"], Next: "Caught", ResultPath: "$.failure" },
    ];
    const result = await run(
      {
        StartAt: "Call",
        States: { Call: invoke({ Catch, ...end }), Caught: { Type: "Pass", ...end }, Wrong: { Type: "Fail" } },
      },
      { id: fresh("id"), error: "FatalError" },
    );
    const { failure, error } = output(result);
    expect(error).toBe("FatalError");
    expect(failure.Error).toBe("FatalError");
    expect(JSON.parse(failure.Cause)).toMatchObject({ errorType: "FatalError", errorMessage: "asked to" });
  });

  it("that fails uncaught fails the execution with its name and cause", async () => {
    const result = await run(single(task()), { id: fresh("id"), error: "FatalError" });
    expect(result).toMatchObject({ status: "FAILED", error: "FatalError", cause: expect.stringContaining("asked to") });
  });
});

describe.concurrent("a wait", () => {
  it("lasts the given seconds and passes its input on", async () => {
    const result = await run(single({ Type: "Wait", Seconds: 1, ...end }), { kept: 1 });
    expect(output(result)).toEqual({ kept: 1 });
    expect(tookMs(result)).toBeGreaterThanOrEqual(990);
  });

  it("takes its seconds from the input", async () => {
    const machine = single({ Type: "Wait", SecondsPath: "$.plan.waitSeconds", ...end });
    const [long, none] = await Promise.all([
      run(machine, { plan: { waitSeconds: 1 } }),
      run(machine, { plan: { waitSeconds: 0 } }),
    ]);
    expect(tookMs(long)).toBeGreaterThanOrEqual(990);
    expect(none.status).toBe("SUCCEEDED");
  });

  it("fails the execution when its seconds are not there", async () => {
    const result = await run(single({ Type: "Wait", SecondsPath: "$.nothing", ...end }));
    expect(result).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("lasts until a time, given or in the input, and not at all when that is past", async () => {
    const soon = new Date(Date.now() + 1000).toISOString();
    const past = "2020-01-01T00:00:00Z";
    const at = single({ Type: "Wait", TimestampPath: "$.at", ...end });
    const [fixed, read, gone] = await Promise.all([
      run(single({ Type: "Wait", Timestamp: soon, ...end })),
      run(at, { at: soon }),
      run(at, { at: past }),
    ]);
    for (const result of [fixed, read])
      expect(result.stopDate?.getTime()).toBeGreaterThanOrEqual(Date.parse(soon) - 10);
    expect(gone.status).toBe("SUCCEEDED");
  });

  it("keeps to its input and output paths", async () => {
    const result = await run(single({ Type: "Wait", Seconds: 0, InputPath: "$.a", OutputPath: "$.b", ...end }), {
      a: { b: 7 },
    });
    expect(output(result)).toBe(7);
  });

  it("goes faster locally by the speed asked for", async () => {
    if (!engine.isLocal) return;
    const client = new SFNClient(hasty.config());
    const machine = await createMachine(single({ Type: "Wait", SecondsPath: "$.waitSeconds", ...end }), client);
    const result = await ended(await start(machine, { waitSeconds: 30 }, fresh("execution"), client), client);
    // Without the speed the test's own time would be over first.
    expect(tookMs(result)).toBeGreaterThanOrEqual(450);
    expect(result.status).toBe("SUCCEEDED");
  });
});

describe.concurrent("a choice", () => {
  it("loops through wait and task until a condition holds", async () => {
    const again = { Variable: "$.attempt", NumericLessThan: 3, Next: "Wait" };
    const result = await run(
      {
        StartAt: "Wait",
        States: {
          Wait: { Type: "Wait", SecondsPath: "$.waitSeconds", Next: "Attempt" },
          Attempt: invoke({ OutputPath: "$.Payload", Next: "Done?" }),
          "Done?": { Type: "Choice", Choices: [again], Default: "Done" },
          Done: { Type: "Succeed" },
        },
      },
      { attempt: 0, waitSeconds: 0 },
    );
    expect(output(result)).toMatchObject({ attempt: 3 });
  });

  it("without a match and a default fails", async () => {
    const Choices = [{ Variable: "$.x", StringEquals: "y", Next: "End" }];
    const machine = { StartAt: "Which", States: { Which: { Type: "Choice", Choices }, End: { Type: "Succeed" } } };
    expect(await run(machine, { x: "z" })).toMatchObject({ status: "FAILED", error: "States.NoChoiceMatched" });
  });
});

describe.concurrent("other states", () => {
  it("pass, select and fail as written", async () => {
    const pass = { Type: "Pass", Parameters: { "name.$": "$$.Execution.Name", "n.$": "$.n" }, ResultPath: "$" };
    const passed = await run(single({ ...pass, ...end }), { n: 1 });
    expect(output(passed)).toEqual({ name: passed.name, n: 1 });
    expect(output(await run(single({ Type: "Pass", Result: false, ResultPath: "$.flag", ...end })))).toEqual({
      flag: false,
    });
    const failed = await run(single({ Type: "Fail", Error: "Exhausted", Cause: "no more attempts" }));
    expect(failed).toMatchObject({ status: "FAILED", error: "Exhausted", cause: "no more attempts" });
  });

  it("run branches side by side and items one by one, with their waits", async () => {
    const pause = { StartAt: "P", States: { P: { Type: "Wait", Seconds: 1, End: true } } };
    const call = { StartAt: "C", States: { C: task() } };
    const both = await run(single({ Type: "Parallel", Branches: [pause, call], ...end }), { attempt: 1 });
    expect(output(both)).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
    const each = { Type: "Map", ItemsPath: "$.items", ItemProcessor: call, ...end };
    const items = [{ attempt: 1 }, { attempt: 2 }];
    expect(output(await run(single(each), { items }))).toMatchObject([{ attempt: 2 }, { attempt: 3 }]);
  });
});

describe.concurrent("an execution", () => {
  const slow = single({ Type: "Wait", Seconds: 2, ...end });

  it("is found again while it runs with the same input, and its name is used up after", async () => {
    const machine = await createMachine(slow);
    const name = fresh("delivery");
    const first = await start(machine, { n: 1 }, name);
    expect(await start(machine, { n: 1 }, name)).toBe(first);
    await expect(start(machine, { n: 2 }, name)).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
    await ended(first);
    await expect(start(machine, { n: 1 }, name)).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
  });

  it("can be stopped, with a reason", async () => {
    const executionArn = await start(await createMachine(slow));
    await sfn.send(new StopExecutionCommand({ executionArn, error: "Disabled", cause: "by its owner" }));
    expect(await ended(executionArn)).toMatchObject({ status: "ABORTED", error: "Disabled", cause: "by its owner" });
  });

  it("is listed by its status", async () => {
    const stateMachineArn = await createMachine(slow);
    const running = await start(stateMachineArn);
    const list = async (statusFilter: "RUNNING" | "SUCCEEDED") =>
      (await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter }))).executions?.map(
        ({ executionArn }) => executionArn,
      );
    expect(await list("RUNNING")).toEqual([running]);
    expect(await list("SUCCEEDED")).toEqual([]);
    await ended(running);
    expect(await list("SUCCEEDED")).toEqual([running]);
  });

  it("needs a machine that is there, a valid name and JSON", async () => {
    const stateMachineArn = await createMachine(slow);
    const missing = start(stateMachineArn.replace(/[^:]+$/, "missing"));
    await expect(missing).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
    await expect(start(stateMachineArn, {}, "a b")).rejects.toMatchObject({ name: "InvalidName" });
    const broken = sfn.send(new StartExecutionCommand({ stateMachineArn, input: "{" }));
    await expect(broken).rejects.toMatchObject({ name: "InvalidExecutionInput" });
    const unknown = described(`${stateMachineArn.replace(":stateMachine:", ":execution:")}:missing`);
    await expect(unknown).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
  });
});

describe.concurrent("a state machine", () => {
  it("is created once, described, listed, updated and deleted", async () => {
    const definition = JSON.stringify(single({ Type: "Pass", ...end }));
    const create = new CreateStateMachineCommand({ name: fresh("machine"), definition, roleArn });
    const { stateMachineArn = "" } = await sfn.send(create);
    expect((await sfn.send(create)).stateMachineArn).toBe(stateMachineArn);
    expect(await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({ definition, roleArn });
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines.map((machine) => machine.stateMachineArn)).toContain(stateMachineArn);

    const changed = JSON.stringify(single({ Type: "Pass", Result: { v: 2 }, ...end }));
    const differing = new CreateStateMachineCommand({ ...create.input, definition: changed });
    await expect(sfn.send(differing)).rejects.toMatchObject({ name: "StateMachineAlreadyExists" });
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: changed }));
    expect(output(await ended(await start(stateMachineArn)))).toEqual({ v: 2 });
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  it("that makes no sense is refused", async () => {
    const wrong = { StartAt: "Nowhere", States: { Only: { Type: "Pass", End: true } } };
    await expect(createMachine(wrong)).rejects.toMatchObject({ name: "InvalidDefinition" });
    await expect(createMachine({ StartAt: "x" })).rejects.toMatchObject({ name: "InvalidDefinition" });
  });

  it("that the local engine could not run as AWS does is refused with the reason", async () => {
    if (!engine.isLocal) return;
    const jsonata = { QueryLanguage: "JSONata", ...single({ Type: "Pass", Output: "{% 1 %}", ...end }) };
    const waits = {
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: functionArn },
    };
    const unsupported: [object, RegExp][] = [
      [jsonata, /JSONata/],
      [single({ Type: "Pass", QueryLanguage: "JSONata", ...end }), /JSONata/],
      [single({ Type: "Pass", Assign: { x: 1 }, ...end }), /Assign/],
      [single(task({ HeartbeatSeconds: 5, ...end })), /HeartbeatSeconds/],
      [single({ Type: "Task", ...waits, ...end }), /waitForTaskToken/],
      [
        single({ Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {}, ...end }),
        /sqs:sendMessage/,
      ],
      [single({ Type: "Pass", Parameters: { "at.$": "$$.State.EnteredTime" }, ...end }), /\$\$\.State/],
    ];
    for (const [definition, reason] of unsupported) {
      await expect(createMachine(definition)).rejects.toMatchObject({
        name: "InvalidDefinition",
        message: expect.stringMatching(reason),
      });
    }
  });
});
