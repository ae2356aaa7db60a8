import * as z from "zod";
import { toIstTimestamp } from "../ist.ts";
import { isGstin } from "./accounts.ts";
import { durationMs } from "./duration.ts";
import { readJson } from "./json-text.ts";
import type { SandboxStore } from "./sandbox-store.ts";

/** Beyond that, days do not fit the portals' forms for long. */
const FARTHEST_AHEAD_MS = 20 * 366 * 24 * 60 * 60_000;

export interface ClockReply {
  readonly statusCode: 200 | 400 | 405;
  readonly body: object;
}

export interface ClockRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** The real time. */
  readonly now: Date;
}

const Move = z.object({ gstin: z.string().refine(isGstin), advance: z.string() });

/**
 * `/sandbox/clock`: a clock for each GSTIN, by which tokens end, documents age and windows close. GET tells the time, POST
 * `{"gstin": …, "advance": "PT25H"}` moves it on; back it never goes.
 */
export async function serveClock(store: SandboxStore, request: ClockRequest): Promise<ClockReply> {
  if (request.method === "GET") return tell(store, request);
  if (request.method === "POST") return move(store, request);
  return { statusCode: 405, body: { error: "GET tells a GSTIN's time, POST moves it" } };
}

/** The time of the GSTIN; of what is no GSTIN, the real one. */
export async function timeOf(store: SandboxStore, gstin: string, now: Date): Promise<Date> {
  return isGstin(gstin) ? new Date(now.getTime() + (await store.clockAheadMs(gstin))) : now;
}

async function tell(store: SandboxStore, { query, now }: ClockRequest): Promise<ClockReply> {
  const gstin = query.get("gstin") ?? "";
  if (!isGstin(gstin)) return refusal("gstin must be a GSTIN");
  return told(gstin, now, await store.clockAheadMs(gstin));
}

async function move(store: SandboxStore, { body, now }: ClockRequest): Promise<ClockReply> {
  const read = Move.safeParse(readJson(body));
  if (!read.success) return refusal('send {"gstin": "27…", "advance": "PT25H"}');
  const { gstin, advance } = read.data;
  const byMs = durationMs(advance);
  if (byMs === undefined)
    return refusal("advance must be an ISO 8601 duration of weeks, days, hours, minutes, seconds");
  if ((await store.clockAheadMs(gstin)) + byMs > FARTHEST_AHEAD_MS)
    return refusal("a clock goes 20 years ahead at most");
  return told(gstin, now, await store.advanceClock(gstin, byMs));
}

function told(gstin: string, now: Date, aheadMs: number): ClockReply {
  const time = toIstTimestamp(new Date(now.getTime() + aheadMs));
  return { statusCode: 200, body: { gstin, time, aheadSeconds: Math.floor(aheadMs / 1000) } };
}

function refusal(error: string): ClockReply {
  return { statusCode: 400, body: { error } };
}
