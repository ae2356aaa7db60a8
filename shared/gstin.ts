import * as z from "zod";

/**
 * The layouts of the GST network, by the kind of taxpayer that the text alone shows. SEZ units, SEZ developers,
 * composition dealers, casual taxpayers and input service distributors look like regular ones: only the registry knows.
 * The first layout that fits decides, so TDS stands before regular, whose expression also lets a D through.
 */
const LAYOUTS = [
  ["tds", /^[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D[0-9A-Z]$/],
  ["tcs", /^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C[0-9A-Z]$/],
  ["regular", /^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][Z1-9ABD-J][0-9A-Z]$/],
  ["government", /^[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][0-9]Z[0-9]$/],
  ["uin", /^[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[A-Z0-9]$/],
  ["non-resident", /^[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]$/],
  ["oidar", /^99[0-9]{2}[A-Z]{3}[0-9]{5}OS[0-9A-Z]$/],
] as const;

/** What the 15 characters alone tell about a taxpayer. */
export type GstinKind = (typeof LAYOUTS)[number][0];

/**
 * A GSTIN with a known layout and the right check character. Meant for the GSTINs of our own clients: the IRP has no
 * check-digit rule (an unknown GSTIN ends as 3028) and NIC's sandbox GSTINs fail it, so INV-01 does not use this.
 */
export const Gstin = z
  .string()
  .refine(hasGstinLayout, { error: "not in GSTIN layout", abort: true })
  .refine((gstin) => gstin.endsWith(checkCharacter(gstin.slice(0, 14))), "check character does not match")
  .brand<"Gstin">();
export type Gstin = z.infer<typeof Gstin>;

/** The kind whose layout the text has, or undefined. The check character is not looked at. */
export function gstinKind(text: string): GstinKind | undefined {
  return LAYOUTS.find(([, layout]) => layout.test(text))?.[0];
}

/** True for any of the layouts, whatever the check character. */
export function hasGstinLayout(text: string): boolean {
  return gstinKind(text) !== undefined;
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * The fifteenth character for the first fourteen: Luhn in base 36, where every second character counts double and each
 * product adds its two base-36 digits. Doubling maps the 36 digits one to one, so any single wrong character shows.
 * Throws a RangeError unless given fourteen characters of 0-9A-Z.
 */
export function checkCharacter(first14: string): string {
  if (!/^[0-9A-Z]{14}$/.test(first14)) throw new RangeError("not the first 14 characters of a GSTIN");
  let sum = 0;
  for (let at = 0; at < 14; at++) {
    const product = DIGITS.indexOf(first14.charAt(at)) * (at % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return DIGITS.charAt((36 - (sum % 36)) % 36);
}
