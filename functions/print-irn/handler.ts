import { Problem } from "../../shared/api/problem.ts";
import { activeBill } from "../../shared/document/change.ts";
import type { Mode } from "../../shared/document/change-answer.ts";
import type { Document } from "../../shared/document/document.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { ownDocument } from "../../shared/document/own-document.ts";
import type { Faces } from "../../shared/document/print/faces.ts";
import { PrintedContent } from "../../shared/document/print/printed-content.ts";
import { printPdf } from "../../shared/document/print-pdf.ts";
import { qrPng, qrSvg } from "../../shared/document/print-qr.ts";
import { registeredContent } from "../../shared/document/registered-content.ts";
import { signedQrCodeOf } from "../../shared/document/with-qr.ts";
import type { Call, HttpAnswer } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

type Deps = PipelineDeps & {
  readonly documents: Pick<DocumentStore, "find" | "answer">;
  readonly mode: Mode;
  /** Loaded with the first page: whoever asks for an image does not wait for it. */
  readonly faces: () => Promise<Faces>;
};

export function createHandler(deps: Deps) {
  return httpFunction("print-irn", deps, {
    "GET /irn/{irn}/qr.png": async (call) => image("image/png", { bytes: qrPng(await validQrCode(deps, call)) }),
    "GET /irn/{irn}/qr.svg": async (call) => image("image/svg+xml", { text: qrSvg(await validQrCode(deps, call)) }),
    "GET /irn/{irn}/invoice.pdf": (call) => printedInvoice(deps, call),
  });
}

function image(type: string, body: Pick<HttpAnswer, "bytes" | "text">): HttpAnswer {
  return { status: 200, headers: { "content-type": type }, ...body };
}

/**
 * The signed QR code of the caller's own document, for print. Its signature stays good for ever, so that a document which
 * is not active any more is 409 `not_active`: whoever scans the code would take it for valid. Else 404 `not_found`.
 */
async function validQrCode({ documents }: Deps, { params, caller }: Call): Promise<string> {
  const { irn, status } = await ownDocument(documents, caller?.gstin, params["irn"] ?? "");
  if (status !== "ACT") {
    const detail = `its status is ${status}, and a QR code that is printed now would be taken for valid`;
    throw new Problem("not_active", detail, { irn });
  }
  return signedQrCodeOf(await frozenAnswer(documents, irn));
}

/**
 * The caller's own document as it was registered, to print or to send on. One that is not active any more is printed too,
 * for the files, with a mark across each page and without the QR code. 404 `not_found`.
 */
async function printedInvoice({ documents, mode, faces }: Deps, { params, caller }: Call): Promise<HttpAnswer> {
  const document = await ownDocument(documents, caller?.gstin, params["irn"] ?? "");
  const answer = await frozenAnswer(documents, document.irn);
  const content = PrintedContent.parse(registeredContent(answer));
  const bytes = printPdf({ ...registrationOf(document, answer), mode, content }, await faces());
  const name = content.DocDtls.No.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "-");
  const headers = { "content-type": "application/pdf", "content-disposition": `inline; filename="${name}.pdf"` };
  return { status: 200, headers, bytes };
}

function registrationOf({ irn, reg, status, cancelled, bills }: Document, answer: string) {
  if (!reg || !status) throw new Error("a document that is printed is registered");
  const ewbNo = activeBill({ bills })?.ewbNo;
  return {
    ...{ irn, status, ackNo: reg.ackNo, ackDt: reg.ackDt },
    ...(cancelled && { cancelledAt: cancelled.at }),
    ...(ewbNo !== undefined && { ewbNo }),
    ...(status === "ACT" && { signedQrCode: signedQrCodeOf(answer) }),
  };
}

async function frozenAnswer(documents: Deps["documents"], irn: string): Promise<string> {
  const answer = await documents.answer(irn);
  if (answer === undefined) throw new Error("a registered document has no frozen answer");
  return answer;
}
