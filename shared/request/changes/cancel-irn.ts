import type { Change } from "../../document/change.ts";
import { rejectionOf } from "../../document/mark-rejected.ts";
import type { Cancelled, IrpCall, SignedDocument } from "../../irp/irp.ts";
import { cancelledEvent } from "../outcome-event.ts";
import { cancellationAsTold } from "./as-told.ts";
import { cancellationBy } from "./cancelling.ts";
import {
  about,
  type ChangeIrp,
  type Changing,
  type Deed,
  isKnown,
  type Kind,
  type Seen,
  unclear,
  withDeed,
} from "./kind.ts";

/** An e-way bill is active. */
const BILL_ACTIVE = "2230";

/** The cancellation of an IRN. */
export function cancelIrn(change: Extract<Change, { op: "cancel" }>): Kind {
  const deed = (changing: Changing, cancelled: Partial<Cancelled> = {}): Deed => {
    const cancellation = cancellationBy(changing, change, cancelled.cancelledAt);
    return {
      event: cancelledEvent(changing.mode, about(changing), cancellation),
      effect: (told) => ({ status: "CNL", cancelled: cancellationAsTold(told) }),
    };
  };

  async function lookAtStatus(irp: ChangeIrp, call: IrpCall, changing: Changing): Promise<Seen> {
    const answer = await irp.byIrn(call, changing.document.irn);
    return answer.is === "ok" ? seen(changing, answer.value) : unclear(answer);
  }

  function seen(changing: Changing, { irn, status }: SignedDocument): Seen {
    if (irn !== changing.document.irn) return { is: "unclear" };
    if (status === "CNL") return { is: "done", deed: deed(changing) };
    return status === "REJ" ? { is: "done", deed: rejected(changing) } : { is: "not-done" };
  }

  return {
    ask: async (irp, call, changing) =>
      withDeed(await irp.cancel(call, changing.document.irn, change), (cancelled) => deed(changing, cancelled)),
    look: (irp, call, changing, errors) =>
      errors.some(({ code }) => code === BILL_ACTIVE)
        ? lookAtBill(irp, call, changing)
        : lookAtStatus(irp, call, changing),
    telltale: new Set([BILL_ACTIVE, "2302", "9999"]),
  };
}

function rejected(changing: Changing): Deed {
  return {
    event: rejectionOf(changing.mode, changing.document),
    effect: () => ({ status: "REJ" }),
  };
}

/** A bill stands in the way. One that we know was cancelled, and the look-up does not show that yet: it is another one. */
async function lookAtBill(irp: ChangeIrp, call: IrpCall, changing: Changing): Promise<Seen> {
  const answer = await irp.ewayBillOf(call, changing.document.irn);
  if (answer.is !== "ok") return unclear(answer);
  const isOther = answer.value.status !== "CNL" && !isKnown(changing, answer.value);
  return isOther ? { is: "bill-active", bill: answer.value } : { is: "not-done" };
}
