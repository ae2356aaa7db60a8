interface Header {
  readonly description: string;
  readonly required: boolean;
  readonly schema: Readonly<Record<string, string | number>>;
  readonly example: string | number;
}

/** The headers of answers, each described once. Where only some answers have one, the answer says so. */
export const headers = {
  "X-Request-Id": header("Names the call in our log: tell it when you ask for help.", "Yp1uYgAAhcwEJ2w="),
  Location: header(
    "Where to look, as a path of this API.",
    "/requests/3q2-7wEBAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs.Vb1k",
  ),
  "Retry-After": {
    ...{ description: "Seconds after which it makes sense to come again.", required: true, example: 2 },
    schema: { type: "integer", minimum: 1 },
  },
  "Preference-Applied": {
    ...{ description: "What was honoured of `Prefer`, if anything.", required: false, example: "wait=5" },
    schema: { type: "string" },
  },
  "Idempotency-Replayed": {
    ...{ description: "This is the answer of an earlier request with this key.", required: false, example: "true" },
    schema: { type: "string", const: "true" },
  },
  RateLimit: header("What is left (`r` calls now, `t` seconds until the burst is whole).", '"gstin";r=18;t=2'),
  "RateLimit-Policy": header("The limit of the GSTIN (`q` calls in `w` seconds on average).", '"gstin";q=60;w=60'),
  "WWW-Authenticate": header("What is wrong with the token (RFC 6750) or the client.", 'Bearer error="invalid_token"'),
  Accept: header("The content type that this call takes.", "application/json"),
  "Content-Disposition": header("The name to save it under.", 'inline; filename="INV-A-1.pdf"'),
  ETag: header("Changes when the content does.", '"0f3a"'),
  "Cache-Control": header("How long it may be kept.", "public, max-age=300"),
} as const satisfies Record<string, Header>;

export type HeaderName = keyof typeof headers;

function header(description: string, example: string): Header {
  return { description, required: true, schema: { type: "string" }, example };
}
