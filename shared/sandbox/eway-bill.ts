import type { Finding } from "../invoice/finding.ts";
import type { Invoice } from "../invoice/invoice.ts";
import { routeOf } from "../invoice/rules/eway-bill-request.ts";
import type { Info } from "./answer.ts";
import { type Fault, fault } from "./codes.ts";
import { distanceKm } from "./distance.ts";
import type { Trouble } from "./faults.ts";
import { toFault } from "./findings.ts";
import type { EwayBill } from "./registration.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

const DAY_MS = 24 * 60 * 60_000;
const IST_OFFSET_MS = 5.5 * 60 * 60_000;
const KM_PER_DAY = { regular: 200, overDimensional: 20 } as const;

/** The e-way bill part of an answer: a bill, or why there is none, and what is to be said beside it. */
export interface EwayBillPart {
  readonly bill?: EwayBill;
  readonly faults: readonly Fault[];
  readonly info: readonly Info[];
}

interface Asked {
  readonly invoice: Invoice;
  readonly findings: readonly Finding[];
  readonly trouble: Trouble;
}

/** What becomes of the e-way bill that the document asks for. Its number leads to the IRN before anybody learns of it. */
export async function ewayBillPart(
  deps: SandboxDeps,
  request: SessionRequest,
  irn: string,
  asked: Asked,
): Promise<EwayBillPart> {
  const ewb = asked.invoice.EwbDtls;
  if (ewb == null) return { faults: [], info: [] };
  const faults = asked.trouble.ewayBill === "fails" ? [fault("4001")] : asked.findings.map(toFault);
  if (faults.length > 0) return { faults, info: [] };

  const km = ewb.Distance || systemKm(asked.invoice);
  const bill = newEwayBill(deps.randomBytes, request, ewb, km);
  await deps.store.keepNote(noteOfEwayBill(bill.no), irn);
  const tellsDistance = ewb.Distance === 0 || asked.trouble.ewayBill === "tells-distance";
  const Desc = `Pin-Pin calc distance: ${systemKm(asked.invoice)}KM`;
  return { bill, faults, info: tellsDistance ? [{ InfCd: "EWBPPD", Desc }] : [] };
}

/** Where the IRN of an e-way bill is noted. */
export function noteOfEwayBill(no: number): string {
  return `ewb#${no}`;
}

function systemKm(invoice: Invoice): number {
  const { from, to } = routeOf(invoice);
  const km = distanceKm(from.Pin, to.Pin ?? from.Pin);
  return km === "unknown" ? 1 : km; // The rules want a distance from the caller where the portal has none.
}

function newEwayBill(
  randomBytes: (count: number) => Uint8Array,
  { portal, at, session }: SessionRequest,
  ewb: NonNullable<Invoice["EwbDtls"]>,
  km: number,
): EwayBill {
  const digits = String(Buffer.from(randomBytes(6)).readUIntBE(0, 6) % 1e10).padStart(10, "0");
  const bill = { no: Number(`${portal === "NIC1" ? 18 : 19}${digits}`), by: session.gstin, madeAt: at.toISOString() };
  if (ewb.TransMode == null) return bill; // Part A alone: goods may not move, so nothing runs out.
  return { ...bill, validUntil: validUntil(at, km, ewb.VehType === "O").toISOString() };
}

/** A day for every 200 km or part of it (20 km for over-dimensional cargo), the first being the day after; each ends at 23:59 in India. */
function validUntil(at: Date, km: number, isOverDimensional: boolean): Date {
  const days = Math.max(1, Math.ceil(km / (isOverDimensional ? KM_PER_DAY.overDimensional : KM_PER_DAY.regular)));
  const midnight = Math.floor((at.getTime() + IST_OFFSET_MS) / DAY_MS) * DAY_MS - IST_OFFSET_MS;
  return new Date(midnight + (days + 1) * DAY_MS - 60_000);
}
