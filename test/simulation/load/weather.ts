import type { Dice } from "../dice.ts";
import { isIn } from "../government.ts";
import { calmFate, calmStep, calmWeather, type Fate, MOST_SKEW_MS, type StepFault, type Weather } from "../weather.ts";
import type { LoadPlan } from "./plan.ts";

/** Of each step in a storm. A document takes about twenty. */
const FAULTS: readonly (readonly [StepFault, number])[] = [
  ["error", 0.000_5],
  ["lost", 0.001],
  ["repeat", 0.001],
  ["die-before", 0.000_05],
  ["die-after", 0.000_05],
];
const FAULTY = FAULTS.reduce((sum, [, share]) => sum + share, 0);

export function loadWeather(plan: LoadPlan, dice: Dice, nowMs: () => number): Weather {
  function fault(label: string): StepFault {
    if (label.startsWith("budget.") && isIn(plan.throttled, nowMs())) return "error";
    if (label === "queue.send" && isIn(plan.queueDown, nowMs())) return "error";
    let left = plan.isStormy ? dice.next() : 1;
    if (left >= FAULTY) return "none";
    for (const [name, share] of FAULTS) {
      left -= share;
      if (left < 0) return name;
    }
    return "none";
  }

  function fate(): Fate {
    const usual = { ...calmFate, networkMs: 10, workMs: dice.between(150, 700) };
    const luck = plan.lostAnswers > 0 ? dice.next() : 1;
    if (luck < plan.lostAnswers) return { ...usual, ends: dice.chance(0.5) ? "reset" : "gateway" };
    return plan.isStormy && dice.chance(0.005) ? { ...usual, workMs: dice.between(2_000, 8_000) } : usual;
  }

  return {
    ...calmWeather,
    step: ({ label }) => ({
      ...calmStep,
      fault: fault(label),
      effectMs: dice.between(1, 5),
      answerMs: dice.between(1, 3),
    }),
    register: fate,
    lookUp: () => ({ ...calmFate, workMs: dice.between(100, 300) }),
    skewMs: () => (plan.isStormy ? dice.between(-MOST_SKEW_MS, MOST_SKEW_MS) : 0),
    deliveries: () => (plan.isStormy && dice.chance(0.01) ? [] : [20]),
    pollMs: () => dice.between(2, 15),
    losesAcknowledgement: () => plan.isStormy && dice.chance(0.002),
  };
}
