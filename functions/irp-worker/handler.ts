import type { WorkDeps } from "../../shared/request/job.ts";
import { type Queue, QueueMessage } from "../../shared/request/queue.ts";
import type { Flow } from "../../shared/request/request.ts";
import { work } from "../../shared/request/work.ts";
import type { Log } from "../pipeline/log.ts";
import { queueFunction, type RecordVerdict } from "../pipeline/queue-function.ts";

type Deps = WorkDeps & {
  readonly log: Log;
  readonly queue: Pick<Queue, "handBack">;
  readonly flowOf: (queueArn: string) => Flow;
};

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
    process: (message) => process(telling, message),
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

async function process(deps: Deps, message: QueueMessage): Promise<RecordVerdict> {
  const verdict = await work(deps, message);
  const { rid, irn, attempt } = message;
  deps.log.info("worked", { rid, irn, attempt, verdict: verdict.is });
  return verdict.is === "done" ? "acknowledge" : { returnAt: verdict.until };
}
