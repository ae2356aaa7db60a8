import * as z from "zod";
import { Cancelled, CancelledEwayBill, NewEwayBill, Registration } from "../answers/document.ts";
import { Accepted } from "../answers/request.ts";
import { Validation } from "../answers/service.ts";
import type { ProblemCode } from "../problem.ts";
import * as example from "./examples.ts";
import type { Answer, Operation } from "./operation.ts";

const include = {
  include: {
    description: "qr: the answer also has the image of the signed QR code.",
    schema: z.enum(["qr"]),
    example: "qr",
  },
};

const accepted: Answer = {
  status: 202,
  description:
    "Accepted, and not over yet: the wait is over first, or waiting makes no sense. It comes to an outcome whatever fails; look at `Location`.",
  content: { schema: Accepted, example: example.accepted },
  headers: ["Location", "Retry-After", "Preference-Applied"],
};

function told(status: 200 | 201, description: string, schema: z.ZodType, value: unknown): Answer {
  const headers = ["Preference-Applied", "Idempotency-Replayed"] as const;
  return { status, description, content: { schema, example: value }, headers };
}

/** What every request may come to that a portal has to carry out. */
const ENDINGS: readonly ProblemCode[] = ["refused_by_irp", "outcome_unknown", "irp_login_refused", "payload_lost"];
const REGISTERING: readonly ProblemCode[] = [
  ...(["gstin_mismatch", "invalid_document", "number_used", "registered_elsewhere"] as const),
  ...(["registered_unverified", "not_registered"] as const),
  ...ENDINGS,
];
const CHANGING: readonly ProblemCode[] = [
  ...(["not_found", "invalid_body", "registration_in_progress", "not_active", "not_done"] as const),
  ...ENDINGS,
];

const registered = (value: unknown): readonly Answer[] => [
  told(201, "Registered by this request.", Registration, value),
  told(200, "This very document was registered before: the same answer as then, byte for byte.", Registration, value),
  accepted,
];

/** Everything that ends at the portal and changes something there, and the dry run before it. */
export const submissions = {
  "POST /irn": {
    id: "registerDocument",
    tag: "Registering",
    summary: "Register a document",
    description: `Takes an invoice, credit note or debit note in the government's own schema (INV-01 v1.1) and answers with the
IRN, the acknowledgement and both signed copies. With \`EwbDtls\` the e-way bill comes with it; if that one fails the IRN stands.

The document is its own natural key: sent again, with any idempotency key or none, it is answered 200 with the registration.`,
    query: include,
    isSubmission: true,
    bodies: {
      invoice: { summary: "An invoice within a state", value: example.invoice },
      withEwayBill: { summary: "Goods with their e-way bill", value: example.invoiceWithBill },
    },
    answers: registered(example.registration),
    problems: REGISTERING,
  },
  "POST /cdnr": {
    id: "registerNote",
    tag: "Registering",
    summary: "Register a credit or debit note",
    description:
      "As `POST /irn`, for `DocDtls.Typ` CRN and DBN alone. `links.originals` leads to the invoices in `RefDtls.PrecDocDtls` that were registered here.",
    query: include,
    isSubmission: true,
    bodies: { creditNote: { summary: "A credit note", value: example.creditNote } },
    answers: registered(example.noteRegistration),
    problems: [...REGISTERING, "wrong_document_type"],
  },
  "POST /irn/validate": {
    id: "validateDocument",
    tag: "Registering",
    summary: "Try a document",
    description:
      "The dry run: every finding of schema and rules at once, each with NIC's code, and a JSON Patch that mends the arithmetic. Nothing is sent or stored.",
    bodies: { invoice: { summary: "An invoice", value: example.invoice } },
    answers: [
      { status: 200, description: "What is found.", content: { schema: Validation, example: example.validation } },
    ],
    problems: [],
  },
  "POST /irn/{irn}/cancel": {
    id: "cancelDocument",
    tag: "Changing",
    summary: "Cancel a document",
    description:
      "For 24 hours from the portal's acknowledgement. A cancelled document stays cancelled, and its number can never be used again.",
    isSubmission: true,
    bodies: { mistake: { summary: "A mistake", value: example.reasons } },
    answers: [told(200, "It is cancelled.", Cancelled, example.cancelled), accepted],
    problems: [...CHANGING, "eway_bill_active", "cancel_window_closed"],
  },
  "POST /irn/cancel": {
    id: "cancelDocumentByBody",
    tag: "Changing",
    summary: "Cancel a document, with its IRN in the body",
    description: "As `POST /irn/{irn}/cancel`, for clients that cannot build a path.",
    isSubmission: true,
    bodies: { mistake: { summary: "A mistake", value: { irn: example.IRN, ...example.reasons } } },
    answers: [told(200, "It is cancelled.", Cancelled, example.cancelled), accepted],
    problems: [...CHANGING, "eway_bill_active", "cancel_window_closed"],
  },
  "POST /irn/{irn}/ewb": {
    id: "makeEwayBill",
    tag: "Changing",
    summary: "Make an e-way bill",
    description:
      "For a registered document that has none. The body has the members of `EwbDtls`; for exports also where the goods leave. With `Distance` 0 the portal works it out.",
    isSubmission: true,
    bodies: { road: { summary: "By road", value: example.transport } },
    answers: [
      told(201, "Made by this request.", NewEwayBill, example.newBill),
      told(200, "The document has this very bill: the same answer as then.", NewEwayBill, example.newBill),
      accepted,
    ],
    problems: [...CHANGING, "eway_bill_active"],
  },
  "POST /ewb/{ewbNo}/cancel": {
    id: "cancelEwayBill",
    tag: "Changing",
    summary: "Cancel an e-way bill",
    description:
      "For 24 hours after it was made, unless the goods were checked on their way. The document stays registered.",
    isSubmission: true,
    bodies: { mistake: { summary: "A mistake", value: example.reasons } },
    answers: [told(200, "It is cancelled.", CancelledEwayBill, example.cancelledBill), accepted],
    problems: [...CHANGING, "cancel_window_closed"],
  },
} as const satisfies Record<string, Operation>;
