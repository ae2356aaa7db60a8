import * as z from "zod";
import { problems } from "../api/problem.ts";
import { flows } from "../budget/flow.ts";

/** Clocks of two Lambdas may differ by this much: every comparison of times allows for it. */
export const SKEW_MS = 2_000;
/** How long a claim promises its holder the key. It promises the caller nothing. */
export const CLAIM_MS = 10_000;
/** A key lives this long, counted from the outcome. */
export const KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/** What a request is for. */
export const operations = ["register", "cancel", "make_ewb", "cancel_ewb"] as const;

/** What the caller is told: the frozen answer of a registered document, what a change of it came to, or a problem. */
export const Outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("registered"), status: z.union([z.literal(200), z.literal(201)]), irn: z.string() }),
  z.object({
    kind: z.literal("changed"),
    status: z.union([z.literal(200), z.literal(201)]),
    body: z.record(z.string(), z.unknown()),
  }),
  z.object({
    kind: z.literal("problem"),
    problem: z.looseObject({
      code: z.enum(Object.keys(problems) as [keyof typeof problems]),
      status: z.number(),
      title: z.string(),
      detail: z.string(),
    }),
  }),
]);
export type Outcome = z.infer<typeof Outcome>;

/**
 * REQ: idempotency record, job and backlog in one. CLAIMED is the handler's and promises nothing; QUEUED is accepted,
 * nobody's, and must end; FINAL is written once.
 */
export const Request = z.object({
  v: z.literal(1),
  key: z.string(),
  /** The key and a nonce, fresh per claim: an earlier life of the same key is another request. */
  rid: z.string(),
  state: z.enum(["CLAIMED", "QUEUED", "FINAL"]),
  owner: z.string().optional(),
  leaseUntil: z.number().optional(),
  gstin: z.string(),
  /** What the caller said. */
  fp: z.string(),
  /** Which document it is. */
  docFp: z.string(),
  irn: z.string(),
  op: z.enum(operations),
  flow: z.enum(flows),
  /** How often it was sent, or should have been; 0 while it waits in the table for its turn to be sent. */
  attempt: z.number().int(),
  sweepAt: z.number().optional(),
  /** When the slot of the budget was taken that a direct request came in with, epoch ms. */
  slotAt: z.number().optional(),
  /** Its place in the queue of its GSTIN. */
  place: z.number().int().optional(),
  createdAt: z.string(),
  outcome: Outcome.optional(),
  /** When it became FINAL, RFC 3339 with milliseconds. */
  finishedAt: z.string().optional(),
  /** Epoch seconds; only on CLAIMED and FINAL. The TTL sweep tidies up, the comparison decides. */
  expiresAt: z.number().optional(),
});
export type Request = z.infer<typeof Request>;

/** For a day an accepted request waits for a portal; then its caller has to know. */
export function isOverdue({ createdAt }: Pick<Request, "createdAt">, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) > KEY_LIFE_MS;
}

/** PAY: what the caller sent, as it was accepted. Its canonical hash is the request's `fp`. */
export const Payload = z.object({
  method: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.string()),
  body: z.unknown(),
});
export type Payload = z.infer<typeof Payload>;

/** The request's key inside its id. */
export function keyOf(rid: string): string {
  return rid.split(".")[0] ?? rid;
}

/** Whether a text can be a request's id. Anything else is no key to ask a store for: it may be longer than a key can be. */
export function isRid(text: string): boolean {
  return /^[\w-]{43}\.[\w-]{1,40}$/.test(text);
}
