import type { AuditLog } from "../../shared/audit/audit-log.ts";
import { type EvidenceDeps, evidencePack, shownRecord } from "../../shared/audit/evidence-pack.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { ownDocument } from "../../shared/document/own-document.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";
import { nextRecords, readAuditQuery } from "./audit-query.ts";

type Deps = PipelineDeps &
  EvidenceDeps & {
    readonly documents: Pick<DocumentStore, "find" | "answer">;
    readonly trail: Pick<AuditLog, "list" | "about">;
  };

export function createHandler(deps: Deps) {
  return httpFunction("audit", deps, {
    "GET /audit": (call) => readTrail(deps, call),
    "GET /irn/{irn}/evidence": (call) => readEvidence(deps, call),
  });
}

/** What is on record of the caller's GSTIN, the oldest first. */
async function readTrail({ trail, now }: Deps, { query, caller }: Call): Promise<HttpAnswer> {
  const gstin = caller?.gstin ?? "";
  const page = readAuditQuery(gstin, query, now());
  const { records, next } = await trail.list(gstin, page);
  return ok({ records: records.map(shownRecord), ...(next && { next: nextRecords(gstin, page, next) }) });
}

async function readEvidence(deps: Deps, { params, caller }: Call): Promise<HttpAnswer> {
  return ok(await evidencePack(deps, await ownDocument(deps.documents, caller?.gstin, params["irn"] ?? "")));
}
