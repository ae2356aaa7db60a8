const UNKNOWN = 999;

/**
 * The portal's distance between two PIN codes in km, made up but always the same: 5 for each step between their first
 * three digits, and a tenth of the steps between their last three, rounded up; at least 1. A PIN code that ends in 999
 * has no known distance.
 */
export function distanceKm(fromPin: number, toPin: number): number | "unknown" {
  if (fromPin % 1000 === UNKNOWN || toPin % 1000 === UNKNOWN) return "unknown";
  const far = Math.abs(Math.floor(fromPin / 1000) - Math.floor(toPin / 1000));
  const near = Math.abs((fromPin % 1000) - (toPin % 1000));
  return Math.max(1, 5 * far + Math.ceil(near / 10));
}
