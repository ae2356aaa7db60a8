import type { Circuits, OpenCircuit } from "./circuits.ts";
import type { evidenceOf } from "./evidence.ts";
import { breaker } from "./portal-limits.ts";

/** What a call showed of its portal. */
export interface Sighting {
  readonly portal: string;
  readonly evidence: ReturnType<typeof evidenceOf>;
  readonly reason: string;
  readonly sentAt: Date;
}

/** What this instance knows of a portal in trouble. */
interface Trouble {
  /** In a row, since the circuit was last opened. */
  readonly failures: number;
  /** In a row, this instance's and those it saw of others. */
  readonly openings: number;
  readonly openedAt: Date;
  readonly circuit: OpenCircuit;
}

const NO_TROUBLE: Trouble = {
  failures: 0,
  openings: 0,
  openedAt: new Date(0),
  circuit: { openUntil: new Date(0), reason: "" },
};

/** What fits a log line and a table row. */
const LONGEST_REASON = 200;

/**
 * A breaker per portal. Failures are counted by each instance for itself, an open circuit is shared. When it ends, the
 * next call of each instance is the probe: success forgets everything, failure opens again at once, for twice as long.
 */
export function portalBreaker(circuits: Pick<Circuits, "find" | "open">, now: () => Date) {
  const troubles = new Map<string, Trouble>();

  /** Another instance's circuit counts as an opening of our own, unless ours is still open: then both saw the same. */
  function adopt(portal: string, circuit: OpenCircuit): void {
    const trouble = troubles.get(portal) ?? NO_TROUBLE;
    if (circuit.openUntil <= trouble.circuit.openUntil) return;
    const isOpen = trouble.circuit.openUntil > now();
    const opening = isOpen ? {} : { failures: 0, openings: trouble.openings + 1, openedAt: now() };
    troubles.set(portal, { ...trouble, ...opening, circuit });
  }

  async function open(portal: string, { openings }: Trouble, reason: string): Promise<void> {
    const openMs = Math.min(breaker.openMs * 2 ** openings, breaker.longestMs);
    const openUntil = new Date(now().getTime() + openMs);
    const circuit = { openUntil, reason: `${portal} fails: ${reason}`.slice(0, LONGEST_REASON) };
    troubles.set(portal, { failures: 0, openings: openings + 1, openedAt: now(), circuit });
    // If the store fails, this instance stays away all the same, and the others will find out for themselves.
    await circuits.open(`portal#${portal}`, circuit);
  }

  return {
    /** The open circuit of a portal, shared or this instance's own. */
    async find(portal: string): Promise<OpenCircuit | undefined> {
      const shared = await circuits.find(`portal#${portal}`);
      if (shared) adopt(portal, shared);
      const circuit = troubles.get(portal)?.circuit;
      return circuit && circuit.openUntil > now() ? circuit : undefined;
    },
    /** Learns from a call, at once. Throws when that could not be shared. */
    async note({ portal, evidence, reason, sentAt }: Sighting): Promise<void> {
      if (evidence === "nothing") return;
      if (evidence === "works") return void troubles.delete(portal);
      const trouble = troubles.get(portal) ?? NO_TROUBLE;
      // A call that was on its way when the circuit opened is no probe.
      if (sentAt <= trouble.openedAt) return;
      const failures = trouble.failures + 1;
      if (trouble.openings > 0 || failures >= breaker.failures) return open(portal, trouble, reason);
      troubles.set(portal, { ...trouble, failures });
    },
  };
}
