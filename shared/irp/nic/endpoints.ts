import * as z from "zod";
import type { Invoice } from "../../invoice/invoice.ts";
import { registrable } from "../../invoice/registrable.ts";
import type {
  Cancellation,
  Cancelled,
  DocumentNumber,
  EwayBill,
  EwayBillRequest,
  SignedDocument,
  Taxpayer,
} from "../irp.ts";
import { Irn, readCancelledIrn, readRejected, readSignedDocument, readTaxpayer } from "./answers.ts";
import { cancelReasons } from "./cancel-reasons.ts";
import { type Dialect, type Info, irpDialect } from "./envelope.ts";
import { readCancelledEwayBill, readFoundEwayBill, readNewEwayBill } from "./eway-bill-answers.ts";
import { ewayapiDialect } from "./ewayapi.ts";
import type { WireRequest } from "./wire.ts";

/** One call as the portals serve it (irp-protocol 5). What is sent is parsed: a body that does not fit is the caller's mistake and throws. */
export interface Endpoint<T> extends Pick<WireRequest, "kind" | "method" | "path"> {
  /** In plain; it goes out encrypted. */
  readonly body?: object;
  readonly dialect: Dialect;
  /** Served for the document of another portal too, which the `irp` header then names. */
  readonly servesOthers?: true;
  /** What a success says. Throws on one that is not whole. */
  readonly read: (data: unknown, infos: readonly Info[]) => T;
}

const CORE = "/eicore/v1.03/Invoice";
const MASTER = "/eivital/v1.04/Master";

export function registration(invoice: Invoice): Endpoint<SignedDocument> {
  const body = registrable(invoice);
  return { kind: "register", method: "POST", path: CORE, body, dialect: irpDialect, read: readSignedDocument };
}

export function documentByIrn(irn: string): Endpoint<SignedDocument> {
  return { ...lookUp(`${CORE}/irn/${encodeURIComponent(irn)}`), servesOthers: true, read: readSignedDocument };
}

export function documentByNumber({ docType, docNo, docDate }: DocumentNumber): Endpoint<SignedDocument> {
  const query = new URLSearchParams({ doctype: docType, docnum: docNo, docdate: docDate });
  return { ...lookUp(`${CORE}/irnbydocdetails?${query}`), servesOthers: true, read: readSignedDocument };
}

const IrnCancellation = z.object({ Irn, CnlRsn: z.string(), CnlRem: z.string().min(1).max(100) });

export function irnCancellation(irn: string, { reason, remarks }: Cancellation): Endpoint<Cancelled> {
  return {
    kind: "cancel",
    method: "POST",
    path: `${CORE}/Cancel`,
    body: IrnCancellation.parse({ Irn: irn, CnlRsn: cancelReasons[reason].irn, CnlRem: remarks }),
    dialect: irpDialect,
    servesOthers: true,
    read: (data) => readCancelledIrn(irn, data),
  };
}

export function rejectedIrns(date: string): Endpoint<readonly string[]> {
  const query = new URLSearchParams({ date });
  return { ...lookUp(`${CORE}/rejectedirns?${query}`), read: readRejected };
}

const maybeText = z.string().optional();

/** What the portals read of it; members of the caller's own stay here. */
const EwayBillBody = z.object({
  Irn,
  Distance: z.int().min(0).max(4000),
  TransMode: maybeText,
  TransId: maybeText,
  TransName: maybeText,
  TransDocDt: maybeText,
  TransDocNo: maybeText,
  VehNo: maybeText,
  VehType: maybeText,
  ExpShipDtls: z.looseObject({}).optional(),
  DispDtls: z.looseObject({}).optional(),
});

export function newEwayBill(irn: string, request: EwayBillRequest): Endpoint<EwayBill> {
  const given = Object.fromEntries(Object.entries(request).filter(([, member]) => member !== null));
  return {
    kind: "eway-bill",
    method: "POST",
    path: "/eiewb/v1.03/ewaybill",
    body: EwayBillBody.parse({ ...given, Irn: irn }),
    dialect: irpDialect,
    servesOthers: true,
    read: readNewEwayBill,
  };
}

export function ewayBillByIrn(irn: string): Endpoint<EwayBill> {
  const path = `/eiewb/v1.03/ewaybill/irn/${encodeURIComponent(irn)}`;
  return { ...lookUp(path), servesOthers: true, read: readFoundEwayBill };
}

const EwayBillCancellation = z.object({
  ewbNo: z
    .string()
    .regex(/^\d{12}$/)
    .transform(Number),
  cancelRsnCode: z.int(),
  cancelRmrk: z.string().min(1).max(50),
});

export function ewayBillCancellation(ewbNo: string, { reason, remarks }: Cancellation): Endpoint<Cancelled> {
  const cancelRsnCode = cancelReasons[reason].ewayBill;
  return {
    kind: "cancel",
    method: "POST",
    path: "/ewaybillapi/v1.03/ewayapi",
    body: EwayBillCancellation.parse({ ewbNo, cancelRsnCode, cancelRmrk: remarks }),
    dialect: ewayapiDialect,
    read: (data) => readCancelledEwayBill(ewbNo, data),
  };
}

export function taxpayerDetails(gstin: string): Endpoint<Taxpayer> {
  return taxpayerAt(`${MASTER}/gstin`, gstin);
}

export function syncedTaxpayer(gstin: string): Endpoint<Taxpayer> {
  return taxpayerAt(`${MASTER}/syncgstin`, gstin);
}

function taxpayerAt(path: string, gstin: string): Endpoint<Taxpayer> {
  const read = (data: unknown) => readTaxpayer(gstin, data);
  return { ...lookUp(`${path}/${encodeURIComponent(gstin)}`), kind: "taxpayer", read };
}

function lookUp(path: string) {
  return { kind: "look-up", method: "GET", path, dialect: irpDialect } as const;
}
