const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60 * SECOND_MS;

/**
 * Errors in a day in India, from which a subject is paused until that day ends. NIC warns, and after two to three days
 * blocks every API, beyond `nicBlocksAt` (irp-protocol 7: IRIS IRP, after NIC's advisory). A GSTIN that burns 1 % is
 * stuck in a loop of its own; a client id is everybody's, and is stopped only at half.
 */
export const errorBudgets = {
  gstin: { nicBlocksAt: 20_000, pauseAt: 200 },
  client: { nicBlocksAt: 100_000, pauseAt: 50_000 },
} as const;

/** A code that stops more than its own call: NIC suspended whom it names (irp-protocol 10.1). One call an hour asks again. */
export const suspensions = new Map<string, { readonly subject: "client" | "gstin"; readonly ms: number }>([
  ["3095", { subject: "client", ms: HOUR_MS }],
  ["3096", { subject: "gstin", ms: HOUR_MS }],
]);

/** A gateway's 429 without Retry-After. */
export const TOO_MANY_PAUSE_MS = 60 * SECOND_MS;

/** A portal that failed so many times in a row is left alone, and twice as long after each failure that follows. */
export const breaker = { failures: 5, openMs: 30 * SECOND_MS, longestMs: 300 * SECOND_MS } as const;
