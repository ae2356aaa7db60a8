import type { Circuits, OpenCircuit } from "../../shared/irp/circuits.ts";

export function memoryCircuits(now: () => Date): Circuits {
  const circuits = new Map<string, OpenCircuit>();
  const errorsOf = new Map<string, number>();
  return {
    async find(subject) {
      const circuit = circuits.get(subject);
      return circuit && circuit.openUntil > now() ? structuredClone(circuit) : undefined;
    },
    async open(subject, circuit) {
      const standing = circuits.get(subject);
      if (!standing || standing.openUntil < circuit.openUntil) circuits.set(subject, structuredClone(circuit));
    },
    async countErrors(subject, day, errors) {
      const key = `${subject}#${day}`;
      const sum = (errorsOf.get(key) ?? 0) + errors;
      errorsOf.set(key, sum);
      return sum;
    },
  };
}
