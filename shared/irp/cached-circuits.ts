import type { Circuits, OpenCircuit } from "./circuits.ts";

const KEEP_MS = 5_000;
/** One instance serves any number of GSTINs in its life; the oldest makes room. */
const MOST_KEPT = 1_000;

/**
 * Reads each circuit at most once in five seconds. One that cannot be read counts as closed: a circuit only saves work
 * that would fail, and must not stop work that would succeed.
 */
export function cachedCircuits(circuits: Circuits, now: () => Date): Circuits {
  const kept = new Map<string, { readonly circuit: Promise<OpenCircuit | undefined>; readonly at: number }>();

  function keep(subject: string, circuit: Promise<OpenCircuit | undefined>): Promise<OpenCircuit | undefined> {
    kept.delete(subject);
    kept.set(subject, { circuit, at: now().getTime() });
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST_KEPT))) kept.delete(oldest);
    return circuit;
  }

  return {
    async find(subject) {
      const known = kept.get(subject);
      const isFresh = known !== undefined && now().getTime() - known.at < KEEP_MS;
      const circuit = await (isFresh
        ? known.circuit
        : keep(
            subject,
            circuits.find(subject).catch(() => undefined),
          ));
      return circuit && circuit.openUntil > now() ? circuit : undefined;
    },
    async open(subject, circuit) {
      const standing = kept.get(subject)?.circuit ?? Promise.resolve(undefined);
      // Chained at once, so that of circuits that are opened together none is lost.
      void keep(
        subject,
        standing.then((before) => (before && before.openUntil > circuit.openUntil ? before : circuit)),
      );
      await circuits.open(subject, circuit);
    },
    countErrors: (subject, day, errors) => circuits.countErrors(subject, day, errors),
  };
}
