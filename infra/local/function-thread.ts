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
    const payload = await handler(JSON.parse(event), context(id, deadline));
    return { id, ok: true, payload: JSON.stringify(payload ?? null) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, ok: false, errorType: name, errorMessage: message };
  }
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
