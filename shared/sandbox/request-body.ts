import * as z from "zod";
import { openAes } from "./aes-envelope.ts";
import { type Fault, fault } from "./codes.ts";
import { nestsDeeperThan, readJson } from "./json-text.ts";

/** The portals' limit (irp-protocol 1.1), taken as one of what the client encrypts: what is sent is a third longer. */
const LARGEST_PAYLOAD_BYTES = 2 * 1024 * 1024;
/** A document nests five levels; far beyond that it is an attempt on the stack. */
const DEEPEST_NESTING = 32;

const Envelope = z.object({ Data: z.string().nullish() });

/** The cipher text of `{"Data": "…"}`, or the code that refuses the body. */
export function readEnvelope(body: string): { data: string } | { refusedWith: "5001" | "5003" } {
  const envelope = Envelope.safeParse(readJson(body));
  if (!envelope.success) return { refusedWith: "5001" };
  return envelope.data.Data ? { data: envelope.data.Data } : { refusedWith: "5003" };
}

/** What the client encrypted under the session's key. */
export function openBody(body: string, sek: Uint8Array): { value: unknown } | { fault: Fault } {
  const envelope = readEnvelope(body);
  if ("refusedWith" in envelope) return { fault: fault(envelope.refusedWith) };
  const plain = openAes(sek, envelope.data);
  if (plain === undefined) return { fault: fault("5001", "Data could not be decrypted with the session key") };
  return readPayload(plain.toString());
}

function readPayload(text: string): { value: unknown } | { fault: Fault } {
  if (text.trim() === "") return { fault: fault("2255") };
  const json = withoutInnerBase64(text);
  if (Buffer.byteLength(json) > LARGEST_PAYLOAD_BYTES) return { fault: fault("5002", "more than 2 MB") };
  const value = readJson(json);
  if (value === undefined || nestsDeeperThan(DEEPEST_NESTING, value)) return { fault: fault("5001", "not JSON") };
  return { value };
}

/** Some clients encode the JSON in base64 before they encrypt it; the portals' prose can be read that way. */
function withoutInnerBase64(text: string): string {
  return /^\s*[[{]/.test(text) ? text : Buffer.from(text, "base64").toString();
}
