import { Problem } from "../../shared/api/problem.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { ownDocument } from "../../shared/document/own-document.ts";
import { qrPng, qrSvg } from "../../shared/document/print-qr.ts";
import { signedQrCodeOf } from "../../shared/document/with-qr.ts";
import type { Call, HttpAnswer } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

type Deps = PipelineDeps & { readonly documents: Pick<DocumentStore, "find" | "answer"> };

export function createHandler(deps: Deps) {
  return httpFunction("print-irn", deps, {
    "GET /irn/{irn}/qr.png": async (call) => image("image/png", { bytes: qrPng(await validQrCode(deps, call)) }),
    "GET /irn/{irn}/qr.svg": async (call) => image("image/svg+xml", { text: qrSvg(await validQrCode(deps, call)) }),
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
  const answer = await documents.answer(irn);
  if (answer === undefined) throw new Error("a registered document has no frozen answer");
  return signedQrCodeOf(answer);
}
