import type { Finding } from "../invoice/finding.ts";

/**
 * Every problem this API can answer with (RFC 9457). The list is closed: a code that is not here cannot be thrown,
 * and each has its page under /docs/problems/.
 */
export const problems = {
  malformed_json: { status: 400, title: "The body is not valid JSON" },
  malformed_query: { status: 400, title: "A query parameter is malformed" },
  malformed_header: { status: 400, title: "A request header is malformed" },
  idempotency_key_reused: { status: 400, title: "This idempotency key was used for another request" },
  token_missing: { status: 401, title: "No access token was sent" },
  token_invalid: { status: 401, title: "The access token is not valid" },
  token_expired: { status: 401, title: "The access token has expired" },
  insufficient_scope: { status: 403, title: "The access token lacks a scope" },
  gstin_mismatch: { status: 403, title: "The document belongs to another GSTIN than the access token" },
  not_found: { status: 404, title: "Nothing is here" },
  method_not_allowed: { status: 405, title: "This method is not allowed here" },
  number_used: { status: 409, title: "This document number is taken" },
  registered_elsewhere: {
    status: 409,
    title: "This document number is registered at another Invoice Registration Portal",
  },
  registered_unverified: {
    status: 409,
    title: "The document is registered, but its signed copy cannot be had any more",
  },
  registration_in_progress: {
    status: 409,
    title: "The document is being registered, and the outcome is not known yet",
  },
  not_active: { status: 409, title: "The document, or its e-way bill, is cancelled or rejected" },
  cancel_window_closed: { status: 409, title: "The time in which it can be cancelled is over" },
  eway_bill_active: { status: 409, title: "The document has an active e-way bill" },
  not_done: { status: 409, title: "The change could not be made in time, and is not made" },
  not_registered: { status: 409, title: "The document could not be registered in time, and is not registered" },
  outcome_unknown: { status: 409, title: "Nobody can say any more whether it happened" },
  irp_login_refused: { status: 409, title: "The Invoice Registration Portal refused the API user of this GSTIN" },
  payload_lost: { status: 409, title: "The stored request could not be read back" },
  body_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The content type is not supported" },
  invalid_document: { status: 422, title: "The document breaks the schema or a rule" },
  too_many_endpoints: { status: 409, title: "The GSTIN has as many webhook endpoints as it may" },
  endpoint_disabled: { status: 409, title: "The webhook endpoint is disabled" },
  too_many_replays: { status: 409, title: "The event was sent to this endpoint again as often as may be" },
  invalid_body: { status: 422, title: "The request breaks the schema or a rule" },
  wrong_document_type: { status: 422, title: "Documents of this type go another way" },
  refused_by_irp: { status: 422, title: "The Invoice Registration Portal refused it" },
  rate_limited: { status: 429, title: "The upstream's limit for this GSTIN is used up for now" },
  backlog_full: { status: 429, title: "As many requests of this GSTIN wait already as may" },
  internal_error: { status: 500, title: "Something went wrong on our side" },
  claim_busy: { status: 503, title: "Another request with this idempotency key is being accepted" },
  acceptance_unknown: { status: 503, title: "Our store did not say whether the request was accepted" },
  store_unavailable: { status: 503, title: "Our store is unavailable and nothing was accepted" },
  portal_unavailable: { status: 503, title: "The portal did not answer; nothing was changed" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** An RFC 9457 body without what belongs to one call alone (`requestId`), so that it can be stored and replayed. */
export interface ProblemBody {
  readonly type: string;
  readonly code: ProblemCode;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly Finding[];
  /** The registered document that stands in the way, where there is one and the caller may know it. */
  readonly irn?: string;
  /** The e-way bill that stands in the way. */
  readonly ewbNo?: string;
}

type ProblemExtras = Pick<ProblemBody, "errors" | "irn" | "ewbNo">;

/** The body of a problem; `detail` says what happened and how to fix it. */
export function problemBody(code: ProblemCode, detail: string, extras: ProblemExtras = {}): ProblemBody {
  const { status, title } = problems[code];
  return { type: `/docs/problems/${code}`, code, title, status, detail, ...extras };
}

/** A refusal on its way to the caller. Anything else that is thrown is answered with a bare `internal_error`. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly body: ProblemBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras & { headers?: Record<string, string> } = {}) {
    super(`${code}: ${detail}`);
    const { headers = {}, ...rest } = extras;
    this.body = problemBody(code, detail, rest);
    this.headers = headers;
  }
}
