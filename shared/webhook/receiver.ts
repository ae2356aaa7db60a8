import type { Attempt } from "./delivery.ts";

/** What an endpoint made of an attempt. No answer has no status. */
export interface Received {
  readonly status?: number;
  readonly failure?: Attempt["failure"];
  /** Of `Retry-After`, as it came. */
  readonly retryAfter?: string;
  /** The head of the body, as text. */
  readonly answer?: string;
  readonly latencyMs: number;
}

/** Somebody else's server: reached at a public address alone, followed nowhere, listened to for so long and no more. */
export interface Receiver {
  /** Never throws for what the endpoint, or the way to it, does. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Received>;
}
