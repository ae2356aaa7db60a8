import * as z from "zod";
import type { Cancelled, EwayBill } from "../irp.ts";
import type { Info } from "./envelope.ts";
import { PortalTime } from "./portal-time.ts";

/** Twelve digits, as a number that JSON still holds exactly, or as text. */
const EwbNo = z
  .union([z.int().positive(), z.string().trim()])
  .transform(String)
  .pipe(z.string().regex(/^\d{12}$/));

/** None is null, or nothing at all, or empty. */
const MaybeTime = z
  .union([z.literal("").transform(() => null), PortalTime])
  .nullish()
  .transform((time) => time ?? undefined);

/** The members that tell a bill, in an answer of its own or beside a registration. */
export const EwayBillMembers = z.looseObject({ EwbNo, EwbDt: PortalTime, EwbValidTill: MaybeTime });

export function toEwayBill({ EwbNo, EwbDt, EwbValidTill }: z.infer<typeof EwayBillMembers>): EwayBill {
  return { ewbNo: EwbNo, madeAt: EwbDt, ...(EwbValidTill !== undefined && { validTill: EwbValidTill }) };
}

export function readNewEwayBill(data: unknown, infos: readonly Info[]): EwayBill {
  return { ...toEwayBill(EwayBillMembers.parse(data)), ...distanceIn(infos) };
}

const Found = EwayBillMembers.extend({ Status: z.enum(["ACT", "CNL"]), GenGstin: z.string().min(1).nullish() });

export function readFoundEwayBill(data: unknown): EwayBill {
  const { Status, GenGstin, ...members } = Found.parse(data);
  return { ...toEwayBill(members), status: Status, ...(GenGstin && { generatedBy: GenGstin }) };
}

/** `Pin-Pin calc distance: 2467KM` */
export function distanceIn(infos: readonly Info[]): Pick<EwayBill, "distanceKm"> {
  const told = infos.find(({ code }) => code === "EWBPPD")?.description;
  const [, km] = /(\d+(?:\.\d+)?)\s*KM\b/i.exec(typeof told === "string" ? told : "") ?? [];
  return km === undefined ? {} : { distanceKm: Number(km) };
}

const BillCancelled = z.looseObject({ ewayBillNo: EwbNo, cancelDate: PortalTime });

/** An answer about another bill than was cancelled is none. */
export function readCancelledEwayBill(ewbNo: string, data: unknown): Cancelled {
  const { cancelDate } = BillCancelled.refine(({ ewayBillNo }) => ewayBillNo === ewbNo).parse(data);
  return { cancelledAt: cancelDate };
}
