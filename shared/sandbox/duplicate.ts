import { type Answer, refuse } from "./answer.ts";
import { fault } from "./codes.ts";
import { acknowledgement } from "./irn-data.ts";
import type { Portal } from "./portal.ts";
import { type Registration, statusOf } from "./registration.ts";

/** An IRP that is none of ours. */
const ELSEWHERE = "IRP";

/** The answer to a document whose IRN is taken: what holds it, and where, if it is not held here. */
export function refuseDuplicate(
  holder: Registration,
  { portal, at }: { readonly portal: Portal; readonly at: Date },
): Answer {
  const status = statusOf(holder, at);
  if (status === "CNL") return refuseHeld(holder, "cancelled");
  if (status === "REJ") return refuseHeld(holder, "elsewhere");
  const Desc = acknowledgement(holder);
  if (holder.portal === portal) return refuse([fault("2150")], { InfCd: "DUPIRN", Desc });
  const elsewhere = { ...Desc, IrnDtl: { RegIrp: holder.portal } };
  return refuse([fault("2295")], { InfCd: "DUPIRNGLP", Desc: elsewhere });
}

/** A number is used up for ever, at both portals, once its IRN is cancelled; of another IRP's IRN nothing but the name is known. */
export function refuseHeld(holder: Registration, held: "cancelled" | "elsewhere"): Answer {
  if (held === "cancelled") return refuse([fault("2278")], { InfCd: "DUPIRN", Desc: acknowledgement(holder) });
  const Desc = { Irn: holder.irn, AckNo: null, AckDt: null, IrnDtl: { RegIrp: ELSEWHERE } };
  return refuse([fault("2295")], { InfCd: "DUPIRNGLP", Desc });
}
