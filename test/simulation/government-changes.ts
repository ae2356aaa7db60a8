import type { Answer, Cancelled, EwayBill } from "../../shared/irp/irp.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { type GovernmentPlan, isIn, type Registered } from "./government.ts";

/** How something ended: by which request's call; undefined for somebody else's. */
export interface Ending {
  readonly by: string | undefined;
  readonly atMs: number;
  /** From here on look-ups show it. */
  readonly visibleMs: number;
}

/** An e-way bill as it is in truth. */
export interface MadeBill {
  readonly ewbNo: string;
  readonly irn: string;
  readonly by: string | undefined;
  readonly atMs: number;
  readonly visibleMs: number;
  ended?: Ending;
}

/** One change of a registered document, in the moment in which it is made. */
export interface ChangeMade {
  readonly op: "cancel" | "make_ewb" | "cancel_ewb";
  readonly irn: string;
  readonly ewbNo?: string;
  readonly by: string | undefined;
}

/** What happens to registered documents at the portals. `by` is the request that asks. */
export interface GovernmentChanges {
  readonly bills: readonly MadeBill[];
  cancel(portal: string, irn: string, by: string): Answer<Cancelled>;
  makeBill(portal: string, irn: string, by: string): Answer<EwayBill>;
  /** `isStandIn`: another portal is asked in its place. */
  billOf(portal: string, irn: string, isStandIn: boolean): Answer<EwayBill>;
  cancelBill(ewbNo: string, by: string): Answer<Cancelled>;
  /** The bill that is asked for with the registration: made, or why not. */
  billBeside(irn: string, by: string | undefined): EwayBill | { readonly errors: { code: string; message: string }[] };
  /** What look-ups of the document show of its bill: an active one, as its registration has it. */
  shownBeside(irn: string): EwayBill | undefined;
  shownStatus(entry: Registered, isStandIn: boolean): Registered["status"];
  /** Somebody else cancels one document, or all that are registered; the portal minds their e-way bills. */
  cancelForAnother(irn?: string): void;
  /** The registry finds that all that are active were registered elsewhere before. */
  reject(): void;
  /** Somebody else makes a bill for every document that is registered and has none, or cancels those that there are. */
  billsForAnother(is: "made" | "cancelled"): void;
}

export interface GovernmentChangesDeps {
  readonly plan: GovernmentPlan;
  readonly nowMs: () => number;
  readonly startMs: number;
  readonly lagMs: () => number;
  readonly registered: readonly Registered[];
  readonly changed: (made: ChangeMade) => void;
}

const WINDOW_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60_000;
const BILL_REFUSED = [{ code: "4013", message: "the distance is wrong" }];

