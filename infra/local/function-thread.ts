import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

/** What the pool tells a thread about the function it runs. */
export interface ThreadData {
  readonly folder: string;
  /** `index.handler` */
  readonly handler: string;
  readonly name: string;
  readonly arn: string;
  readonly memoryMb: number;
}

/** One call, and what comes back. Events and results travel as JSON text, as on Lambda: nothing is shared. */
export interface ThreadCall {
  readonly id: number;
  readonly event: string;
  readonly deadline: number;
}
export type ThreadResult =
  | { readonly id: number; readonly ok: true; readonly payload: string }
  | { readonly id: number; readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** Lambda's own limit for the answer to one who waits, and its own words. */
const MAX_ANSWER_BYTES = 6_291_556;

const data = workerData as ThreadData;
const [file = "index", member = "handler"] = data.handler.split(".");
const loaded: Record<string, unknown> = await import(pathToFileURL(join(data.folder, `${file}.mjs`)).href);
const handler = loaded[member];

parentPort?.on("message", (call: ThreadCall) => {
  run(call).then((result) => parentPort?.postMessage(result));
});
parentPort?.postMessage("ready");

async function run({ id, event, deadline }: ThreadCall): Promise<ThreadResult> {
  try {
    if (typeof handler !== "function") throw new TypeError(`${data.handler} is not a function`);
    const payload = JSON.stringify((await handler(JSON.parse(event), context(id, deadline))) ?? null);
    return Buffer.byteLength(payload) <= MAX_ANSWER_BYTES ? { id, ok: true, payload } : tooLarge(id);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, ok: false, errorType: name, errorMessage: message };
  }
}

function tooLarge(id: number): ThreadResult {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER_BYTES} bytes).`;
  return { id, ok: false, errorType: "Function.ResponseSizeTooLarge", errorMessage };
}

function context(id: number, deadline: number) {
  return {
    functionName: data.name,
    functionVersion: "$LATEST",
    invokedFunctionArn: data.arn,
    memoryLimitInMB: String(data.memoryMb),
    awsRequestId: `${data.name}-${id}-${Math.trunc(deadline)}`,
    logGroupName: `/aws/lambda/${data.name}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}
