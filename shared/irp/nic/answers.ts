import * as z from "zod";
import { portalTimeToTimestamp } from "../../ist.ts";
import type { Cancelled, Existing, SignedDocument, Taxpayer } from "../irp.ts";
import { type Info, readErrors } from "./envelope.ts";
import { distanceIn, EwayBillMembers, toEwayBill } from "./eway-bill-answers.ts";
import { PortalTime } from "./portal-time.ts";

/** Reading what the portals say once it is decrypted. Every function here throws on an answer that is not whole. */

export const Irn = z
  .string()
  .regex(/^[0-9a-f]{64}$/i)
  .transform((irn) => irn.toLowerCase());

const Registered = z.looseObject({
  Irn,
  Status: z.enum(["ACT", "CNL", "REJ"]),
  SignedInvoice: z.string().min(1),
  SignedQRCode: z.string().min(1),
});

export function readSignedDocument(data: unknown, infos: readonly Info[]): SignedDocument {
  const { Irn, Status, SignedInvoice, SignedQRCode } = Registered.parse(data);
  const ewayBill = ewayBillBeside(data, infos);
  return {
    irn: Irn,
    status: Status,
    signedInvoice: SignedInvoice,
    signedQrCode: SignedQRCode,
    ...(ewayBill && { ewayBill }),
  };
}

/** A bill that failed, or whose members cannot be read, takes nothing from the registration. The latter is left out: a look-up may tell. */
function ewayBillBeside(data: unknown, infos: readonly Info[]): SignedDocument["ewayBill"] {
  const bill = EwayBillMembers.safeParse(data);
  if (bill.success) return { ...toEwayBill(bill.data), ...distanceIn(infos) };
  const failed = infos.find(({ code }) => code === "EWBERR");
  return failed && { errors: readErrors(failed.description) };
}

const Duplicate = z.looseObject({
  Irn: Irn.optional().catch(undefined),
  IrnDtl: z
    .looseObject({ RegIrp: z.string().min(1) })
    .optional()
    .catch(undefined),
});

/** The registration that stands in the way, where the portal says which. */
export function readExisting(infos: readonly Info[]): Existing | undefined {
  const info = infos.find(({ code }) => code === "DUPIRN" || code === "DUPIRNGLP");
  const { Irn: irn, IrnDtl } = Duplicate.safeParse(info?.description).data ?? {};
  if (irn === undefined && IrnDtl === undefined) return undefined;
  return { ...(irn !== undefined && { irn }), ...(IrnDtl && { irp: IrnDtl.RegIrp }) };
}

const IrnCancelled = z.looseObject({ Irn, CancelDate: PortalTime });

/** An answer about another IRN than was cancelled is none. */
export function readCancelledIrn(irn: string, data: unknown): Cancelled {
  const { CancelDate } = IrnCancelled.refine((cancelled) => cancelled.Irn === irn.toLowerCase()).parse(data);
  return { cancelledAt: CancelDate };
}

/** Null where there is none. */
export function readRejected(data: unknown): readonly string[] {
  return z.array(Irn).nullable().parse(data) ?? [];
}

const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() ?? "");
const day = z
  .string()
  .nullish()
  .transform((value) => isoDay(value ?? ""));
const numberOrText = z.union([z.int().nonnegative(), z.string()]).transform(String);

const Details = z.looseObject({
  Gstin: z.string(),
  LegalName: z.string(),
  TradeName: text,
  TxpType: z.string(),
  Status: z.enum(["ACT", "CNL", "INA", "PRO", "SUS"]),
  BlkStatus: text,
  StateCode: numberOrText.pipe(z.string().regex(/^\d{1,2}$/)),
  AddrPncd: numberOrText.nullish(),
  AddrBno: text,
  AddrBnm: text,
  AddrFlno: text,
  AddrSt: text,
  AddrLoc: text,
  DtReg: day,
  DtDReg: day,
});

/** Details of another GSTIN than was asked for are none. */
export function readTaxpayer(gstin: string, data: unknown): Taxpayer {
  const found = Details.refine(({ Gstin }) => Gstin.toUpperCase() === gstin.toUpperCase()).parse(data);
  const { AddrBno, AddrBnm, AddrFlno, AddrSt, AddrLoc, AddrPncd: pin, DtReg, DtDReg } = found;
  return {
    gstin: found.Gstin,
    legalName: found.LegalName,
    tradeName: found.TradeName,
    type: found.TxpType,
    status: found.Status,
    ewayBillBlocked: found.BlkStatus === "B",
    stateCode: found.StateCode.padStart(2, "0"),
    ...(pin && pin !== "0" && { pin }),
    address: [AddrBno, AddrBnm, AddrFlno, AddrSt, AddrLoc].filter((part) => part !== "").join(", "),
    ...(DtReg !== undefined && { registeredOn: DtReg }),
    ...(DtDReg !== undefined && { deregisteredOn: DtDReg }),
  };
}

/** `2018-07-01`, also where a time follows or the day comes first. A day that is none is left out. */
function isoDay(value: string): string | undefined {
  const [, ymd, d, m, y] = /^(?:(\d{4}-\d{2}-\d{2})|(\d{2})\/(\d{2})\/(\d{4}))\b/.exec(value.trim()) ?? [];
  const iso = ymd ?? `${y}-${m}-${d}`;
  try {
    return portalTimeToTimestamp(`${iso} 00:00:00`).slice(0, 10);
  } catch {
    return undefined;
  }
}
