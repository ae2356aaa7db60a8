import type { Budget, Slot } from "./budget.ts";
import type { Flow } from "./flow.ts";

/** A refusal is believed for so long at the most: the policy may change, and others may give way. */
const BELIEVED_MS = 1_000;
const MOST_KEPT = 1_000;

/** What the last one was told, and until when it holds for the next one too. */
interface Told {
  readonly slot: Slot;
  readonly until: number;
}

/**
 * A budget for one worker: its callers of a GSTIN ask one after the other, and once one is refused the others need not ask.
 * A memory may only refuse; it never allows.
 */
export function patientBudget(budget: Budget, now: () => Date): Budget {
  const last = new Map<string, Promise<Told>>();

  async function ask(
    before: Promise<Told> | undefined,
    gstin: string,
    flow: Flow,
    place: number | undefined,
  ): Promise<Told> {
    const told = await before?.catch(() => undefined);
    if (told && told.until > now().getTime()) return told;
    const slot = await budget.take(gstin, flow, now(), place);
    const until = slot === "taken" ? 0 : Math.min(slot.retryAt.getTime(), now().getTime() + BELIEVED_MS);
    return { slot, until };
  }

  return {
    ...budget,
    async take(gstin, flow, _, place) {
      const name = `${flow} ${gstin}`;
      const told = ask(last.get(name), gstin, flow, place);
      last.delete(name);
      last.set(name, told);
      for (const oldest of [...last.keys()].slice(0, Math.max(0, last.size - MOST_KEPT))) last.delete(oldest);
      return (await told).slot;
    },
  };
}
