import {
  CLAIM_MS,
  KEY_LIFE_MS,
  keyOf,
  type Outcome,
  type Payload,
  type Request,
  SKEW_MS,
} from "../../shared/request/request.ts";
import type { ListPosition, RequestStore } from "../../shared/request/request-store.ts";

/** REQ by key, and PAY by rid as the text that it is stored as. */
export interface RequestRows {
  readonly requests: Map<string, Request>;
  readonly payloads: Map<string, string>;
}

export function requestRows(): RequestRows {
  return { requests: new Map(), payloads: new Map() };
}

export function memoryRequestStore(rows: RequestRows = requestRows()): RequestStore {
  const { requests, payloads } = rows;

  return {
    async claim(request, now) {
      const standing = requests.get(keyOf(request.rid));
      if (standing && !isFree(standing, now)) return structuredClone(standing);
      const leaseUntil = now.getTime() + CLAIM_MS;
      const expiresAt = seconds(leaseUntil) + 60;
      requests.set(keyOf(request.rid), { ...request, v: 1, state: "CLAIMED", attempt: 1, leaseUntil, expiresAt });
      return "claimed";
    },

    async release(rid, owner) {
      if (claimedBy(rows, rid, owner)) requests.delete(keyOf(rid));
    },

    async savePayload(rid, payload) {
      if (!payloads.has(rid)) payloads.set(rid, JSON.stringify(payload));
    },

    async accept(rid, owner, sweepAt, { slotAt, place, isSent = true } = {}) {
      const claimed = claimedBy(rows, rid, owner);
      if (!claimed) return "lost";
      const { owner: _, leaseUntil: __, expiresAt: ___, ...kept } = claimed;
      const begins = {
        ...(slotAt ? { slotAt: slotAt.getTime() } : {}),
        ...(place === undefined ? {} : { place }),
        ...(isSent ? {} : { attempt: 0 }),
      };
      requests.set(keyOf(rid), { ...kept, state: "QUEUED", sweepAt: sweepAt.getTime(), ...begins });
      return "accepted";
    },

    async find(rid) {
      const request = requests.get(keyOf(rid));
      return request?.rid === rid ? structuredClone(request) : undefined;
    },

    async open(rid) {
      const request = queuedAs(rows, rid);
      const text = payloads.get(rid);
      const payload = text === undefined ? undefined : (JSON.parse(text) as Payload);
      return request && { request: structuredClone(request), payload };
    },

    async current(key, now) {
      const request = requests.get(key);
      return request && !(request.state === "FINAL" && isFree(request, now)) ? structuredClone(request) : undefined;
    },

    async finish(rid, outcome, at) {
      return finishRow(rows, rid, outcome, at) ? "finished" : "already";
    },

    async park(rid, sweepAt) {
      const queued = queuedAs(rows, rid);
      if (queued) requests.set(keyOf(rid), { ...queued, sweepAt: sweepAt.getTime() });
    },

    async due(now, limit) {
      const waiting = [...requests.values()].filter(({ sweepAt = Infinity }) => sweepAt <= now.getTime());
      return waiting
        .sort((one, other) => (one.sweepAt ?? 0) - (other.sweepAt ?? 0))
        .slice(0, limit)
        .map(({ rid, gstin, irn, attempt, createdAt, place }) => ({
          ...{ rid, gstin, irn, attempt, createdAt },
          ...(place === undefined ? {} : { place }),
        }));
    },

    async retry(rid, attempt, sweepAt) {
      const queued = queuedAs(rows, rid);
      if (queued?.attempt !== attempt) return "lost";
      requests.set(keyOf(rid), { ...queued, attempt: attempt + 1, sweepAt: sweepAt.getTime() });
      return "retried";
    },

    async list(gstin, { limit, before }) {
      const listed = [...requests.values()].filter((each) => each.gstin === gstin && each.state !== "CLAIMED");
      const rest = listed.sort(newestFirst).filter((each) => !before || newestFirst(before, each) < 0);
      const page = rest.slice(0, limit);
      const last = page.at(-1);
      const next = last && rest.length > limit ? { next: { key: last.key, createdAt: last.createdAt } } : {};
      return { requests: structuredClone(page), ...next };
    },
  };
}

/** Absent keys apart, a key is free when its outcome has expired or its claimant's lease is over. */
function isFree({ state, expiresAt = Infinity, leaseUntil = Infinity }: Request, now: Date): boolean {
  const certain = now.getTime() - SKEW_MS;
  if (state === "FINAL") return expiresAt < seconds(certain);
  return state === "CLAIMED" && leaseUntil < certain;
}

/** Requests of the same time by their keys. */
function newestFirst(one: ListPosition, other: ListPosition): number {
  const [a, b] = [one, other].map(({ createdAt, key }) => `${createdAt} ${key}`);
  return a === b ? 0 : (a ?? "") > (b ?? "") ? -1 : 1;
}

function claimedBy({ requests }: RequestRows, rid: string, owner: string): Request | undefined {
  const request = requests.get(keyOf(rid));
  return request?.state === "CLAIMED" && request.owner === owner ? request : undefined;
}

export function queuedAs({ requests }: RequestRows, rid: string): Request | undefined {
  const request = requests.get(keyOf(rid));
  return request?.state === "QUEUED" && request.rid === rid ? request : undefined;
}

/** QUEUED → FINAL, also as a part of the refusing transaction. */
export function finishRow(rows: RequestRows, rid: string, outcome: Outcome, at: Date): boolean {
  const queued = queuedAs(rows, rid);
  if (!queued) return false;
  const { sweepAt: _, ...kept } = queued;
  const times = { finishedAt: at.toISOString(), expiresAt: seconds(at.getTime() + KEY_LIFE_MS) };
  const final = { ...kept, ...times, state: "FINAL", outcome: structuredClone(outcome) };
  rows.requests.set(keyOf(rid), final as Request);
  return true;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
