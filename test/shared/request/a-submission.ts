import type { Asked } from "../../../shared/audit/record.ts";
import { canonicalHash } from "../../../shared/canonical-json.ts";
import { askedFingerprint, type Change } from "../../../shared/document/change.ts";
import { documentFingerprint } from "../../../shared/document/document-fingerprint.ts";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { irnOf } from "../../../shared/invoice/irn.ts";
import type { Submission, SubmitDeps } from "../../../shared/request/submit.ts";
import { fresh } from "../../fakes/a-request.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { anAuditTrail } from "../../fakes/memory-audit-log.ts";
import { memoryBudget } from "../../fakes/memory-budget.ts";
import { onePolicy } from "../../fakes/memory-policy-store.ts";
import { memoryQueue } from "../../fakes/memory-queue.ts";
import { memoryStores } from "../../fakes/memory-stores.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

/** Who calls, under a request id of its own. */
export function askedBy(path: string, requestId: string = fresh()): Asked {
  return { clientId: "test_client", method: "POST", route: `POST ${path}`, path, requestId };
}

/** What POST /irn makes of an invoice. */
export function aSubmission(invoice: Invoice = anInvoice(), overrides: Partial<Submission> = {}): Submission {
  const { SellerDtls, DocDtls } = invoice;
  return {
    gstin: SellerDtls.Gstin,
    payload: { method: "POST", path: "/irn", query: {}, body: invoice },
    irn: irnOf({ sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt }),
    docFp: documentFingerprint(invoice),
    flow: "direct",
    idempotencyKey: undefined,
    asked: askedBy("/irn"),
    ...overrides,
  };
}

/** What the routes that change a registered document make of a call. */
export function aChangeOf(irn: string, change: Change, overrides: Partial<Submission> = {}): Submission {
  return {
    gstin: anInvoice().SellerDtls.Gstin,
    payload: { method: "POST", path: `/irn/${irn}/${change.op}`, query: {}, body: { irn, ...change } },
    irn,
    docFp: change.op === "make_ewb" ? askedFingerprint(change.request) : canonicalHash(change),
    change,
    flow: "direct",
    idempotencyKey: undefined,
    asked: askedBy(`/irn/${irn}/${change.op}`),
    ...overrides,
  };
}

/** One account: its stores, its queue, its time. */
export function anAccount({ policies = onePolicy() } = {}) {
  const clock = virtualClock();
  const stores = memoryStores();
  const queue = memoryQueue();
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const budget = memoryBudget(policies);
  const trail = anAuditTrail(clock.now);
  const { audit } = trail;
  const deps: SubmitDeps = { ...stores, queue, budget, audit, mode: "test", now: clock.now, sleep: clock.sleep, newId };
  return { clock, ...stores, queue, budget, trail, newId, deps };
}
