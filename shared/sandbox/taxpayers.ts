import type { RegisteredTaxpayer } from "../invoice/check-context.ts";

/** A taxpayer whom the sandbox knows by name. */
export interface Taxpayer extends RegisteredTaxpayer {
  readonly gstin: string;
  readonly what: string;
  /** How it stands until a caller has asked for synchronisation; what is said above holds afterwards. */
  readonly beforeSync?: "inactive" | "nobody";
}

const REGULAR = { type: "regular", status: "active", registeredOn: "01/07/2017" } as const;
const CANCELLED = { ...REGULAR, status: "cancelled" } as const;
const AHEAD = "01/01/2090";

/**
 * Taxpayers to try the rules of registration with. Their check digits are right, and no PAN of the kind exists. Any other
 * GSTIN of the right layout is a regular active taxpayer, so that everybody can use their own; a C as its fourteenth
 * character makes it one who collects tax at source, a D one who deducts it.
 */
export const TAXPAYERS: readonly Taxpayer[] = [
  { gstin: "27SBXZR0001R1ZZ", ...REGULAR, what: "regular" },
  { gstin: "29SBXZR0001R1ZV", ...REGULAR, what: "regular, in another state" },
  { gstin: "27SBXZU0002U1ZP", ...REGULAR, type: "sez-unit", what: "SEZ unit: 2231 as seller" },
  { gstin: "27SBXZD0003D1Z4", ...REGULAR, type: "sez-developer", what: "SEZ developer" },
  {
    gstin: "27SBXZI0004I1ZN",
    ...REGULAR,
    type: "input-service-distributor",
    what: "input service distributor: 2300 as seller, 2297 as buyer under reverse charge",
  },
  {
    gstin: "27SBXZC0005C1Z5",
    ...REGULAR,
    type: "composition",
    what: "composition: 2300 as seller, 2298 as buyer of a deemed export",
  },
  { gstin: "27SBXZT0006T1CZ", ...REGULAR, type: "tcs", what: "e-commerce operator who collects tax (TCS)" },
  { gstin: "27SBXZK0018K1ZB", ...REGULAR, type: "casual", what: "casual taxable person" },
  {
    gstin: "27SBXZX0007X1ZB",
    ...CANCELLED,
    cancelledOn: "31/03/2025",
    what: "cancelled: 3029 as seller, 3074 as buyer",
  },
  {
    gstin: "27SBXZX0008X1ZA",
    ...CANCELLED,
    cancelledOn: AHEAD,
    what: "cancelled with a day to come: good as buyer until then",
  },
  { gstin: "27SBXZX0009X1Z9", ...CANCELLED, what: "cancelled on an unknown day: 3075 as buyer" },
  {
    gstin: "27SBXZX0010X1ZG",
    type: "regular",
    status: "cancelled",
    cancelledOn: AHEAD,
    what: "cancelled, registered on an unknown day: 3078 as buyer",
  },
  {
    gstin: "27SBXZX0011X1ZF",
    ...CANCELLED,
    registeredOn: AHEAD,
    cancelledOn: AHEAD,
    what: "cancelled, registered after every document: 3077 as buyer",
  },
  { gstin: "27SBXZS0012S1ZT", ...REGULAR, status: "suspended", what: "suspended: 3029 as seller, good as buyer" },
  { gstin: "27SBXZN0013N1Z7", ...REGULAR, status: "inactive", what: "inactive: 3029 as seller, 3076 as buyer" },
  {
    gstin: "27SBXZN0014N1Z6",
    ...REGULAR,
    beforeSync: "inactive",
    what: "inactive (3029, 3076) until synchronised, then regular",
  },
  {
    gstin: "27SBXZQ0016Q1ZV",
    ...REGULAR,
    beforeSync: "nobody",
    what: "unknown (3028) until synchronised, then regular",
  },
  { gstin: "27SBXZL0017L1Z9", ...REGULAR, registeredOn: AHEAD, what: "registered after every document: 3079 as buyer" },
];

/** Well laid out, but nobody's: 3028. */
export const UNKNOWN_GSTIN = "27SBXZQ0015Q1ZW";

/** Layouts of the network, loosely: check digits do not matter, and NIC's own samples must pass. */
const KINDS: readonly (readonly [layout: RegExp, type: RegisteredTaxpayer["type"]])[] = [
  [/^\d{4}[A-Z]{3}\d{5}[UO]N[A-Z0-9]$/, "uin"],
  [/^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]C[0-9A-Z]$/, "tcs"],
  [/^\d{2}[A-Z]{4}[A-Z0-9]\d{4}[A-Z][1-9A-Z]D[0-9A-Z]$/, "tds"],
  [/^\d{2}[A-Z]{4}[A-Z0-9]\d{4}[A-Z][0-9A-Z]{3}$/, "regular"],
];

/** The taxpayer with this GSTIN, if the portal knows one. */
export function taxpayerWith(gstin: string, isSynced: boolean): RegisteredTaxpayer | "nobody" {
  const known = TAXPAYERS.find((taxpayer) => taxpayer.gstin === gstin);
  if (known !== undefined) return isSynced ? known : unsynced(known);
  const type = gstin === UNKNOWN_GSTIN ? undefined : KINDS.find(([layout]) => layout.test(gstin))?.[1];
  return type === undefined ? "nobody" : { ...REGULAR, type };
}

/** Whether asking for synchronisation can change anything. */
export function changesBySync(gstin: string): boolean {
  return TAXPAYERS.some((taxpayer) => taxpayer.gstin === gstin && taxpayer.beforeSync !== undefined);
}

function unsynced({ beforeSync, ...taxpayer }: Taxpayer): RegisteredTaxpayer | "nobody" {
  if (beforeSync === "nobody") return beforeSync;
  return beforeSync === undefined ? taxpayer : { ...taxpayer, status: beforeSync };
}
