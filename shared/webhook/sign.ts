import { Webhook } from "standardwebhooks";

/** What is sent of an event: its own bytes, the same in every attempt. */
export interface SignedMessage {
  readonly id: string;
  readonly body: string;
}

/**
 * The headers of Standard Webhooks 1.0.0. The time is that of this attempt; each secret that is valid now signs, so that a
 * receiver which has the old or the new one can verify it.
 */
export function signedHeaders(
  { id, body }: SignedMessage,
  secrets: readonly string[],
  at: Date,
): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
}
