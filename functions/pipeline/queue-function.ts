import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { beginLog, type Log } from "./log.ts";

/** `acknowledge`, or when the record is needed again; undefined leaves that to the queue's visibility time-out. */
export type RecordVerdict = "acknowledge" | { readonly returnAt: Date | undefined };

export interface QueueFunctionDeps {
  readonly log: Log;
  readonly process: (record: SQSRecord) => Promise<RecordVerdict>;
  readonly handBack: (record: SQSRecord, until: Date) => Promise<void>;
}

/**
 * A Lambda behind a FIFO queue. Records of different groups run side by side, those of one group in order; once one of
 * a group is not acknowledged, the rest of its group goes back too. Always answers ids, never throws a batch.
 */
export function queueFunction(deps: QueueFunctionDeps) {
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    const groups = [...Map.groupBy(event.Records, ({ attributes }) => attributes.MessageGroupId).values()];
    const returned = await Promise.all(groups.map((records) => inOrder(deps, records)));
    return { batchItemFailures: returned.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
}

/** The records that must come again: from the first one that was not acknowledged. */
async function inOrder(deps: QueueFunctionDeps, records: readonly SQSRecord[]): Promise<readonly SQSRecord[]> {
  for (const [i, record] of records.entries()) {
    const verdict = await attempt(deps, record);
    if (verdict === "acknowledge") continue;
    const rest = records.slice(i);
    if (verdict.returnAt) await handBackAll(deps, rest, verdict.returnAt);
    return rest;
  }
  return [];
}

async function attempt({ log, process }: QueueFunctionDeps, record: SQSRecord): Promise<RecordVerdict> {
  try {
    return await process(record);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error("something that is not an Error was thrown");
    log.error("a record failed", { error: cause, messageId: record.messageId });
    return { returnAt: undefined };
  }
}

/** A hand-back that fails costs time, nothing else: the visibility time-out brings the record back. */
async function handBackAll(
  { log, handBack }: QueueFunctionDeps,
  records: readonly SQSRecord[],
  until: Date,
): Promise<void> {
  const results = await Promise.allSettled(records.map((record) => handBack(record, until)));
  const failed = results.filter(({ status }) => status === "rejected").length;
  if (failed > 0) log.warn("records could not be handed back", { failed });
}
