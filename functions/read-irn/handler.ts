import { includesQr } from "../../shared/api/include.ts";
import { Problem } from "../../shared/api/problem.ts";
import { activeBill } from "../../shared/document/change.ts";
import { billNow, type Mode } from "../../shared/document/change-answer.ts";
import { documentNow } from "../../shared/document/document-now.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { type ListedDocument, listDocuments } from "../../shared/document/list-documents.ts";
import { ownDocument } from "../../shared/document/own-document.ts";
import { withQr } from "../../shared/document/with-qr.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";
import { nextLink, readListQuery } from "./list-query.ts";
import { readNumberQuery } from "./number-query.ts";

type Deps = PipelineDeps & {
  readonly documents: Pick<DocumentStore, "find" | "answer" | "list">;
  readonly mode: Mode;
  readonly now: () => Date;
};

/** Documents as we know them, each answer with the time it is of (`asOf`); the IRP is never asked. */
export function createHandler(deps: Deps) {
  return httpFunction("read-irn", deps, {
    "GET /irn": (call) => readDocument(deps, call, readNumberQuery(gstinOf(call), call.query)),
    "GET /irn/{irn}": (call) => readDocument(deps, call, call.params["irn"]),
    "GET /irn/{irn}/ewb": (call) => readBill(deps, call),
    "GET /documents": (call) => readDocuments(deps, call),
  });
}

/** A registered document: the answer of its registration, and what became of it since. */
async function readDocument({ documents, now }: Deps, call: Call, irn = ""): Promise<HttpAnswer> {
  const isQrWanted = includesQr(call.query);
  const document = await ownDocument(documents, gstinOf(call), irn);
  const shown = { ...(await documentNow(documents, document)), asOf: toIstTimestamp(now()) };
  // What is not active any more has no QR code to print.
  return isQrWanted && document.status === "ACT" ? { status: 200, text: withQr(JSON.stringify(shown)) } : ok(shown);
}

/** The latest e-way bill of a document, cancelled or not. */
async function readBill({ documents, mode, now }: Deps, call: Call): Promise<HttpAnswer> {
  const { irn, bills = [] } = await ownDocument(documents, gstinOf(call), call.params["irn"] ?? "");
  const bill = bills.at(-1);
  if (!bill) throw new Problem("not_found", "the document has no e-way bill");
  const links = { self: `/irn/${irn}/ewb`, document: `/irn/${irn}` };
  return ok({ irn, ...billNow(bill), mode, asOf: toIstTimestamp(now()), links });
}

/** The registered documents of the caller's GSTIN, the latest day first, in short. */
async function readDocuments({ documents, mode, now }: Deps, call: Call): Promise<HttpAnswer> {
  const gstin = gstinOf(call);
  const asOf = toIstTimestamp(now());
  const asked = readListQuery(gstin, call.query, asOf.slice(0, 10));
  const { documents: listed, next } = await listDocuments(documents, gstin, asked);
  return ok({ documents: listed.map(entry), mode, asOf, ...(next && { next: nextLink(gstin, asked, next) }) });
}

function entry({ irn, about, reg: { ackNo, ackDt }, status, bills }: ListedDocument) {
  // A bill that is cancelled is not one to send the goods with; the document's own page tells of it.
  const ewbNo = activeBill({ bills })?.ewbNo;
  return { irn, ...about, ackNo, ackDt, status, ...(ewbNo && { ewbNo }), links: { self: `/irn/${irn}` } };
}

function gstinOf({ caller }: Call): string {
  return caller?.gstin ?? "";
}