/** The rules of irp-protocol 5.3, 5.5 and 5.6, and what look-ups show, late. */
export function governmentChanges(deps: GovernmentChangesDeps): GovernmentChanges {
  const { plan, nowMs, startMs, lagMs, registered, changed } = deps;
  const bills: MadeBill[] = [];

  const instant = (ms: number) => new Date(startMs + ms);
  const isShown = ({ visibleMs }: { readonly visibleMs: number }, isStandIn = false) =>
    visibleMs + (isStandIn ? plan.standInLagMs : 0) <= nowMs();
  const held = (portal: string, irn: string) => registered.find((entry) => entry.irn === irn && entry.at === portal);
  const activeBill = (irn: string) => bills.find((bill) => bill.irn === irn && !bill.ended);

  function ending(by: string | undefined): Ending {
    return { by, atMs: nowMs(), visibleMs: nowMs() + lagMs() };
  }

  function end(entry: Registered, by: string | undefined): Answer<Cancelled> {
    entry.status = "CNL";
    entry.ended = ending(by);
    changed({ op: "cancel", irn: entry.irn, by });
    return { is: "ok", value: { cancelledAt: toIstTimestamp(instant(nowMs())) } };
  }

  function endBill(bill: MadeBill, by: string | undefined): Answer<Cancelled> {
    bill.ended = ending(by);
    changed({ op: "cancel_ewb", irn: bill.irn, ewbNo: bill.ewbNo, by });
    return { is: "ok", value: { cancelledAt: toIstTimestamp(instant(nowMs())) } };
  }

  function make(irn: string, by: string | undefined): MadeBill {
    const ewbNo = String(181000000001 + bills.length);
    const { atMs, visibleMs } = ending(by);
    const bill: MadeBill = { ewbNo, irn, by, atMs, visibleMs };
    bills.push(bill);
    changed({ op: "make_ewb", irn, ewbNo, by });
    return bill;
  }

  /** Outside what is signed, the portals round times to the minute. */
  function told({ ewbNo, atMs }: MadeBill): EwayBill {
    const minute = Math.round((startMs + atMs) / MINUTE_MS) * MINUTE_MS;
    return { ewbNo, madeAt: toIstTimestamp(new Date(minute)), validTill: toIstTimestamp(new Date(minute + WINDOW_MS)) };
  }

  return {
    bills,
    cancel(portal, irn, by) {
      const entry = held(portal, irn);
      if (!entry) return refused("2148");
      if (entry.status !== "ACT") return refused("9999");
      if (activeBill(irn)) return refused("2230");
      return nowMs() - entry.atMs > WINDOW_MS ? refused("2270") : end(entry, by);
    },
    makeBill(portal, irn, by) {
      const entry = held(portal, irn);
      if (!entry) return refused("4003");
      if (entry.status !== "ACT") return refused("4000");
      if (activeBill(irn))
        return { is: "unknown", errors: [{ code: "4002", message: "there is one" }], reason: "4002" };
      if (isIn(plan.refusesBills, nowMs())) return { is: "refused", errors: BILL_REFUSED };
      return { is: "ok", value: { ...told(make(irn, by)), distanceKm: 12 } };
    },
    billOf(portal, irn, isStandIn) {
      if (!held(portal, irn)) return refused("4003");
      const bill = bills.findLast((each) => each.irn === irn && isShown(each, isStandIn));
      if (!bill) return refused("4005");
      return {
        is: "ok",
        value: { ...told(bill), status: bill.ended && isShown(bill.ended, isStandIn) ? "CNL" : "ACT" },
      };
    },
    cancelBill(ewbNo, by) {
      const bill = bills.find((each) => each.ewbNo === ewbNo);
      if (!bill || bill.ended) return refused("312");
      return nowMs() - bill.atMs > WINDOW_MS ? refused("315") : endBill(bill, by);
    },
    billBeside: (irn, by) =>
      isIn(plan.refusesBills, nowMs()) ? { errors: BILL_REFUSED } : { ...told(make(irn, by)), distanceKm: 12 },
    shownBeside(irn) {
      const bill = bills.findLast((each) => each.irn === irn && isShown(each));
      return bill && !(bill.ended && isShown(bill.ended)) ? told(bill) : undefined;
    },
    shownStatus: ({ status, ended }, isStandIn) => (ended && !isShown(ended, isStandIn) ? "ACT" : status),
    cancelForAnother(irn) {
      for (const entry of registered)
        if ((irn === undefined || entry.irn === irn) && entry.status === "ACT" && !activeBill(entry.irn))
          end(entry, undefined);
    },
    reject() {
      for (const entry of registered.filter(({ status }) => status === "ACT")) {
        entry.status = "REJ";
        entry.ended = ending(undefined);
      }
    },
    billsForAnother(is) {
      for (const { irn, status } of registered) {
        const active = activeBill(irn);
        if (is === "cancelled" && active) endBill(active, undefined);
        if (is === "made" && !active && status === "ACT") make(irn, undefined);
      }
    },
  };
}

function refused(code: string): Answer<never> {
  return { is: "refused", errors: [{ code, message: "no" }] };
}
