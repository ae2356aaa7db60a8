import * as z from "zod";

const SECONDS = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const WHOLE_MINUTE = /^\d{4}-\d\d-\d\d \d\d:\d\d:00$/;

/** `yyyy-MM-dd HH:mm:ss` of India, without an offset. */
export const IstTime = z.string().regex(SECONDS);
export const IstMinute = z.string().regex(WHOLE_MINUTE);
const Irn = z.string().regex(/^[0-9a-f]{64}$/);
const AckNo = z.int().min(1e14).lt(1e15);
const EwbNo = z.int().min(1e11).lt(1e12);
const ValidTill = z.string().regex(/^\d{4}-\d\d-\d\d 23:59:00$/);

/** Section 4. Only authentication answers a plain object in `Data`. */
export const Envelope = z.strictObject({
  Status: z.literal([0, 1]),
  Data: z.union([z.string().min(1), z.looseObject({}), z.null()]),
  ErrorDetails: z.array(z.strictObject({ ErrorCode: z.string().min(1), ErrorMessage: z.string().min(1) })).nullable(),
  InfoDtls: z.array(z.strictObject({ InfCd: z.string(), Desc: z.unknown() })).nullable(),
  Alert: z.string().nullable().optional(),
});
export type Envelope = z.infer<typeof Envelope>;

export const AuthData = z.strictObject({
  ClientId: z.string(),
  UserName: z.string(),
  AuthToken: z.string().regex(/^[A-Za-z0-9]{25}$/),
  Sek: z.string().length(64),
  TokenExpiry: IstTime,
});

/** Section 5.1: the answer of generate and of both look-ups. */
export const RegisteredIrn = z.strictObject({
  AckNo,
  AckDt: IstMinute,
  Irn,
  SignedInvoice: z.string(),
  SignedQRCode: z.string(),
  Status: z.enum(["ACT", "CNL", "REJ"]),
  EwbNo: EwbNo.nullable(),
  EwbDt: IstMinute.nullable(),
  EwbValidTill: ValidTill.nullable(),
  Remarks: z.string().nullable(),
});
export type RegisteredIrn = z.infer<typeof RegisteredIrn>;

export const DuplicateIrn = z.strictObject({ AckNo, AckDt: IstTime, Irn });

export const ForeignIrn = z.strictObject({
  Irn,
  AckNo: AckNo.nullable(),
  AckDt: IstTime.nullable(),
  IrnDtl: z.strictObject({ RegIrp: z.enum(["NIC1", "NIC2", "NIC", "NIC101", "IRP", "EY"]) }),
});

/** Section 6. The claims are these two and no more. */
export const Claims = z.strictObject({ data: z.string(), iss: z.literal("NIC Sandbox") });

export const JwtHeader = z.strictObject({
  alg: z.literal("RS256"),
  typ: z.literal("JWT"),
  kid: z.string().regex(/^[0-9A-F]{40}$/),
  x5t: z.string().regex(/^[A-Za-z0-9_-]{27}$/),
});

export const SignedDocument = z.looseObject({
  AckNo,
  AckDt: IstTime,
  Irn,
  Version: z.literal("1.1"),
  ItemList: z.array(z.looseObject({ ItemNo: z.int() })),
});

/** A schema checks no order, and copies in its own: the test looks at the text. */
export const QrData = z.strictObject({
  SellerGstin: z.string().length(15),
  BuyerGstin: z.string(),
  DocNo: z.string(),
  DocTyp: z.enum(["INV", "CRN", "DBN"]),
  DocDt: z.string().regex(/^\d\d\/\d\d\/\d{4}$/),
  TotInvVal: z.number(),
  ItemCnt: z.int(),
  MainHsnCode: z.string(),
  Irn,
  IrnDt: IstTime,
});

/** Section 5.3. */
export const CancelledIrn = z.strictObject({ Irn, CancelDate: IstTime });

/** Section 5.5. */
export const EwayBill = z.strictObject({
  EwbNo,
  EwbDt: IstTime,
  EwbValidTill: ValidTill.nullable(),
  Remarks: z.string().nullable(),
});

export const FoundEwayBill = z.strictObject({
  EwbNo,
  Status: z.enum(["ACT", "CNL"]),
  GenGstin: z.string().length(15),
  EwbDt: IstTime,
  EwbValidTill: ValidTill.nullable(),
});

/** Section 5.6: an envelope of its own. */
export const EwbEnvelope = z.looseObject({
  status: z.union([z.literal(["0", "1"]), z.literal([0, 1])]).transform(String),
  data: z.string().nullish(),
  error: z.string().nullish(),
});

export const CancelledEwayBill = z.strictObject({
  ewayBillNo: z.string().regex(/^\d{12}$/),
  cancelDate: z.string().regex(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d (AM|PM)$/),
});

/** Section 5.7. */
export const TaxpayerDetails = z.strictObject({
  Gstin: z.string().length(15),
  TradeName: z.string(),
  LegalName: z.string(),
  AddrBnm: z.string().nullable(),
  AddrBno: z.string().nullable(),
  AddrFlno: z.string().nullable(),
  AddrSt: z.string().nullable(),
  AddrLoc: z.string().nullable(),
  StateCode: z.int(),
  AddrPncd: z.int(),
  TxpType: z.string(),
  Status: z.enum(["ACT", "CNL", "INA", "PRO", "SUS"]),
  BlkStatus: z.enum(["U", "B"]).nullable(),
  DtReg: z.string().nullable(),
  DtDReg: z.string().nullable(),
});
