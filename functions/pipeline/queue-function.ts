import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { beginLog, type Log } from "./log.ts";

/** `acknowledge`, or when the record is needed again. */
export type RecordVerdict = "acknowledge" | { readonly returnAt: Date };

export interface QueueFunctionDeps<Message> {
  readonly log: Log;
  readonly now: () => Date;
  /** Throws on what is no message of ours. */
  readonly read: (body: string) => Message;
  /** Records with the same answer are worked on in order, all others side by side. */
  readonly inOrderBy: (message: Message) => string;
  /** A record that may have taken a worker down runs alone, after the others. */
  readonly isSuspect: (message: Message) => boolean;
  readonly process: (message: Message) => Promise<RecordVerdict>;
  readonly handBack: (record: SQSRecord, until: Date) => Promise<void>;
}

interface Work<Message> {
  readonly record: SQSRecord;
  readonly message: Message;
}

/** What failed comes again after this time, and later each time, up to a minute. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * A Lambda behind a FIFO queue. Once a record is not acknowledged, the later ones in its order go back too. Always answers
 * ids, never throws a batch. What cannot be read is logged and acknowledged: it would hold up its group, and the request that
 * it spoke of is in the table, from where it is sent again.
 */
export function queueFunction<Message>(deps: QueueFunctionDeps<Message>) {
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    const batch = event.Records.flatMap((record) => readable(deps, record));
    const [suspect = [], sound = []] = [true, false].map((is) =>
      batch.filter(({ message }) => deps.isSuspect(message) === is),
    );
    const orders = [...Map.groupBy(sound, ({ message }) => deps.inOrderBy(message)).values()];
    const returned = await Promise.all(orders.map((works) => inOrder(deps, works)));
    returned.push(await oneByOne(deps, suspect));
    return { batchItemFailures: returned.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
}

function readable<Message>({ log, read }: QueueFunctionDeps<Message>, record: SQSRecord): Work<Message>[] {
  try {
    return [{ record, message: read(record.body) }];
  } catch {
    log.error("a message could not be read, and is dropped", { messageId: record.messageId });
    return [];
  }
}

/** The records that must come again: from the first one that was not acknowledged. */
async function inOrder<Message>(
  deps: QueueFunctionDeps<Message>,
  works: readonly Work<Message>[],
): Promise<readonly SQSRecord[]> {
  for (const [i, work] of works.entries()) {
    const verdict = await attempt(deps, work);
    if (verdict === "acknowledge") continue;
    const rest = works.slice(i).map(({ record }) => record);
    await handBackAll(deps, rest, verdict.returnAt);
    return rest;
  }
  return [];
}

async function oneByOne<Message>(
  deps: QueueFunctionDeps<Message>,
  works: readonly Work<Message>[],
): Promise<readonly SQSRecord[]> {
  const returned: SQSRecord[] = [];
  for (const work of works) returned.push(...(await inOrder(deps, [work])));
  return returned;
}

async function attempt<Message>(
  { log, now, process }: QueueFunctionDeps<Message>,
  { record, message }: Work<Message>,
): Promise<RecordVerdict> {
  try {
    return await process(message);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error("something that is not an Error was thrown");
    log.error("a record failed", { error: cause, messageId: record.messageId });
    const failures = Number(record.attributes.ApproximateReceiveCount);
    return { returnAt: new Date(now().getTime() + Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)) };
  }
}

/** A hand-back that fails costs time, nothing else: the visibility time-out brings the record back. */
async function handBackAll<Message>(
  { log, handBack }: QueueFunctionDeps<Message>,
  records: readonly SQSRecord[],
  until: Date,
): Promise<void> {
  const results = await Promise.allSettled(records.map((record) => handBack(record, until)));
  const failed = results.filter(({ status }) => status === "rejected").length;
  if (failed > 0) log.warn("records could not be handed back", { failed });
}
