import { type Answer, refuse } from "./answer.ts";
import { fault } from "./codes.ts";
import { acknowledgement } from "./irn-data.ts";
import type { Portal } from "./portal.ts";
import type { Registration } from "./registration.ts";

/** The answer to a document whose IRN is taken: what holds it, and where, if it is not held here. */
export function refuseDuplicate(holder: Registration, portal: Portal): Answer {
  const Desc = acknowledgement(holder);
  if (holder.portal === portal) return refuse([fault("2150")], { InfCd: "DUPIRN", Desc });
  const elsewhere = { ...Desc, IrnDtl: { RegIrp: holder.portal } };
  return refuse([fault("2295")], { InfCd: "DUPIRNGLP", Desc: elsewhere });
}
