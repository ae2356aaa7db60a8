/** The scripts of the Constitution's languages that are written from left to right, by their names in Unicode. */
export const scripts = [
  "Devanagari",
  "Bengali",
  "Gurmukhi",
  "Gujarati",
  "Oriya",
  "Tamil",
  "Telugu",
  "Kannada",
  "Malayalam",
] as const;
/** Latin stands for all that is none of the others: digits and signs, and Greek and Cyrillic, which the same fonts have. */
export type Script = (typeof scripts)[number] | "Latin";

const BLOCKS: ReadonlyMap<Script, RegExp> = new Map(scripts.map((name) => [name, new RegExp(`\\p{sc=${name}}`, "u")]));
/** Also what several scripts share, such as the danda. */
const SHARED: ReadonlyMap<Script, RegExp> = new Map(scripts.map((name) => [name, new RegExp(`\\p{scx=${name}}`, "u")]));
/** Joiners and the circle that stands for a missing letter have no script of their own. */
const JOINING = /[\p{sc=Inherited}\u25cc]/u;
const NOT_INDIAN = /^[\0-\u08ff]$/;

/** The script in which a character is to be set, after one of `before`. */
export function scriptOf(character: string, before: Script): Script {
  if (NOT_INDIAN.test(character) && !JOINING.test(character)) return "Latin";
  if (JOINING.test(character) || SHARED.get(before)?.test(character)) return before;
  for (const [name, block] of BLOCKS) if (block.test(character)) return name;
  for (const [name, shared] of SHARED) if (shared.test(character)) return name;
  return "Latin";
}
