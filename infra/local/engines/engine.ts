import { AwsError } from "./aws-error.ts";

/** One AWS service behind the endpoint. Calls are the wire's JSON; refusals are thrown as `AwsError`. */
export interface Engine {
  /** The signal aborts when the caller hangs up, so that a long poll does not receive for nobody. */
  call(operation: string, input: object, signal?: AbortSignal): Promise<object>;
  /** Stops the engine; whatever it keeps is on disk when this resolves. */
  close(): Promise<void>;
}

/** What an engine needs of its surroundings. Without a `dataDir` nothing outlives the process. */
export type EngineOptions = {
  region: string;
  now: () => number;
  newId: () => string;
  dataDir?: string | undefined;
};

export const accountId = "000000000000";

/** Operations by name. Each states the input it reads, as the SDK's own types have it. */
export type Operations = Record<
  string,
  (input: never, signal?: AbortSignal) => object | undefined | Promise<object | undefined>
>;

/** Dispatches a call by name and names the operation that is not there, instead of answering something plausible. */
export function dispatcher(service: string, operations: Operations): Engine["call"] {
  return async (operation, input, signal) => {
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!run) throw new AwsError("UnknownOperationException", `${service}.${operation} is not emulated locally`);
    return (await run(input as never, signal)) ?? {};
  };
}
