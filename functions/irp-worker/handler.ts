import type { SQSRecord } from "aws-lambda";
import { type Queue, QueueMessage } from "../../shared/request/queue.ts";
import type { Flow } from "../../shared/request/request.ts";
import { type WorkDeps, work } from "../../shared/request/work.ts";
import type { Log } from "../pipeline/log.ts";
import { queueFunction, type RecordVerdict } from "../pipeline/queue-function.ts";

type Deps = WorkDeps & {
  readonly log: Log;
  readonly queue: Pick<Queue, "handBack">;
  readonly flowOf: (queueArn: string) => Flow;
};

/** Calls the IRP: one message, one request, one document at a time. */
export function createHandler(deps: Deps) {
  const telling = { ...deps, verify: tellingVerify(deps) };
  return queueFunction({
    log: deps.log,
    process: (record) => process(telling, record),
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

async function process(deps: Deps, record: SQSRecord): Promise<RecordVerdict> {
  const message = QueueMessage.parse(JSON.parse(record.body));
  const verdict = await work(deps, message);
  deps.log.info("worked", { rid: message.rid, attempt: message.attempt, verdict: verdict.is });
  return verdict.is === "done" ? "acknowledge" : { returnAt: verdict.until };
}
