import { randomUUID } from "node:crypto";
import { CreateFunctionCommand, GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll } from "vitest";
import { type Endpoint, startEndpoint } from "../../../infra/local/endpoint.ts";
import type { InvokeResult } from "../../../infra/local/engines/invoke.ts";

const region = process.env["AWS_REGION"] ?? "ap-south-1";
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

type Handler = (event: unknown) => Promise<unknown>;

/**
 * The AWS the suites run against: the server that AWS_ENDPOINT_URL names, or else a local endpoint of the suite's own.
 * Suites talk to it through SDK clients only, except for the clock, which only the local one lets them move.
 */
export function engineUnderTest({ speed = 1 } = {}) {
  const remoteUrl = process.env["AWS_ENDPOINT_URL"];
  const functions = new Map<string, Handler>();
  let local: Endpoint | undefined;
  let offsetMs = 0;

  async function invoke(functionArn: string, event: unknown): Promise<InvokeResult> {
    const handler = functions.get(functionArn.split(":").at(-1) ?? "");
    if (!handler) return { ok: false, errorType: "ResourceNotFoundException", errorMessage: functionArn };
    return handler(event).then(
      (payload) => ({ ok: true, payload }),
      (error: Error) => ({ ok: false, errorType: error.name, errorMessage: error.message }),
    );
  }

  beforeAll(async () => {
    if (remoteUrl) return;
    local = await startEndpoint({ port: 0, region, speed, invoke, now: () => Date.now() + offsetMs });
  });
  afterAll(() => local?.close());

  return {
    isLocal: remoteUrl === undefined,

    /** What every SDK client is made with. */
    config() {
      return { endpoint: remoteUrl ?? local?.url ?? "", region, credentials, maxAttempts: 1 };
    },

    /** Moves the local clock on. */
    pass(ms: number) {
      offsetMs += ms;
    },

    /** Has the local engine do now what AWS does in the background in its own time. */
    sweepExpired: async () => local?.dynamodb.sweepExpired(),

    /** Makes a function of a module's source, the same here and there, and gives its ARN. */
    async deployFunction(source: string): Promise<string> {
      const name = fresh("fn");
      if (remoteUrl) return deployRemotely({ endpoint: remoteUrl, region, credentials }, name, source);
      const { handler } = await import(
        /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(`${source}\n//${name}`)}`
      );
      functions.set(name, handler);
      return `arn:aws:lambda:${region}:000000000000:function:${name}`;
    },
  };
}

/** A name no other run has used. */
export function fresh(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

/** Calls until the answer is as wanted, for what AWS does in its own time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isDone: (answer: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not in time; the last answer was ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function deployRemotely(config: object, name: string, source: string): Promise<string> {
  const lambda = new LambdaClient(config);
  const { FunctionArn = "" } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/contract-suite",
      Code: { ZipFile: zipSync({ "index.mjs": strToU8(source) }) },
    }),
  );
  const get = () => lambda.send(new GetFunctionCommand({ FunctionName: name }));
  await eventually(get, ({ Configuration }) => Configuration?.State !== "Pending");
  return FunctionArn;
}
