import type { ProblemBody, ProblemCode } from "../problem.ts";

/** What the page of a problem says beside its title, status and the operations that answer with it. */
export interface ProblemPage {
  /** What it means, in sentences. */
  readonly means: string;
  /** What the caller does about it, in sentences. */
  readonly fix: string;
  /** As one may be worded. */
  readonly detail: string;
  /** The members that only some problems have. */
  readonly example?: Pick<ProblemBody, "errors" | "irn" | "ewbNo">;
  /** NIC's codes that come to this. */
  readonly irpCodes?: readonly string[];
}

const irn = "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe";
const ewbNo = "181000000001";
const wrongTotal = {
  code: "A-11",
  irpCode: "2189",
  severity: "error",
  path: "ValDtls.TotInvVal",
  message: "the invoice total is 1, and its parts make 59000",
  hint: "POST /irn/validate gives the patch that mends it.",
} as const;

/** One page for each code: who adds a code without one does not compile. */
export const problemPages: Readonly<Record<ProblemCode, ProblemPage>> = {
  malformed_json: {
    means:
      "The body is no JSON that can be read without losing something: its syntax is wrong, a member stands twice in one object, a number has more digits than a double holds, the text is not UTF-8, or it is nested more than 32 levels deep.",
    fix: "Correct what `detail` names. Let a JSON library write the body.",
    detail: 'the member "No" stands twice in one object',
  },
  malformed_query: {
    means:
      "A parameter of the query is unknown, missing, or not written as it must be; or a cursor belongs to another list.",
    fix: "`detail` lists all of them. Follow `next` as it stands instead of building cursors yourself.",
    detail: "limit: a whole number from 1 to 100; state: one of queued, running, done, failed",
  },
  malformed_header: {
    means:
      "`Idempotency-Key` is not 1 to 255 visible ASCII characters, or `Prefer: wait=N` has no whole number of seconds.",
    fix: "Correct the header and send the request again. Nothing was accepted, and the key is unused.",
    detail: "write Prefer: wait=N, with N in whole seconds",
  },
  idempotency_key_reused: {
    means:
      "A request with this key was accepted within the last 24 hours, and its payload was another one. Payloads are compared by meaning: white space and the order of members do not count.",
    fix: "Give each request a key of its own. To repeat the first request, send its payload unchanged.",
    detail: "this key was used for another payload; use a new key, or repeat the first payload unchanged",
  },
  token_missing: {
    means: "The call needs an access token, and none was sent.",
    fix: "Get one from `POST /oauth/token` and send it as `Authorization: Bearer …`.",
    detail: "send an access token: `Authorization: Bearer …`, from POST /oauth/token",
  },
  token_invalid: {
    means: "What was sent as access token is none of this API's: it is damaged, or of another stage.",
    fix: "Get a new one from `POST /oauth/token` at the same address as the call.",
    detail: "this is not a token of this API",
  },
  token_expired: {
    means: "Access tokens are good for 15 minutes, and these are over.",
    fix: "Get a new one from `POST /oauth/token` and repeat the call with the same idempotency key.",
    detail: "ask POST /oauth/token for a new one",
  },
  insufficient_scope: {
    means: "The token is good, but was not issued for calls of this kind.",
    fix: "Ask for a token with the scope that `detail` names, if your client may have it.",
    detail: "this call needs the scope irn:write",
  },
  gstin_mismatch: {
    means: "A token speaks for one GSTIN, and the supplier of the document is another one.",
    fix: "Use the client of the GSTIN in `SellerDtls.Gstin`.",
    detail: "SellerDtls.Gstin must be the GSTIN that the access token was issued for",
  },
  not_found: {
    means:
      "There is no such path, document, request, endpoint, delivery or taxpayer; or it belongs to another GSTIN, which is told in the same words.",
    fix: "Check the identifier and the client that you call with. Outcomes of requests can be read for 24 hours, events and deliveries for 30 days.",
    detail: "there is no such document",
    irpCodes: ["3001", "3005", "3011", "3028", "3030"],
  },
  method_not_allowed: {
    means: "The path exists, but not with this method.",
    fix: "Use one of the methods in the `Allow` header.",
    detail: "PUT is not one of: POST, GET",
  },
  number_used: {
    means:
      "The number of the document (per supplier, financial year and type) is taken: by a document with other content, or by one that was cancelled or rejected, whose number can never be used again.",
    fix: "`irn` names the document that has it. If this is another document, give it a number of its own; compare the two first.",
    detail: "another document is registered under this number; a number can be used once per financial year and type",
    example: { irn },
    irpCodes: ["2150", "2278"],
  },
  registered_elsewhere: {
    means:
      "The registry says that a document of this number is registered at an Invoice Registration Portal that is none of ours.",
    fix: "Look for it there or on the GST portal. If it is not this document, give this one a new number.",
    detail:
      "the registry names another portal as its holder; look for the document there or on the GST portal, or give it a new number",
    example: { irn },
    irpCodes: ["2295"],
  },
  registered_unverified: {
    means:
      "The document is registered, but the portal does not show its signed copy any more, so nobody can tell whether its content is the same.",
    fix: "Look for it on the GST portal. Do not send it under another number before you know.",
    detail:
      "the portal no longer shows the document; look for it on the GST portal, and do not send it under another number before you know",
    example: { irn },
    irpCodes: ["2283"],
  },
  registration_in_progress: {
    means: "The document is being registered, and nobody knows the outcome yet: nothing can be done with it before.",
    fix: "Repeat the call when the registration has an outcome: after `Retry-After`, or when you got its event.",
    detail: "repeat it when the registration has an outcome",
    example: { irn },
  },
  not_active: {
    means:
      "The document or the e-way bill is cancelled or rejected. That is for ever: nothing can be changed or printed any more.",
    fix: "Register the supply under a new number, if it took place.",
    detail: "it is cancelled or rejected, and nothing can be changed any more",
    example: { irn },
    irpCodes: ["2230", "4055"],
  },
  cancel_window_closed: {
    means: "A document, and an e-way bill, can be cancelled for 24 hours.",
    fix: "Correct an invoice with a credit note (`POST /cdnr`). An e-way bill is rejected by the recipient, or expires.",
    detail:
      "24 hours have passed; an invoice is corrected with a credit note (POST /cdnr), an e-way bill is rejected by the recipient or left to expire",
    example: { irn },
    irpCodes: ["2270"],
  },
  eway_bill_active: {
    means: "The document has an active e-way bill: with one it cannot be cancelled, and it has one at a time.",
    fix: "Cancel the e-way bill that `ewbNo` names first: `POST /ewb/{ewbNo}/cancel`.",
    detail: "cancel the e-way bill first; a document has one at a time",
    example: { irn, ewbNo },
    irpCodes: ["4002"],
  },
  not_done: {
    means: "No portal took the change for 24 hours. It is certain that nothing was changed.",
    fix: "Ask for it again with a new idempotency key, if it is still wanted.",
    detail: "nothing was changed; ask for it again with a new idempotency key",
    example: { irn },
  },
  not_registered: {
    means: "No portal took the document for 24 hours. It is certain that it is not registered.",
    fix: "Send it again with a new idempotency key.",
    detail: "nothing of it reached the registry; send it again with a new idempotency key",
    example: { irn },
  },
  outcome_unknown: {
    means: "The request reached a portal, its answer was lost, and for three days no portal could say what came of it.",
    fix: "Look for the document on the GST portal before you do anything else with it.",
    detail: "no portal answered for it; look for the document on the GST portal before you ask for it again",
    example: { irn },
  },
  irp_login_refused: {
    means: "The portal refused the name or password of the API user that is kept for this GSTIN.",
    fix: "Have the operator correct the API user, then ask for it again with a new idempotency key.",
    detail: "correct the API user's name and password, then ask for it again with a new idempotency key",
    irpCodes: ["1010", "1017", "3031"],
  },
  payload_lost: {
    means:
      "The request was accepted, and what was stored of it could not be read back. This is our fault, and has raised an alarm.",
    fix: "Look for the document (`GET /irn/{irn}`), then ask for it again with a new idempotency key.",
    detail: "look for the document, then ask for it again with a new idempotency key",
    example: { irn },
  },
  body_too_large: {
    means: "The body has more than 2 MB: the portals' own limit.",
    fix: "Combine lines of the same HSN code and rate, or bill in several documents.",
    detail: "send at most 2 MB",
  },
  unsupported_media_type: {
    means: "The body is not sent as the content type that this call takes.",
    fix: "Send the `Content-Type` that the `Accept` header of the answer names.",
    detail: "send the body as application/json",
  },
  invalid_document: {
    means:
      "The document breaks the INV-01 schema or a rule of the portals. `errors` lists everything that is wrong at once, with NIC's code for each. Nothing was sent, and the idempotency key is unused.",
    fix: "Correct every error and send the document again with the same key. `POST /irn/validate` tries without sending; `Prefer: handling=lenient` leaves to the portal what only the rules hold against a document.",
    detail: "correct every error and send the document again",
    example: { errors: [wrongTotal] },
    irpCodes: ["2163", "2182", "2189", "2233", "2258", "2265", "5002"],
  },
  too_many_endpoints: {
    means: "A GSTIN has a limited number of webhook endpoints, and it has all of them.",
    fix: "Delete one that is not used: `DELETE /webhooks/{id}`.",
    detail: "a GSTIN has up to 20 endpoints; delete one that is not used",
  },
  endpoint_disabled: {
    means:
      "Nothing is sent to an endpoint that is disabled: by its owner, because it answered 410, or because it failed for five days.",
    fix: "Enable it first: `POST /webhooks/{id}/enable`.",
    detail: "enable the endpoint first",
  },
  too_many_replays: {
    means: "The same event is sent to the same endpoint again up to a hundred times.",
    fix: "Read the event at `GET /events` instead.",
    detail: "an event is sent again up to 100 times to the same endpoint",
  },
  invalid_body: {
    means:
      "The body breaks the schema of this call, or a rule for e-way bills. `errors` lists everything that is wrong at once.",
    fix: "Correct every error and send it again with the same idempotency key.",
    detail: "correct every error and send it again",
    example: {
      errors: [
        {
          code: "SCHEMA",
          irpCode: "5002",
          severity: "error",
          path: "reason",
          message: "expected one of duplicate, data_entry_mistake, order_cancelled, other, got text of 5 characters",
          hint: "Use the value exactly as listed, as text in quotes.",
        },
      ],
    },
  },
  wrong_document_type: {
    means: "`POST /cdnr` takes credit and debit notes alone.",
    fix: "Send invoices to `POST /irn`, which takes all types.",
    detail: "POST /cdnr takes DocDtls.Typ CRN and DBN; send an invoice to POST /irn",
  },
  refused_by_irp: {
    means:
      "The document or change reached the portal, and the portal refused it. `errors` has its own codes and words. Nothing was registered or changed.",
    fix: "Correct what the portal names. The idempotency key belongs to this refusal: send the corrected request with a new one.",
    detail: "correct what the portal names and send it again, with a new idempotency key",
    example: {
      errors: [
        { code: "IRP", irpCode: "2233", severity: "error", path: "", message: "Invoice item total is not valid" },
      ],
    },
    irpCodes: ["2142", "2189", "2233", "3028", "4009"],
  },
  rate_limited: {
    means:
      "The upstream allows so many calls for a GSTIN, whoever makes them, and they are used up for now. Nothing was sent or queued, and the idempotency key is unused.",
    fix: "Come again after `Retry-After` with the same key, or send `Prefer: respond-async` and have it queued. `GET /rate-limit` shows the limit and what is left.",
    detail: "repeat it after the time in Retry-After, or have it queued: Prefer: respond-async",
    irpCodes: ["3108", "3109", "4062"],
  },
  backlog_full: {
    means: "As many requests of this GSTIN wait already as may. Nothing was queued, and the idempotency key is unused.",
    fix: "Come again after `Retry-After`, when some of them are done.",
    detail: "20000 requests of this GSTIN wait already; repeat it when some of them are done",
  },
  internal_error: {
    means: "Something failed that we did not foresee. It was recorded under `requestId`.",
    fix: "Repeat the call with the same idempotency key: whatever was accepted is done once.",
    detail: "the failure was recorded; repeat the request with the same idempotency key",
  },
  claim_busy: {
    means: "Another request with the same idempotency key is being accepted at this very moment.",
    fix: "Repeat it with the same key after `Retry-After`: you then get the answer of the one that was accepted.",
    detail: "repeat with the same key",
  },
  acceptance_unknown: {
    means: "Our store did not say whether it took the request. It may have been accepted.",
    fix: "Repeat it with the same key and payload: if it was accepted you get its outcome, and it is done once.",
    detail: "repeat with the same key and payload",
  },
  store_unavailable: {
    means: "Our own store did not answer. Nothing was accepted.",
    fix: "Repeat the call after `Retry-After`, with the same idempotency key.",
    detail: "nothing was accepted; repeat the request",
  },
  portal_unavailable: {
    means: "The call had to ask the portal, and the portal did not answer in time. Nothing was changed.",
    fix: "Repeat the call after `Retry-After`.",
    detail: "repeat the call after the time in Retry-After",
  },
};
