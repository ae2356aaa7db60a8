import { Problem } from "../api/problem.ts";
import { type DirectSlotDeps, takeDirectSlot } from "../budget/direct-slot.ts";
import type { Gstin } from "../gstin.ts";
import type { PortalChoice } from "../irp/circuits.ts";
import { isCredentialRefusal } from "../irp/codes.ts";
import type { Answer, Irp, IrpError, Taxpayer } from "../irp/irp.ts";
import { irpFindings } from "../request/refusal.ts";

export interface LookUpDeps extends DirectSlotDeps {
  readonly irp: Pick<Irp, "taxpayer" | "syncTaxpayer">;
  readonly choice: PortalChoice;
  /** How long the portal may take. */
  readonly callTimeoutMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs: () => number;
}

type Operation = keyof LookUpDeps["irp"];

/** The caller is answered within this time, whatever a login took of it: API Gateway gives up after 30 s. */
const ANSWERED_WITHIN_MS = 27_000;

/** What portals say of a GSTIN that they do not know: 3005 and 3011 are older words for it, 3030 says that none can be such. */
const UNKNOWN = new Set(["3001", "3005", "3011", "3028", "3030"]);

const notKnown: Readonly<Record<Operation, string>> = {
  taxpayer: "the portal knows no such GSTIN; POST /gstins/{gstin}/sync has it ask the common GST portal",
  syncTaxpayer: "neither the portal nor the common GST portal knows such a GSTIN",
};

/**
 * A taxpayer as the portal has it, or as the common GST portal has it after `syncTaxpayer`. The call takes a direct slot of the
 * caller's budget, and none where no portal is called. Throws a Problem: 404, 409, 422, 429, 503.
 */
export async function lookUpTaxpayer(
  deps: LookUpDeps,
  operation: Operation,
  caller: string,
  gstin: Gstin,
): Promise<Taxpayer> {
  const latestMs = deps.monotonicMs() + ANSWERED_WITHIN_MS - deps.callTimeoutMs;
  const chosen = await deps.choice.choose(caller);
  if ("openUntil" in chosen) throw unavailable(deps.now(), chosen.openUntil);
  await takeDirectSlot(deps, caller);
  const mayStillSend = () => deps.monotonicMs() <= latestMs;
  const answer = await deps.irp[operation](
    { gstin: caller, portal: chosen.portal, isAdmitted: true, mayStillSend },
    gstin,
  );
  return told(operation, answer, deps.now());
}

function told(operation: Operation, answer: Answer<Taxpayer>, now: Date): Taxpayer {
  switch (answer.is) {
    case "ok":
      return answer.value;
    case "refused":
      throw refusal(operation, answer.errors);
    case "not-sent":
      throw answer.needsUser || answer.errors.some(({ code }) => isCredentialRefusal(code))
        ? loginRefused(answer.errors)
        : unavailable(now, answer.retryAt);
    case "unknown":
      throw unavailable(now);
  }
}

function refusal(operation: Operation, errors: readonly IrpError[]): Problem {
  if (errors.every(({ code }) => UNKNOWN.has(code))) return new Problem("not_found", notKnown[operation]);
  return new Problem("refused_by_irp", "the portal did not look it up; its own words are listed", {
    errors: irpFindings(errors),
  });
}

function loginRefused(errors: readonly IrpError[]): Problem {
  const detail = "correct the API user's name and password, then repeat the call";
  return new Problem("irp_login_refused", detail, errors.length > 0 ? { errors: irpFindings(errors) } : {});
}

/** Where the portal does not say when it can be asked again. */
const COME_AGAIN_SECONDS = 5;

function unavailable(now: Date, retryAt?: Date): Problem {
  const seconds = retryAt ? Math.ceil((retryAt.getTime() - now.getTime()) / 1000) : COME_AGAIN_SECONDS;
  const headers = { "retry-after": String(Math.max(seconds, 1)) };
  return new Problem("portal_unavailable", "repeat the call after the time in Retry-After", { headers });
}
