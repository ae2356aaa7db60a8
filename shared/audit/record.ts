import * as z from "zod";
import { flows } from "../budget/flow.ts";
import { operations } from "../request/request.ts";

/** Who called, and what: of an authenticated call. `route` is the table's, `path` has its parameters filled in. */
const Asked = z.object({
  clientId: z.string(),
  method: z.string(),
  route: z.string(),
  path: z.string(),
  requestId: z.string(),
  /** As the load balancer names it. */
  traceId: z.string().optional(),
});
export type Asked = z.infer<typeof Asked>;

/** Which request and document it is about, where it is about one. */
const About = z.object({ rid: z.string().optional(), irn: z.string().optional() });
export type About = z.infer<typeof About>;

/** The codes of the portal's answer: of a refusal some, else none. */
const irpCodes = z.array(z.string());

/** An authenticated call that was answered without anything being accepted by it: a refusal, a read, a replay. */
const CallEntry = z.object({
  kind: z.literal("call"),
  ...Asked.shape,
  ...About.shape,
  /** SHA-256 of the body as it came, in hex; none where there was none. */
  bodySha256: z.string().optional(),
  status: z.int(),
  /** The problem's, where it was one. */
  code: z.string().optional(),
  irpCodes: irpCodes.optional(),
});

/** A call right before it is accepted. Whether it was, its outcome tells; without one it was not, or is still open. */
const IntentEntry = z.object({
  kind: z.literal("intent"),
  ...Asked.shape,
  rid: z.string(),
  irn: z.string(),
  op: z.enum(operations),
  flow: z.enum(flows),
  /** What the caller said, and which document it is: SHA-256 of canonical JSON, in hex. */
  fp: z.string(),
  docFp: z.string(),
});

/** One call on the wire to a portal, a login included. */
const UpstreamEntry = z.object({
  kind: z.literal("upstream"),
  ...About.shape,
  portal: z.string(),
  /** Method and path without the query. */
  call: z.string(),
  /** What is certain after it. */
  answer: z.enum(["ok", "refused", "not-sent", "unknown"]),
  irpCodes,
  /** Of a call without the portal's own answer. */
  reason: z.string().optional(),
  tookMs: z.int(),
});

/** What an accepted request came to. Written right after it stands; after a crash perhaps twice. */
const OutcomeEntry = z.object({
  kind: z.literal("outcome"),
  rid: z.string(),
  irn: z.string(),
  op: z.enum(operations),
  status: z.int(),
  code: z.string().optional(),
  irpCodes: irpCodes.optional(),
});

/** `at`: when it was written, RFC 3339 with milliseconds and +05:30, so that its text sorts as time does. */
const written = { v: z.literal(1), id: z.string(), gstin: z.string(), at: z.string() };

/** One line of the audit trail. Identifiers, codes, times: never a secret, a token, a signed copy or what a document says. */
export const AuditRecord = z.discriminatedUnion("kind", [
  z.strictObject({ ...written, ...CallEntry.shape }),
  z.strictObject({ ...written, ...IntentEntry.shape }),
  z.strictObject({ ...written, ...UpstreamEntry.shape }),
  z.strictObject({ ...written, ...OutcomeEntry.shape }),
]);
export type AuditRecord = z.infer<typeof AuditRecord>;

const MOST_CODES = 20;
const LONGEST_CODE = 32;

/** Codes as they go on record: a gateway may call anything a code, of any length. */
export function recordedCodes(codes: readonly string[]): string[] {
  return [...new Set(codes.map((code) => code.slice(0, LONGEST_CODE).toWellFormed()))].slice(0, MOST_CODES);
}

type Unwritten<Record> = Record extends AuditRecord ? Omit<Record, "v" | "id" | "at"> : never;
/** What happened, before it is written down. */
export type AuditEntry = Unwritten<AuditRecord>;
