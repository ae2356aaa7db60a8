import type { Change } from "../../../shared/document/change.ts";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { admit } from "../../../shared/request/admit.ts";
import { DONE, type Verdict, type WorkDeps } from "../../../shared/request/job.ts";
import { type Submission, submit } from "../../../shared/request/submit.ts";
import { work } from "../../../shared/request/work.ts";
import { fresh } from "../../fakes/a-request.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { fakeIrp } from "../../fakes/fake-irp.ts";
import { memoryBus } from "../../fakes/memory-bus.ts";
import { aChangeOf, anAccount, aSubmission } from "./a-submission.ts";

export const CALL_TIMEOUT_MS = 25_000;
export const LEASE_MS = 40_000;
export const LAG_MS = 15_000;

/** One account, a portal and a bus. `accept` takes a document in, `run` has a worker process it. */
export function aWorker() {
  const account = anAccount();
  const { clock, requests, documents, events } = account;
  const { journal } = account.trail;
  const bus = memoryBus();
  const portal = fakeIrp(clock.now);
  const deps: WorkDeps = {
    ...{ requests, documents, events, bus, journal, irp: portal.irp, verify: portal.verify, newId: fresh },
    ...{ portals: ["NIC1", "NIC2"], mode: "test", callTimeoutMs: CALL_TIMEOUT_MS, lookUpLagMs: LAG_MS },
    ...{ now: clock.now, monotonicMs: clock.monotonicMs },
    choice: { choose: async () => ({ portal: "NIC1" }) },
  };

  async function accept(invoice: Invoice = anInvoice(), overrides: Partial<Submission> = {}) {
    const submission = aSubmission(invoice, overrides);
    const submitted = await submit(account.deps, submission);
    if (submitted.is !== "accepted") throw new Error("the document is known already");
    return { rid: submitted.rid, irn: submission.irn };
  }

  async function run(rid: string, changes: Partial<WorkDeps> = {}): Promise<Verdict> {
    const given = { ...deps, ...changes };
    const message = { v: 1, rid, irn: "", attempt: 1 } as const;
    const admission = await admit({ ...account, ...given, sleep: clock.sleep }, message, {
      flow: "queued",
      receives: 1,
    });
    return admission.is === "admitted" ? work(given, admission.request) : DONE;
  }

  /** A registered document, and what is asked of it later. */
  async function registered(invoice: Invoice = anInvoice()) {
    const { rid, irn } = await accept(invoice);
    await run(rid);
    return irn;
  }

  async function acceptChange(irn: string, change: Change, overrides: Partial<Submission> = {}): Promise<string> {
    const submitted = await submit(account.deps, aChangeOf(irn, change, overrides));
    if (submitted.is !== "accepted") throw new Error("the outcome is known already");
    return submitted.rid;
  }

  return { registered, acceptChange, ...account, bus, portal, workDeps: deps, accept, run };
}
