import { toIstTimestamp } from "../ist.ts";
import type { Circuits } from "./circuits.ts";
import { errorBudgets } from "./portal-limits.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Counts one call that a portal answered with an error, for its GSTIN and for the client id, and pauses whoever burnt the
 * day's budget until the day in India ends. Throws when the store fails.
 */
export async function spendError(circuits: Circuits, gstin: string, at: Date): Promise<void> {
  const day = toIstTimestamp(at).slice(0, 10);
  const openUntil = new Date(Date.parse(`${day}T00:00:00+05:30`) + DAY_MS);
  const subjects = [
    { subject: `gstin#${gstin}`, pauseAt: errorBudgets.gstin.pauseAt },
    { subject: "client", pauseAt: errorBudgets.client.pauseAt },
  ];
  await Promise.all(
    subjects.map(async ({ subject, pauseAt }) => {
      const errors = await circuits.countErrors(subject, day, 1);
      if (errors >= pauseAt) await circuits.open(subject, { openUntil, reason: `${errors} errors on ${day}` });
    }),
  );
}
