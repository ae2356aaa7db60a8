import { strayPrefixes } from "../masters/pin-prefixes.ts";
import { OTHER_COUNTRY, OTHER_TERRITORY, states } from "../masters/states.ts";

/** Stands for "outside India" on exports, and may for other territory. P-9, P-17, P-18, P-21 and P-22 say where. */
export const NO_PIN = 999999;

/**
 * How a PIN code goes with a state, by its first three digits: `unknown` when no state has them, `elsewhere` when
 * others have. PIN 999999 and the codes 96 and 97, for which there is no table, are always taken, and so is a state
 * that is not in the master: rules of their own speak about those.
 */
export function pinFits(pin: number, state: number): "fits" | "unknown" | "elsewhere" {
  if (pin === NO_PIN || state === OTHER_COUNTRY || state === OTHER_TERRITORY || !states.has(state)) return "fits";
  const prefix = Math.floor(pin / 1000);
  if (hasPrefix(state, prefix)) return "fits";
  return [...states.keys()].some((other) => hasPrefix(other, prefix)) ? "elsewhere" : "unknown";
}

function hasPrefix(state: number, prefix: number): boolean {
  const ranges = states.get(state)?.pins ?? [];
  return (
    ranges.some(([from, to]) => prefix >= from && prefix <= to) ||
    strayPrefixes.some(([stray, its]) => stray === prefix && its === state)
  );
}
