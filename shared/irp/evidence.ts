import type { Answer } from "./irp.ts";

/** The connection was never made, so nothing was sent. A reset or a time-out later says nothing of the kind. */
export const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "EHOSTUNREACH",
]);

/** How the reason of a call begins that was sent and got no answer, or a gateway's in the portal's place. */
export const NO_ANSWER = "no answer";

/** How the reason of a call begins whose answer is not the portal's protocol: a gateway's. */
export const UNREADABLE = "unreadable answer";

/** The reason of a call that a gateway turned away because there were too many. */
export const TOO_MANY = "HTTP 429";

/** Codes that say no more than that nothing is there: by document, by IRN, taxpayer, e-way bill (irp-protocol 10). */
const NOTHING_FOUND: ReadonlySet<string> = new Set(["2148", "2154", "3001", "2296", "4005"]);

/** The codes of an answer that is no success; none where no portal answered. */
export function codesOf(answer: Answer<unknown>): string[] {
  return answer.is === "ok" ? [] : answer.errors.map(({ code }) => code);
}

/** Whether the portal answered that there is none. */
export function foundNothing(answer: Answer<unknown>): boolean {
  const codes = codesOf(answer);
  return codes.length > 0 && codes.every((code) => NOTHING_FOUND.has(code));
}

/**
 * What an answer says of the portal's health. Any code is the portal's own word, so it works. What failed on our side
 * (no time left, no user stored, a quota, rejected credentials of the GSP) says nothing.
 */
export function evidenceOf(answer: Answer<unknown>): "works" | "fails" | "nothing" {
  if (answer.is === "ok" || answer.errors.length > 0) return "works";
  if (answer.is === "unknown") return "fails";
  const reason = answer.is === "not-sent" ? answer.reason : "";
  const isFailure = NEVER_CONNECTED.has(reason) || reason.startsWith(NO_ANSWER) || reason.startsWith(UNREADABLE);
  return isFailure ? "fails" : "nothing";
}
