import type { OpenCircuit } from "../../shared/irp/circuits.ts";
import { toIstTimestamp } from "../../shared/ist.ts";

/** That nothing is sent for the GSTIN now, until when, and why. */
export function pausedAnswer({ openUntil, reason }: OpenCircuit) {
  return { paused: { until: toIstTimestamp(openUntil), reason } };
}
