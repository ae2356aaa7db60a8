import { type Change, newBill } from "../../document/change.ts";
import type { EwayBill } from "../../irp/irp.ts";
import { billEvent } from "../outcome-event.ts";
import { BillAsTold } from "./as-told.ts";
import { about, type Changing, type Deed, isKnown, type Kind, type Seen, unclear, withDeed } from "./kind.ts";

/** How the portal says that it has none to show. */
const NO_BILL = new Set(["4005", "4007"]);
/** The portal dates bills by a clock of its own, some of them to the minute. */
const CLOCK_MS = 2 * 60 * 1000;

/** An e-way bill for a registered document. */
export function makeEwayBill({ request }: Extract<Change, { op: "make_ewb" }>): Kind {
  return {
    ask: async (irp, call, changing) =>
      withDeed(await irp.makeEwayBill(call, changing.document.irn, request), (bill) => made(changing, bill)),
    async look(irp, call, changing) {
      const answer = await irp.ewayBillOf(call, changing.document.irn);
      if (answer.is === "ok") return seen(changing, answer.value);
      const hasNone = answer.is === "refused" && answer.errors.every(({ code }) => NO_BILL.has(code));
      return hasNone ? { is: "not-done" } : unclear(answer);
    },
    // There is one already.
    telltale: new Set(["4002", "4026", "604", "2287"]),
  };
}

function made(changing: Changing, told: EwayBill): Deed {
  const { document, mode, rid, docFp } = changing;
  const bill = newBill(told, { rid, askedFp: docFp });
  return {
    event: billEvent(mode, { ...about(changing), rid }, bill),
    effect: (stored) => ({ bills: [...(document.bills ?? []), { ...bill, ...BillAsTold.parse(stored) }] }),
    names: bill.ewbNo,
  };
}

/**
 * Ours is of a number that we did not know, and not older than the submission; also when somebody else has cancelled it
 * since. Any other one that is active is somebody else's.
 */
function seen(changing: Changing, bill: EwayBill): Seen {
  const isEnded = bill.status === "CNL";
  // Cancelled as we know, and the look-up may not show it yet.
  if (isKnown(changing, bill)) return isEnded ? { is: "not-done" } : { is: "unclear" };
  const isOld = Date.parse(bill.madeAt) < changing.since - CLOCK_MS;
  if (changing.isOurs && !isOld) return { is: "done", deed: made(changing, bill) };
  return isEnded ? { is: "not-done" } : { is: "bill-active", bill };
}
