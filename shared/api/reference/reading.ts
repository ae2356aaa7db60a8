import * as z from "zod";
import { requestStates } from "../../request/request-state.ts";
import { DocumentList, DocumentNow, EwayBill, Taxpayer } from "../answers/document.ts";
import { RateLimit, RequestList, RequestNow } from "../answers/request.ts";
import * as example from "./examples.ts";
import { page } from "./lists.ts";
import type { Answer, Operation } from "./operation.ts";

const include = {
  include: {
    description: "qr: the answer also has the image of the signed QR code, while the document is active.",
    schema: z.enum(["qr"]),
    example: "qr",
  },
};
const docType = z.string().regex(/^([Ii][Nn][Vv]|[Cc][Rr][Nn]|[Dd][Bb][Nn])$/);
const document: Answer = {
  status: 200,
  description: "The document.",
  content: { schema: DocumentNow, example: example.documentNow },
};
const taxpayer = (description: string): Answer[] => [
  { status: 200, description, content: { schema: Taxpayer, example: example.taxpayer } },
];

/** What can be read of documents, requests and taxpayers. */
export const reading = {
  "GET /irn/{irn}": {
    id: "readDocument",
    tag: "Reading",
    summary: "Read a document",
    description: "The answer of its registration, and over it what became of the document since.",
    query: include,
    answers: [document],
    problems: ["not_found"],
  },
  "GET /irn": {
    id: "findDocument",
    tag: "Reading",
    summary: "Find a document by its number",
    description: "The document of that type and number in the financial year of the date.",
    query: {
      docType: { description: "INV, CRN or DBN, in any case.", schema: docType, required: true, example: "INV" },
      docNo: {
        description: "In any case: it is registered in capitals.",
        schema: z.string().regex(/^([a-zA-Z1-9]{1}[a-zA-Z0-9/-]{0,15})$/),
        required: true,
        example: "A/1",
      },
      docDate: {
        description: "As yyyy-MM-dd or dd/MM/yyyy. Its financial year alone counts.",
        schema: z.string().regex(/^(\d{4}-\d{2}-\d{2}|\d{2}\/\d{2}\/\d{4})$/),
        required: true,
        example: "2026-08-18",
      },
      ...include,
    },
    answers: [document],
    problems: ["not_found"],
  },
  "GET /documents": {
    id: "listDocuments",
    tag: "Reading",
    summary: "List documents",
    description: "The registered documents of some days, the latest day first, in short.",
    query: {
      from: {
        description: "The first day. 30 days before the last one unless told.",
        schema: z.iso.date(),
        example: "2026-08-01",
      },
      to: {
        description: "The last day, today unless told. At most 366 days.",
        schema: z.iso.date(),
        example: "2026-08-31",
      },
      status: { description: "Documents of this status alone.", schema: z.enum(["ACT", "CNL", "REJ"]), example: "ACT" },
      docType: { description: "Documents of this type alone, in any case.", schema: docType, example: "INV" },
      ...page,
    },
    answers: [
      {
        status: 200,
        description: "A page of the list. It may be shorter than asked for, even empty, and go on at `next`.",
        content: { schema: DocumentList, example: example.documentList },
      },
    ],
    problems: [],
  },
  "GET /irn/{irn}/ewb": {
    id: "readEwayBill",
    tag: "Reading",
    summary: "Read the e-way bill of a document",
    description: "The latest one, cancelled or not.",
    answers: [{ status: 200, description: "The e-way bill.", content: { schema: EwayBill, example: example.billNow } }],
    problems: ["not_found"],
  },
  "GET /irn/{irn}/qr.png": {
    id: "printQrPng",
    tag: "Reading",
    summary: "The signed QR code as PNG",
    description: "For print: 300 dots an inch, 4 to 5 cm wide. The same bytes each time.",
    answers: [{ status: 200, description: "The image.", content: { type: "image/png", isBinary: true } }],
    problems: ["not_found", "not_active"],
  },
  "GET /irn/{irn}/qr.svg": {
    id: "printQrSvg",
    tag: "Reading",
    summary: "The signed QR code as SVG",
    description: "For print, in the same size as the PNG.",
    answers: [
      {
        status: 200,
        description: "The image.",
        content: { type: "image/svg+xml", example: '<svg xmlns="http://www.w3.org/2000/svg">…</svg>' },
      },
    ],
    problems: ["not_found", "not_active"],
  },
  "GET /irn/{irn}/invoice.pdf": {
    id: "printInvoice",
    tag: "Reading",
    summary: "The printed invoice as PDF",
    description:
      "With what rules 46 and 53 of the CGST Rules ask for. A document that is not active is marked on every page and has no QR code. The same bytes each time for the same status.",
    answers: [
      {
        status: 200,
        description: "The document on A4.",
        content: { type: "application/pdf", isBinary: true },
        headers: ["Content-Disposition"],
      },
    ],
    problems: ["not_found"],
  },
  "GET /requests": {
    id: "listRequests",
    tag: "Requests",
    summary: "List accepted requests",
    description: "The newest first, without what they carry.",
    query: {
      state: { description: "Requests of this state alone.", schema: z.enum(requestStates), example: "queued" },
      ...page,
    },
    answers: [
      {
        status: 200,
        description: "A page of the list.",
        content: { schema: RequestList, example: example.requestList },
      },
    ],
    problems: [],
  },
  "GET /requests/{id}": {
    id: "readRequest",
    tag: "Requests",
    summary: "Read an accepted request",
    description: "Its state, and for 24 hours its outcome: `result` if it went well, `problem` if it did not.",
    answers: [
      { status: 200, description: "The request.", content: { schema: RequestNow, example: example.requestNow } },
    ],
    problems: ["not_found"],
  },
  "GET /rate-limit": {
    id: "readRateLimit",
    tag: "Requests",
    summary: "Read the limit",
    description:
      "What the upstream allows for the GSTIN, what is left of it now, and how long its queue is. Asking takes nothing of either.",
    answers: [
      {
        status: 200,
        description: "The limit now.",
        content: { schema: RateLimit, example: example.rateLimit },
        headers: ["RateLimit", "RateLimit-Policy"],
      },
    ],
    problems: [],
  },
  "GET /gstins/{gstin}": {
    id: "readTaxpayer",
    tag: "Taxpayers",
    summary: "Look up a taxpayer",
    description: "Any taxpayer, as the portal has it. Takes a slot of the limit.",
    answers: taxpayer("The taxpayer."),
    problems: ["not_found", "irp_login_refused", "refused_by_irp", "rate_limited", "portal_unavailable"],
  },
  "POST /gstins/{gstin}/sync": {
    id: "syncTaxpayer",
    tag: "Taxpayers",
    summary: "Have a taxpayer fetched anew",
    description:
      "The portal asks the common GST portal, for a GSTIN that it does not know or has wrong. Takes a slot of the limit.",
    answers: taxpayer("The taxpayer, as the common portal has it."),
    problems: ["not_found", "irp_login_refused", "refused_by_irp", "rate_limited", "portal_unavailable"],
  },
} as const satisfies Record<string, Operation>;
