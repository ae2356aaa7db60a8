import { type ProblemBody, type ProblemCode, problemBody } from "../api/problem.ts";
import type { Document } from "../document/document.ts";
import type { Finding } from "../invoice/finding.ts";
import type { IrpError } from "../irp/irp.ts";

/** The IRP's own refusal, with each of its errors. */
export function refusedByIrp(errors: readonly IrpError[]): ProblemBody {
  return problemBody("refused_by_irp", "correct what the portal names and send it again, with a new idempotency key", {
    errors: irpFindings(errors),
  });
}

/** The portal's errors as this API lists errors. */
export function irpFindings(errors: readonly IrpError[]): Finding[] {
  return errors.map(({ code, message }) => ({ code: "IRP", irpCode: code, severity: "error", path: "", message }));
}

/** The number belongs to a document that is not this one, or to one that is no longer active. */
export function numberUsed({ irn, status }: Pick<Document, "irn" | "status">): ProblemBody {
  const detail =
    status === "ACT"
      ? "another document is registered under this number; a number can be used once per financial year and type"
      : "this number belongs to a document that was cancelled or rejected, and can never be used again; give the document a new number";
  return problemBody("number_used", detail, { irn });
}

const details = {
  registered_elsewhere:
    "the registry names another portal as its holder; look for the document there or on the GST portal, or give it a new number",
  registered_unverified:
    "the portal no longer shows the document; look for it on the GST portal, and do not send it under another number before you know",
  not_registered: "nothing of it reached the registry; send it again with a new idempotency key",
  not_done: "nothing was changed; ask for it again with a new idempotency key",
  outcome_unknown: "no portal answered for it; look for the document on the GST portal before you ask for it again",
  irp_login_refused: "correct the API user's name and password, then ask for it again with a new idempotency key",
  payload_lost: "look for the document, then ask for it again with a new idempotency key",
} as const satisfies Partial<Record<ProblemCode, string>>;

/** A refusal that needs no more than its code. */
export function refusalFor(code: keyof typeof details, irn: string): ProblemBody {
  return problemBody(code, details[code], { irn });
}
