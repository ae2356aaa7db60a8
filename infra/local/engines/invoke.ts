/** What a function returned, or the error it threw, by the name that Retry and Catch match. */
export type InvokeResult = { ok: true; payload: unknown } | { ok: false; errorType: string; errorMessage: string };

/** Runs a function once and waits for its end. It never rejects: a function that is not there is a failed result too. */
export type Invoke = (functionArnOrName: string, event: unknown) => Promise<InvokeResult>;
