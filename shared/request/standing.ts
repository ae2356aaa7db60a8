import { type ProblemBody, type ProblemCode, problemBody } from "../api/problem.ts";
import { activeBill, type Bill, type Change } from "../document/change.ts";
import { cancelledAnswer, cancelledBillAnswer, type Mode, newBillAnswer } from "../document/change-answer.ts";
import type { Document } from "../document/document.ts";
import type { Outcome } from "./request.ts";

/** A change as it is asked for: by which request, and the fingerprint of what it asks. */
export interface Asked {
  readonly change: Change;
  readonly rid: string;
  readonly docFp: string;
}

/** An IRN can be cancelled within a day (2270), an e-way bill too (rule 138(9) of the CGST Rules). */
const WINDOW_MS = 24 * 60 * 60 * 1000;
/** So close to the end the portal is asked: it has a clock of its own. */
const EDGE_MS = 5 * 60 * 1000;

/**
 * What the document, as we know it, answers to a change, without anyone asking the portal: the change is made already, or
 * cannot be. Undefined when only the portal can say.
 */
export function standingOutcome(mode: Mode, document: Document, asked: Asked, now: Date): Outcome | undefined {
  return madeAlready(mode, document, asked) ?? forbidden(document, asked.change, now);
}

function madeAlready(mode: Mode, document: Document, { change, rid, docFp }: Asked): Outcome | undefined {
  const { irn, cancelled, bills = [] } = document;
  switch (change.op) {
    case "cancel":
      // Whichever request of ours it was: nobody can tell one cancellation from another.
      return cancelled?.rid === undefined ? undefined : changed(200, cancelledAnswer(mode, irn, cancelled));
    case "make_ewb": {
      const mine = bills.find((bill) => bill.rid === rid);
      if (mine) return changed(201, newBillAnswer(mode, irn, mine));
      const same = bills.find(({ status, askedFp }) => status === "ACT" && askedFp === docFp);
      return same && changed(200, newBillAnswer(mode, irn, same));
    }
    case "cancel_ewb": {
      const { cancelled } = billOf(bills, change.ewbNo);
      return cancelled?.rid === undefined
        ? undefined
        : changed(200, cancelledBillAnswer(mode, irn, { ewbNo: change.ewbNo, cancelled }));
    }
  }
}

function forbidden(document: Document, change: Change, now: Date): Outcome | undefined {
  const { irn, status, reg, bills = [] } = document;
  const active = activeBill(document);
  switch (change.op) {
    case "cancel":
      if (status !== "ACT") return refusal("not_active", irn);
      if (active) return refusal("eway_bill_active", irn, active);
      return reg && isOver(reg.ackDt, now) ? refusal("cancel_window_closed", irn) : undefined;
    case "make_ewb":
      if (status !== "ACT") return refusal("not_active", irn);
      return active && refusal("eway_bill_active", irn, active);
    case "cancel_ewb": {
      const bill = billOf(bills, change.ewbNo);
      if (bill.status !== "ACT" || status !== "ACT") return refusal("not_active", irn, bill);
      // Of part A alone the time does not run yet: it begins with part B, which is entered elsewhere (4055).
      return bill.validTill !== undefined && isOver(bill.madeAt, now)
        ? refusal("cancel_window_closed", irn, bill)
        : undefined;
    }
  }
}

function isOver(madeAt: string, now: Date): boolean {
  return now.getTime() > Date.parse(madeAt) + WINDOW_MS + EDGE_MS;
}

function billOf(bills: readonly Bill[], ewbNo: string): Bill {
  const bill = bills.find((each) => each.ewbNo === ewbNo);
  if (!bill) throw new Error("a cancellation of an e-way bill that the document does not have");
  return bill;
}

function changed(status: 200 | 201, body: Record<string, unknown>): Outcome {
  return { kind: "changed", status, body };
}

const details = {
  not_active: "it is cancelled or rejected, and nothing can be changed any more",
  eway_bill_active: "cancel the e-way bill first; a document has one at a time",
  cancel_window_closed:
    "24 hours have passed; an invoice is corrected with a credit note (POST /cdnr), an e-way bill is rejected by the recipient or left to expire",
} as const satisfies Partial<Record<ProblemCode, string>>;

/** Why the state of a document forbids a change. */
export function stateRefusal(code: keyof typeof details, irn: string, bill?: Pick<Bill, "ewbNo">): ProblemBody {
  return problemBody(code, details[code], { irn, ...(bill && { ewbNo: bill.ewbNo }) });
}

function refusal(...args: Parameters<typeof stateRefusal>): Outcome {
  return { kind: "problem", problem: { ...stateRefusal(...args) } };
}
