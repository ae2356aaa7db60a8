import * as z from "zod";
import { component } from "./component.ts";
import { asOf, cancellation, ewbNo, gstin, irn, mode, next, path, self, signed, status, time } from "./values.ts";

const bill = {
  ewbNo,
  ewbDt: time.describe("When the e-way bill was made."),
  validTill: time.optional().describe("Absent while there is no vehicle yet (part A alone)."),
  distanceKm: z.number().optional(),
};
const irpErrors = z.array(z.object({ code: z.string(), message: z.string() })).describe("As the portal words them.");
const failedBill = component(
  "FailedEwayBill",
  z.object({ status: z.literal("failed"), errors: irpErrors }).describe("It was asked for, and the portal made none."),
);
const madeBill = component("MadeEwayBill", z.object({ status: z.literal("ACT"), ...bill }));
const billNow = component(
  "EwayBillNow",
  z.object({ status: z.enum(["ACT", "CNL"]), ...bill, ...z.object(cancellation).partial().shape }),
);

const registered = {
  irn,
  ackNo: z
    .string()
    .regex(/^\d{1,20}$/)
    .describe("The portal's acknowledgement number, as text."),
  ackDt: time.describe("When the portal registered it, as it signed it."),
  status,
  mode,
  signedInvoice: signed.describe("The whole document as the portal signed it (JWT). Keep it: it is the e-invoice."),
  signedQrCode: signed.describe("What the QR code on the printed invoice must hold (JWT)."),
};
const documentLinks = z.object({
  self,
  originals: z
    .array(path("An invoice that this note corrects."))
    .optional()
    .describe("The documents of RefDtls.PrecDocDtls that were registered here."),
});
const qr = z
  .string()
  .startsWith("data:image/png;base64,")
  .optional()
  .describe("The image of signedQrCode, when it was asked for with include=qr.");

export const Registration = component(
  "Registration",
  z
    .object({
      ...registered,
      ewb: z.union([madeBill, failedBill]).optional().describe("The e-way bill, when EwbDtls asked for one."),
      links: documentLinks,
      qr,
    })
    .describe("The answer of a registration, frozen: whoever asks again gets these very bytes."),
);

export const DocumentNow = component(
  "Document",
  z
    .object({
      ...registered,
      ...z.object(cancellation).partial().shape,
      ewb: z.union([billNow, failedBill]).optional().describe("Its latest e-way bill, as it now is."),
      links: documentLinks,
      asOf,
      qr,
    })
    .describe("A registered document, and what became of it since."),
);

const ListedDocument = component(
  "ListedDocument",
  z.object({
    irn,
    docType: z.enum(["INV", "CRN", "DBN"]),
    docNo: z.string().describe("As it is registered: in capitals."),
    docDate: z.iso.date(),
    buyerGstin: z.string(),
    total: z.number().describe("TotInvVal, in rupees."),
    ackNo: registered.ackNo,
    ackDt: registered.ackDt,
    status,
    ewbNo: ewbNo.optional().describe("Its active e-way bill."),
    links: z.object({ self }),
  }),
);

export const DocumentList = component(
  "DocumentList",
  z.object({ documents: z.array(ListedDocument), mode, asOf, next }),
);

export const Cancelled = component(
  "CancelledDocument",
  z.object({ irn, status: z.literal("CNL"), ...cancellation, mode, links: z.object({ self }) }),
);

const billLinks = z.object({ self, document: path("The document that it belongs to.") });

export const NewEwayBill = component(
  "NewEwayBill",
  z.object({ irn, ...madeBill.shape, mode, links: billLinks }).describe("The e-way bill as it was made."),
);
export const EwayBill = component(
  "EwayBill",
  z.object({ irn, ...billNow.shape, mode, asOf, links: billLinks }).describe("The e-way bill as it now is."),
);
export const CancelledEwayBill = component(
  "CancelledEwayBill",
  z.object({ irn, ewbNo, status: z.literal("CNL"), ...cancellation, mode, links: billLinks }),
);

export const Taxpayer = component(
  "Taxpayer",
  z.object({
    gstin,
    legalName: z.string(),
    tradeName: z.string(),
    type: z.string().describe("The portal's own word, such as REG."),
    status: z
      .enum(["ACT", "CNL", "INA", "PRO", "SUS"])
      .describe("ACT active, CNL cancelled, INA inactive, PRO provisional, SUS suspended."),
    ewayBillBlocked: z.boolean().describe("Barred from e-way bills, for returns that were not filed."),
    stateCode: z.string(),
    pin: z.string().optional(),
    address: z.string(),
    registeredOn: z.iso.date().optional(),
    deregisteredOn: z.iso.date().optional(),
    asOf: time.describe("When the portal said so."),
    mode,
  }),
);
