import type { Mode } from "../../document/change-answer.ts";
import type { Document } from "../../document/document.ts";
import type { Effect } from "../../document/document-store.ts";
import type { EventRecord } from "../../event/event.ts";
import type { Answer, EwayBill, Irp, IrpCall, IrpError } from "../../irp/irp.ts";
import { toIstTimestamp } from "../../ist.ts";

/** A change under way, as far as its kind needs to know it. */
export interface Changing {
  readonly document: Document;
  readonly mode: Mode;
  readonly rid: string;
  readonly docFp: string;
  /** When it was first sent, epoch ms. */
  readonly since: number;
  /** Whether anything of it may have reached the portal: then what is found there is our doing. */
  readonly isOurs: boolean;
  /** Whether look-ups show by now all that happened up to the last submission, and what that did. */
  readonly isSettled: boolean;
}

/** What happened at the portal, on its way into the document. */
export interface Deed {
  /** Frozen before the document changes. */
  readonly event: EventRecord;
  /** `told`: what the event says that is stored. If two got so far, the first one's stands. */
  readonly effect: (told: EventRecord["data"]) => Omit<Effect, "seq">;
  /** A bill whose document can be found by its number from now on. */
  readonly names?: string;
}

/**
 * What the portal shows of a change. `done`: it is made, or somebody else did what decides it. `bill-active`: somebody else's
 * e-way bill, of which we did not know, stands in the way. `not-done`: as far as this look can tell. `unclear`: the portal
 * did not say.
 */
export type Seen =
  | { readonly is: "done"; readonly deed: Deed }
  | { readonly is: "bill-active"; readonly bill: EwayBill }
  | { readonly is: "not-done" }
  | { readonly is: "unclear"; readonly retryAt?: Date };

export type ChangeIrp = Pick<Irp, "byIrn" | "cancel" | "makeEwayBill" | "ewayBillOf" | "cancelEwayBill">;

/** What one kind of change differs in from the others. */
export interface Kind {
  /** Has the portal make the change. */
  ask(irp: ChangeIrp, call: IrpCall, changing: Changing): Promise<Answer<Deed>>;
  /** Finds out whether it is made; `errors`, if it was just refused with them. */
  look(irp: ChangeIrp, call: IrpCall, changing: Changing, errors: readonly IrpError[]): Promise<Seen>;
  /** Codes of a refusal that say that the document is not as we know it: it is looked at before the refusal counts. */
  readonly telltale: ReadonlySet<string>;
}

export function withDeed<T>(answer: Answer<T>, deedOf: (value: T) => Deed): Answer<Deed> {
  return answer.is === "ok" ? { is: "ok", value: deedOf(answer.value) } : answer;
}

/** A look that showed nothing. */
export function unclear(answer: Exclude<Answer<unknown>, { is: "ok" }>): Seen {
  return answer.is === "not-sent" && answer.retryAt ? { is: "unclear", retryAt: answer.retryAt } : { is: "unclear" };
}

/** Whether the document has the bill already. */
export function isKnown({ document: { bills = [] } }: Changing, { ewbNo }: Pick<EwayBill, "ewbNo">): boolean {
  return bills.some((bill) => bill.ewbNo === ewbNo);
}

/** What every event of the change says. Its time is that of the first submission: the same, whoever tells it. */
export function about({ document, rid, since, isOurs }: Changing) {
  const { irn, ownerGstin: gstin, seq } = document;
  const timestamp = toIstTimestamp(new Date(since));
  return { irn, gstin, rid: isOurs ? rid : undefined, seq: seq + 1, timestamp };
}
