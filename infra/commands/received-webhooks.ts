import { Webhook, WebhookVerificationError } from "standardwebhooks";
import * as z from "zod";
import { toIstTimestamp } from "../../shared/ist.ts";

/** A webhook as it came in, and what its signature is worth. */
export interface ReceivedWebhook {
  /** RFC 3339. */
  readonly at: string;
  /** Its `webhook-id`, the same in every attempt; empty when there was none. */
  readonly id: string;
  readonly signature: "verified" | "not verified" | "refused";
  /** Why it was refused. */
  readonly reason?: string;
  /** The id came before: whoever acts on it does so once. */
  readonly repeated: boolean;
  /** JSON as it was parsed, anything else as text. */
  readonly body: unknown;
}

interface ReceiverOptions {
  /** Without it nothing is verified. */
  readonly secret: string | undefined;
  readonly now: () => Date;
}

/** Of each kind, what to look at: the library's words, and ours. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [
    /No matching signature/,
    "no signature fits: the secret is another endpoint's or an old one, or the body was changed",
  ],
  [/too old/, "its timestamp is more than 5 minutes old: a replay, or this clock is fast"],
  [/too new/, "its timestamp is more than 5 minutes ahead: this clock is slow"],
  [/Invalid Signature Headers/, "its webhook-timestamp is no number of seconds"],
];
const HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

/** Judges webhooks one after the other: the raw bytes and the headers as they came, by the reference library. */
export function webhookReceiver({ secret, now }: ReceiverOptions) {
  const seen = new Set<string>();
  const webhook = secret === undefined ? undefined : new Webhook(secret);

  return (headers: Readonly<Record<string, string>>, raw: Buffer): ReceivedWebhook => {
    const { "webhook-id": id = "" } = headers;
    const received = { at: toIstTimestamp(now()), id, body: bodyOf(raw) };
    const reason = webhook && faultOf(webhook, headers, raw);
    if (reason !== undefined) return { ...received, signature: "refused", reason, repeated: false };
    const repeated = id !== "" && seen.has(id);
    seen.add(id);
    return { ...received, signature: webhook ? "verified" : "not verified", repeated };
  };
}

function faultOf(webhook: Webhook, headers: Readonly<Record<string, string>>, raw: Buffer): string | undefined {
  const missing = HEADERS.filter((name) => !headers[name]);
  if (missing.length > 0) return `no ${missing.join(", no ")}: something else sent it, or what lies between dropped it`;
  try {
    webhook.verify(raw, headers, { jsonParse: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return reasons.find(([pattern]) => pattern.test(error.message))?.[1] ?? error.message;
  }
}

function bodyOf(raw: Buffer): unknown {
  const text = raw.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const Event = z.looseObject({
  type: z.string(),
  data: z.looseObject({
    irn: z.string().optional(),
    ewbNo: z.string().optional(),
    endpointId: z.string().optional(),
  }),
});

/** One line for people: time, type, what it is about, id, and what is to be known of it. */
export function lineOf({ at, id, signature, reason, repeated, body }: ReceivedWebhook): string {
  const event = Event.safeParse(body);
  const type = event.success ? event.data.type : "no event";
  const about = event.success ? subjectOf(event.data) : "";
  const marks = [signature, ...(repeated ? ["repeated"] : []), ...(reason === undefined ? [] : [reason])];
  const columns = [at.slice(11, 19), type.padEnd(19), about.padEnd(20), short(id, 36).padEnd(36), marks.join(", ")];
  // From anybody: nothing of it may move the terminal.
  return columns.join("  ").replaceAll(/\p{Cc}/gu, "?");
}

function subjectOf({ type, data: { irn, ewbNo, endpointId } }: z.infer<typeof Event>): string {
  if (ewbNo !== undefined && (type.startsWith("ewb.") || irn === undefined)) return `EWB ${ewbNo}`;
  if (irn !== undefined) return `IRN ${short(irn, 16)}`;
  return endpointId ?? "";
}

/** The beginning and the end, which tell it from others. */
function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 7)}…${text.slice(-6)}`;
}
