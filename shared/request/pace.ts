/**
 * When to look for an outcome, learned from the outcomes before. Each look is at the time by which a share of them had
 * come; what is found where says whether that was too early or too late (a quantile tracked by Robbins and Monro's rule,
 * which needs neither a history nor another machine's clock).
 */
export interface Pace {
  /** Milliseconds after the acceptance, ascending. */
  looks(): readonly number[];
  /** An outcome was first seen by the look at this time. */
  learn(foundAtMs: number): void;
}

/** Half of all outcomes are there at the first look, nearly all at the third: 1.7 reads for an outcome. */
const SHARES = [0.5, 0.85, 0.98] as const;
const FIRST_GUESS_MS = [40, 60, 90] as const;
/**
 * A look is no later than so many times the one before. The times for nearly all go down by a five-hundredth a step: after
 * a slow spell they would be far too late for hundreds of outcomes, and what is later still is looked for anyway.
 */
const WIDEST = 1.6;
/** How fast it learns: a step changes a time by a tenth at the most. */
const RATE = 0.1;
const SHORTEST_MS = 10;
const LONGEST_MS = 3_000;

export function newPace(): Pace {
  let looks: readonly number[] = FIRST_GUESS_MS;
  return {
    looks: () => looks,
    learn(foundAtMs) {
      const learned = SHARES.map((share, i) => {
        const lookMs = looks[i] ?? 0;
        const hadCome = lookMs >= foundAtMs ? 1 : 0;
        return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lookMs * Math.exp(RATE * (share - hadCome))));
      }).sort((one, other) => one - other);
      looks = learned.map((lookMs, i) => Math.min(lookMs, (learned[0] ?? 0) * WIDEST ** i));
    },
  };
}
