import type { CheckContext } from "../check-context.ts";
import type { Invoice } from "../invoice.ts";
import { ewayBillRule, ROUTE_PINS, routeOf } from "./eway-bill-request.ts";
import { NO_PIN } from "./pin.ts";
import type { Rule } from "./rule.ts";

const DISTANCE = ["EwbDtls.Distance", ...ROUTE_PINS] as const;
/** Between two places with the same PIN code, in km. */
const LOCAL_KM = 100;
/** From here on the given distance may also be less than the portal's, by the same tenth. */
const FAR_KM = 100;

/** W-10 to W-12 of section 3.7: `Distance` in km, where 0 asks for the portal's own figure. */
export const distanceRules: readonly Rule[] = [
  ewayBillRule({
    no: "W-10",
    irpCode: "4029",
    reads: DISTANCE,
    at: "EwbDtls.Distance",
    check: ({ Distance }, invoice) => !isLocal(invoice) || (Distance >= 1 && Distance <= LOCAL_KM),
    message: "goods leave from and go to the same PIN code",
    hint: `Give the distance, from 1 to ${LOCAL_KM} km.`,
  }),
  ewayBillRule({
    no: "W-11",
    irpCode: "4034",
    reads: DISTANCE,
    at: "EwbDtls.Distance",
    check: ({ Distance }, invoice) => Distance !== 0 || !hasNoPin(invoice),
    message: `the portal knows no distance from or to the PIN code ${NO_PIN}`,
    hint: "Give the distance in km.",
  }),
  ewayBillRule({
    no: "W-12",
    irpCode: "4030",
    reads: DISTANCE,
    at: "EwbDtls.Distance",
    check: ({ Distance }, invoice, context) => Distance !== 0 || portalDistance(invoice, context) !== "unknown",
    message: "the portal knows no distance between these two PIN codes",
    hint: "Give the distance in km.",
  }),
  ewayBillRule({
    no: "W-12",
    irpCode: "4013",
    reads: DISTANCE,
    at: "EwbDtls.Distance",
    check: ({ Distance }, invoice, context) => {
      const km = portalDistance(invoice, context);
      return Distance === 0 || typeof km !== "number" || isNear(Distance, km);
    },
    message: "the distance is not within 10 % of the portal's figure",
    hint: "Set Distance to 0 to use the portal's own.",
  }),
];

/** Tenths are compared as whole numbers. */
function isNear(given: number, portal: number): boolean {
  return given * 10 <= portal * 11 && (portal < FAR_KM || given * 10 >= portal * 9);
}

function isLocal(invoice: Invoice): boolean {
  const { from, to } = routeOf(invoice);
  return from.Pin === to.Pin;
}

function hasNoPin(invoice: Invoice): boolean {
  const { from, to } = routeOf(invoice);
  return from.Pin === NO_PIN || to.Pin === NO_PIN;
}

/** Undefined where W-10 and W-11 speak, and when no look-up is given. */
function portalDistance(invoice: Invoice, { registry }: CheckContext): number | "unknown" | undefined {
  const { from, to } = routeOf(invoice);
  if (isLocal(invoice) || hasNoPin(invoice) || to.Pin == null) return undefined;
  return registry?.distance?.(from.Pin, to.Pin);
}
