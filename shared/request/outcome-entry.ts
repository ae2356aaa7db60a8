import { type AuditEntry, recordedCodes } from "../audit/record.ts";
import type { IrpError } from "../irp/irp.ts";
import type { Outcome, Request } from "./request.ts";

/** What the audit trail says of a request that is over. `errors`: of a refusal by the portal, in its words. */
export function outcomeEntry(
  { gstin, rid, irn, op }: Request,
  outcome: Outcome,
  errors: readonly IrpError[] = [],
): AuditEntry {
  const about = { kind: "outcome", gstin, rid, irn, op } as const;
  if (outcome.kind !== "problem") return { ...about, status: outcome.status };
  const { status, code } = outcome.problem;
  const irpCodes = recordedCodes(errors.map((error) => error.code));
  return { ...about, status, code, ...(irpCodes.length > 0 && { irpCodes }) };
}
