import type { Change } from "../../document/change.ts";
import type { Cancelled, EwayBill } from "../../irp/irp.ts";
import { billCancelledEvent } from "../outcome-event.ts";
import { cancellationAsTold } from "./as-told.ts";
import { cancellationBy } from "./cancelling.ts";
import { about, type Changing, type Deed, isKnown, type Kind, type Seen, unclear, withDeed } from "./kind.ts";

/** Look-ups show what is older, by the clock of a portal which tells some times to the minute. */
const SHOWN_AFTER_MS = 2 * 60 * 1000;

/** The cancellation of an e-way bill. */
export function cancelEwayBill(change: Extract<Change, { op: "cancel_ewb" }>): Kind {
  const { ewbNo } = change;
  const deed = (changing: Changing, told: Partial<Cancelled> = {}): Deed => {
    const cancellation = cancellationBy(changing, change, told.cancelledAt);
    const { document, mode } = changing;
    return {
      event: billCancelledEvent(mode, about(changing), ewbNo, cancellation),
      effect: (stored) => ({
        bills: (document.bills ?? []).map((bill) =>
          bill.ewbNo === ewbNo ? { ...bill, status: "CNL", cancelled: cancellationAsTold(stored) } : bill,
        ),
      }),
    };
  };

  function seen(changing: Changing, shown: EwayBill): Seen {
    if (shown.ewbNo === ewbNo && shown.status !== "CNL") return { is: "not-done" };
    // A document has one active bill at a time: where a newer one is shown, this one is active no more.
    const isOver = shown.ewbNo === ewbNo || (!isKnown(changing, shown) && isVisible(changing));
    return isOver ? { is: "done", deed: deed(changing) } : { is: "unclear" };
  }

  /** A look-up shows the newest bill that it knows: an older one in place of one that is too new. */
  function isVisible({ document, since, isSettled }: Changing): boolean {
    const { madeAt = "" } = document.bills?.find((bill) => bill.ewbNo === ewbNo) ?? {};
    return isSettled || since > Date.parse(madeAt) + SHOWN_AFTER_MS;
  }

  return {
    ask: async (irp, call, changing) =>
      withDeed(await irp.cancelEwayBill(call, ewbNo, change), (cancelled) => deed(changing, cancelled)),
    async look(irp, call, changing) {
      const answer = await irp.ewayBillOf(call, changing.document.irn);
      return answer.is === "ok" ? seen(changing, answer.value) : unclear(answer);
    },
    // Not made by the caller, or cancelled already.
    telltale: new Set(["312", "4057"]),
  };
}
