import type { Irp, IrpCall, WireCall } from "../../../../shared/irp/irp.ts";
import { nicIrp } from "../../../../shared/irp/nic/client.ts";
import { anInvoice } from "../../../fakes/an-invoice.ts";
import { memoryIrpUserStore } from "../../../fakes/memory-irp-user-store.ts";
import { aPortal, ENCRYPTION_KEY, GSTIN, START, USER } from "./a-portal.ts";
import { sessionParts } from "./session-parts.ts";

/** The client at the portal of a few lines. */
export async function anIrp(parts: Parameters<typeof aPortal>[0] & object = {}, user = USER) {
  const portal = aPortal(parts);
  const users = memoryIrpUserStore();
  await users.save(GSTIN, user);
  let nonce = 0;
  const seen: WireCall[] = [];
  const irp = nicIrp({
    send: portal.send,
    users,
    keys: { encryption: async () => ENCRYPTION_KEY },
    now: () => START,
    randomBytes: (size) => Buffer.alloc(size, ++nonce),
    ...sessionParts(),
    seen: (call) => void seen.push(call),
  });
  return { ...portal, irp, users, seen };
}

export const IRN = "a".repeat(64);
export const EWB_NO = "181012345678";
export const TO: IrpCall = { gstin: GSTIN, portal: "NIC1", mayStillSend: () => true };
const CANCELLATION = { reason: "duplicate", remarks: "Entered twice" } as const;

const document = { Irn: IRN, Status: "ACT", SignedInvoice: "a.b.c", SignedQRCode: "d.e.f", EwbNo: null };
const taxpayer = {
  Gstin: GSTIN,
  TradeName: "Example",
  LegalName: "Example Private Limited",
  AddrBnm: "House",
  AddrBno: "1",
  AddrFlno: "",
  AddrSt: "Road",
  AddrLoc: "Pune",
  StateCode: 27,
  AddrPncd: 411001,
  TxpType: "REG",
  Status: "ACT",
  BlkStatus: "U",
  DtReg: "2018-07-01",
  DtDReg: null,
};
const asTaxpayer = {
  gstin: GSTIN,
  legalName: "Example Private Limited",
  tradeName: "Example",
  type: "REG",
  status: "ACT",
  ewayBillBlocked: false,
  stateCode: "27",
  pin: "411001",
  address: "1, House, Road, Pune",
  registeredOn: "2018-07-01",
};
const asDocument = { irn: IRN, status: "ACT", signedInvoice: "a.b.c", signedQrCode: "d.e.f" };

interface Operation {
  readonly ask: (irp: Irp, to?: IrpCall) => ReturnType<Irp[keyof Irp]>;
  /** What a portal answers, in plain, and what the port makes of it. */
  readonly data: unknown;
  readonly value: unknown;
  /** The members without which no answer is whole; all that stand in `data` but these may go. */
  readonly needs: readonly string[];
}

/** Every operation of the port with an answer that is a success. */
export const operations: Readonly<Record<keyof Irp, Operation>> = {
  generate: {
    ask: (irp, to = TO) => irp.generate(to, anInvoice()),
    data: document,
    value: asDocument,
    needs: ["Irn", "Status", "SignedInvoice", "SignedQRCode"],
  },
  byIrn: {
    ask: (irp, to = TO) => irp.byIrn(to, IRN),
    data: document,
    value: asDocument,
    needs: ["Irn", "Status", "SignedInvoice", "SignedQRCode"],
  },
  byDocument: {
    ask: (irp, to = TO) => irp.byDocument(to, { docType: "INV", docNo: "A/1-b", docDate: "18/08/2026" }),
    data: document,
    value: asDocument,
    needs: ["Irn", "Status", "SignedInvoice", "SignedQRCode"],
  },
  cancel: {
    ask: (irp, to = TO) => irp.cancel(to, IRN, CANCELLATION),
    data: { Irn: IRN, CancelDate: "2026-08-18 14:31:00" },
    value: { cancelledAt: "2026-08-18T14:31:00+05:30" },
    needs: ["Irn", "CancelDate"],
  },
  rejected: {
    ask: (irp, to = TO) => irp.rejected(to, "18/08/2026"),
    data: [IRN],
    value: [IRN],
    needs: [],
  },
  makeEwayBill: {
    ask: (irp, to = TO) => irp.makeEwayBill(to, IRN, { Distance: 0, TransMode: "1", VehNo: null, note: "own" }),
    data: { EwbNo: 181012345678, EwbDt: "2026-08-18 14:31:00", EwbValidTill: "2026-08-20 23:59:00", Remarks: null },
    value: { ewbNo: EWB_NO, madeAt: "2026-08-18T14:31:00+05:30", validTill: "2026-08-20T23:59:00+05:30" },
    needs: ["EwbNo", "EwbDt"],
  },
  ewayBillOf: {
    ask: (irp, to = TO) => irp.ewayBillOf(to, IRN),
    data: { EwbNo: EWB_NO, Status: "CNL", GenGstin: GSTIN, EwbDt: "18/08/2026 02:31:00 PM", EwbValidTill: null },
    value: { ewbNo: EWB_NO, madeAt: "2026-08-18T14:31:00+05:30", status: "CNL", generatedBy: GSTIN },
    needs: ["EwbNo", "EwbDt", "Status"],
  },
  cancelEwayBill: {
    ask: (irp, to = TO) => irp.cancelEwayBill(to, EWB_NO, CANCELLATION),
    data: { ewayBillNo: EWB_NO, cancelDate: "18/08/2026 12:10:00 PM" },
    value: { cancelledAt: "2026-08-18T12:10:00+05:30" },
    needs: ["ewayBillNo", "cancelDate"],
  },
  taxpayer: {
    ask: (irp, to = TO) => irp.taxpayer(to, GSTIN),
    data: taxpayer,
    value: asTaxpayer,
    needs: ["Gstin", "LegalName", "TxpType", "Status", "StateCode"],
  },
  syncTaxpayer: {
    ask: (irp, to = TO) => irp.syncTaxpayer(to, GSTIN),
    data: taxpayer,
    value: asTaxpayer,
    needs: ["Gstin", "LegalName", "TxpType", "Status", "StateCode"],
  },
};

export const operationNames = Object.keys(operations) as (keyof Irp)[];
