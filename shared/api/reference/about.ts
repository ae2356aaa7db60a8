/** The first page of the reference. Markdown. */
export const about = `
Turns an invoice into a legally valid Indian e-invoice (Rule 48(4), CGST Rules): it registers the document with the government's
Invoice Registration Portal (IRP) and answers with the IRN and the signed QR code to print.

**An invoice is registered exactly once, whatever fails, and every outcome reaches the caller.**

## First calls

1. Trade your client's id and secret for a token of 15 minutes: \`POST /oauth/token\`.
2. Send an invoice in the government's own schema (INV-01 v1.1): \`POST /irn\`. 201 has the IRN.
3. Print the signed QR code: \`GET /irn/{irn}/qr.png\`.

## Waiting

A registration is answered as soon as the portal has answered. \`Prefer: wait=N\` says how long you wait for that (10 seconds unless
told, 25 at the most), \`Prefer: respond-async\` that you do not. When the wait is over first the answer is **202**, with the
\`Location\` of the request, which always comes to an outcome.

## Sending again

Send whatever you are not sure of again. With an \`Idempotency-Key\` the same payload gets the first answer byte for byte for 24
hours, with \`Idempotency-Replayed: true\`. Without one the document is its own key. What is refused before it was accepted (400, 401,
403, 422 by our own rules, 429, 503) leaves the key free.

## Limits

What the upstream allows is shared by all who call for a GSTIN. A call takes a slot of it or is answered **429** with
\`Retry-After\`: nothing is queued, and the key is unused. \`Prefer: respond-async\` is queued instead, for up to 24 hours.

## Problems

Errors are \`application/problem+json\` (RFC 9457) with a \`code\` of [one closed list](/docs/problems). On top of what each call
names, a path that does not exist is 404 \`not_found\`, and a method that it does not have 405 \`method_not_allowed\`.

## What may change

Members may be added to answers and events: let pass what you do not know. None is removed or given another meaning.
`.trim();
