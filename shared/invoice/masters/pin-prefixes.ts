/**
 * Offices that the India Post directory (January 2026) has outside of the range that NIC gives their state: the first
 * three digits of the PIN and the state. All 453 other prefixes of the directory lie within the ranges of `states`, so
 * the two tables together are NIC's rule of thumb: a PIN fits a state that either table gives for its prefix.
 */
export const strayPrefixes: readonly (readonly [prefix: number, state: number])[] = [
  [305, 36],
  [334, 22],
  [343, 36],
  [384, 8],
  [612, 32],
  [781, 17],
  [791, 15],
  [799, 36],
];
