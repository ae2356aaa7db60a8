import type { Attempt } from "../webhook/delivery.ts";

type Failure = NonNullable<Attempt["failure"]>;

/** A URL, or a name that leads to addresses, that nothing is sent to. */
export class BlockedAddress extends Error {
  override readonly name = "BlockedAddress";
  readonly code = "EBLOCKED";
}

/** The connection ended before there was an answer. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly code = "ECONNRESET";
}

/** Codes of the resolver, the socket, OpenSSL and the HTTP parser. */
const kinds: readonly (readonly [RegExp, Failure])[] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, "dns"],
  [/^EBLOCKED$/, "blocked_address"],
  [/^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/, "connect"],
  [/^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_|EPROTO|HOSTNAME_MISMATCH)/, "tls"],
  [/^(ETIMEDOUT|ABORT_ERR)$/, "timeout"],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, "reset"],
  [/^HPE_HEADER_OVERFLOW$/, "too_large"],
];

/** What kind of failure it was, from Node's own codes: never its words, which may quote what was sent. */
export function failureOf(error: unknown): Failure {
  // Several addresses were tried: the last one says most.
  if (error instanceof AggregateError) return failureOf(error.errors.at(-1));
  const code = codeOf(error);
  return kinds.find(([pattern]) => pattern.test(code))?.[1] ?? "other";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
