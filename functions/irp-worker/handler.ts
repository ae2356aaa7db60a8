import type { Journal } from "../../shared/audit/journal.ts";
import type { Flow } from "../../shared/budget/flow.ts";
import { type Admission, type AdmitDeps, admit } from "../../shared/request/admit.ts";
import type { WorkDeps } from "../../shared/request/job.ts";
import { type Queue, QueueMessage } from "../../shared/request/queue.ts";
import { work } from "../../shared/request/work.ts";
import type { Log } from "../pipeline/log.ts";
import { queueFunction, type RecordVerdict } from "../pipeline/queue-function.ts";

type Deps = WorkDeps &
  AdmitDeps & {
    readonly log: Log;
    readonly journal: Journal;
    readonly queue: Pick<Queue, "handBack">;
    readonly flowOf: (queueArn: string) => Flow;
  };

type Admitted = Extract<Admission, { is: "admitted" }>;

/** The first attempt, and one that was sent again because the first was lost, are nobody's fault. */
const SOUND_ATTEMPTS = 2;

/** Calls the IRP: one message, one request, one document at a time. */
export function createHandler(deps: Deps) {
  const telling = { ...deps, verify: tellingVerify(deps) };
  return queueFunction({
    log: deps.log,
    now: deps.now,
    read: (body) => QueueMessage.parse(JSON.parse(body)),
    inOrderBy: ({ irn }) => irn,
    isSuspect: ({ attempt }) => attempt > SOUND_ATTEMPTS,
    admit: async (message, record) => {
      const flow = deps.flowOf(record.eventSourceARN);
      const receives = Number(record.attributes.ApproximateReceiveCount);
      const admission = await admit(deps, message, { flow, receives });
      if (admission.is === "over") await deps.journal.settled();
      if (admission.is === "later") return { returnAt: admission.until };
      return admission.is === "over" ? "acknowledge" : { admitted: admission };
    },
    process: (admitted, { attempt }) => process(telling, admitted, attempt),
    handBack: (record, until) =>
      deps.queue.handBack(deps.flowOf(record.eventSourceARN), record.receiptHandle, until, deps.now()),
  });
}

/** The worker parks what it cannot verify and goes on; why is for the operator to know. */
function tellingVerify({ log, verify }: Deps): Deps["verify"] {
  return (document) =>
    verify(document).catch((error: unknown) => {
      log.error("a signed copy could not be verified", { error, irn: document.irn });
      throw error;
    });
}

async function process(deps: Deps, { request, hasSlot }: Admitted, attempt: number): Promise<RecordVerdict> {
  // The record is acknowledged once what was noted of it is on record: else it comes again.
  const verdict = await work(deps, request, hasSlot).finally(() => deps.journal.settled());
  const { rid, irn } = request;
  deps.log.info("worked", { rid, irn, attempt, verdict: verdict.is });
  return verdict.is === "done" ? "acknowledge" : { returnAt: verdict.until };
}
