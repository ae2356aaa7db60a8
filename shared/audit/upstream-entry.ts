import { codesOf } from "../irp/evidence.ts";
import type { WireCall } from "../irp/irp.ts";
import { type AuditEntry, recordedCodes } from "./record.ts";

/** A reason is words of our own and names of errors; some are a gateway's. */
const LONGEST_REASON = 200;

/** What the audit trail says of a call on the wire: codes and times, nothing of what was sent or answered. */
export function upstreamEntry({ gstin, about, portal, method, path, answer, tookMs }: WireCall): AuditEntry {
  const [endpoint = ""] = path.split("?");
  return {
    kind: "upstream",
    gstin,
    ...about,
    portal,
    call: `${method} ${endpoint}`,
    answer: answer.is,
    irpCodes: recordedCodes(codesOf(answer)),
    ...("reason" in answer && { reason: answer.reason.slice(0, LONGEST_REASON).toWellFormed() }),
    tookMs,
  };
}
