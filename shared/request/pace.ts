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
const FIRST_GUESS_MS = [40, 80, 160] as const;
/** How fast it learns: a step changes a time by a tenth at the most. */
const RATE = 0.1;
const SHORTEST_MS = 10;
const LONGEST_MS = 3_000;

export function newPace(): Pace {
  let looks: readonly number[] = FIRST_GUESS_MS;
  return {
    looks: () => looks,
    learn(foundAtMs) {
      looks = SHARES.map((share, i) => {
        const lookMs = looks[i] ?? 0;
        const hadCome = lookMs >= foundAtMs ? 1 : 0;
        return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lookMs * Math.exp(RATE * (share - hadCome))));
      }).sort((one, other) => one - other);
    },
  };
}
