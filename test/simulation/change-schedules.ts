import type { CallerPlan } from "./callers.ts";
import type { ChangeAsk } from "./change-calls.ts";
import type { Dice } from "./dice.ts";
import type { ContentName } from "./documents.ts";
import type { GovernmentPlan } from "./government.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What chance does to registered documents, in two of three runs. */
export interface ChangePlan {
  readonly callers: readonly CallerPlan[];
  readonly government: Pick<
    GovernmentPlan,
    "refusesBills" | "billsElsewhere" | "cancelsAtMs" | "rejectsAtMs" | "standInLagMs"
  >;
}

const NOTHING: ChangePlan = {
  callers: [],
  government: { refusesBills: [], billsElsewhere: [], cancelsAtMs: [], rejectsAtMs: [], standInLagMs: 0 },
};

/** `registered`: those who ask for documents to be registered; what is asked of these comes near them, or much later. */
export function changePlanOf(dice: Dice, registered: readonly CallerPlan[], calmFromMs: number): ChangePlan {
  if (dice.chance(0.35)) return NOTHING;
  const callers = Array.from({ length: dice.between(1, 5) }, () => changeCaller(dice, registered, calmFromMs));
  const nearACall = () => (dice.pick(callers as [CallerPlan, ...CallerPlan[]]).atMs ?? 0) + dice.between(0, 5 * SECOND);
  const refusedFromMs = nearACall();
  return {
    callers,
    government: {
      refusesBills: dice.chance(0.15)
        ? [{ fromMs: refusedFromMs, toMs: refusedFromMs + dice.between(SECOND, HOUR) }]
        : [],
      // One at the most. Two make a hole that is known: who stops after it told of its bill, which somebody then cancels
      // and makes another, adopts that one too, and both events have the same number.
      billsElsewhere: dice.chance(0.25)
        ? [
            {
              atMs: nearACall() + dice.pick([0, dice.between(0, 3 * MINUTE)]),
              is: dice.pick<"made" | "cancelled">(["made", "cancelled"]),
            },
          ]
        : [],
      cancelsAtMs: dice.chance(0.12) ? [nearACall()] : [],
      standInLagMs: dice.pick([0, 5 * MINUTE]),
      rejectsAtMs: dice.chance(0.08) ? [nearACall()] : [],
    },
  };
}

function changeCaller(dice: Dice, registered: readonly CallerPlan[], calmFromMs: number): CallerPlan {
  const { content, atMs: registeredMs } = dice.pick(registered as [CallerPlan, ...CallerPlan[]]);
  const laterMs = () => dice.between(0, Math.min(calmFromMs, 10 * MINUTE));
  const lateMs = () => dice.between(0, calmFromMs);
  const atMs = registeredMs + dice.pick([() => dice.between(0, 5 * SECOND), laterMs, laterMs, lateMs])();
  const change: ChangeAsk = {
    op: dice.pick<ChangeAsk["op"]>([
      "cancel",
      "cancel",
      "make_ewb",
      "make_ewb",
      "make_ewb",
      "cancel_ewb",
      "cancel_ewb",
    ]),
    words: dice.pick<ChangeAsk["words"]>(["one", "one", "one", "other"]),
  };
  return {
    content: dice.chance(0.9) ? content : dice.pick<ContentName>(["first", "second"]),
    change,
    // Keys are shared with registrations now and then: a key's scope is its path too.
    key: dice.pick<string | undefined>(["key-1", "key-1", "key-2", "key-3", undefined]),
    flow: dice.chance(0.65) ? "direct" : "queued",
    atMs,
    waitMs: dice.pick([0, 800, 5_000, 10_000, 25_000]),
    patienceMs: dice.pick([200, 2_000, 12_000, 31_000]),
    tries: dice.between(2, 12),
    retryMs: dice.between(50, 30 * SECOND),
    repeatsAtMs: dice.chance(0.3) ? [atMs + dice.between(SECOND, 5 * MINUTE)] : [],
    tooLateFromMs: dice.chance(0.1) ? atMs + dice.between(0, 5 * MINUTE) : Infinity,
  };
}
