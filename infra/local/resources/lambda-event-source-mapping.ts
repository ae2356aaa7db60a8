import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { QueueRecord } from "../engines/sqs-engine.ts";
import type { Cloud, Provision } from "../provision.ts";

const Properties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number().default(10),
  Enabled: z.boolean().default(true),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }).default({ MaximumConcurrency: 5 }),
});
type Mapping = z.infer<typeof Properties>;

const BatchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).default([]) })
  .nullish();
const LONGEST_POLL_MS = 20_000;
/** A batch that is under way at the end is let finish, but not for long. */
const LONGEST_FAREWELL_MS = 2_000;

/** A queue that feeds a function: batches as they come, at most so many at once. */
export const eventSourceMapping: Provision = async (cloud, { logicalId, properties }) => {
  const mapping = Properties.parse(properties);
  if (!mapping.EventSourceArn.startsWith("arn:aws:sqs:"))
    throw new Error(`${logicalId}: the local cloud maps queues only`);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  cloud.whenClosing(async () => {
    stopping.abort();
    await Promise.race([Promise.allSettled(running), sleep(LONGEST_FAREWELL_MS)]);
  });
  if (mapping.Enabled) cloud.whenReady(() => void poll(cloud, mapping, running, stopping.signal));
  return { ref: logicalId, attributes: {} };
};

async function poll(cloud: Cloud, mapping: Mapping, running: Set<Promise<void>>, signal: AbortSignal): Promise<void> {
  const queueName = mapping.EventSourceArn.split(":").at(-1) ?? "";
  while (!signal.aborted) {
    if (running.size >= mapping.ScalingConfig.MaximumConcurrency) await Promise.race(running);
    const records = await cloud.endpoint.sqs.receive(queueName, {
      max: mapping.BatchSize,
      waitMs: LONGEST_POLL_MS,
      signal,
    });
    if (records.length === 0) continue;
    const batch = feed(cloud, mapping, queueName, records).finally(() => running.delete(batch));
    running.add(batch);
  }
}

/** What the function did not name as failed is deleted; after an error nothing is, and the visibility time-out brings it back. */
async function feed(cloud: Cloud, mapping: Mapping, queueName: string, records: readonly QueueRecord[]): Promise<void> {
  const source = { eventSource: "aws:sqs", eventSourceARN: mapping.EventSourceArn, awsRegion: cloud.region };
  const Records = records.map((record) => ({ ...record, ...source }));
  const result = await cloud.functions.invoke(mapping.FunctionName, { Records });
  if (!result.ok) {
    cloud.progress(`${mapping.FunctionName} failed on a batch: ${result.errorType}`);
    return;
  }
  const failed = mapping.FunctionResponseTypes.includes("ReportBatchItemFailures")
    ? failures(result.payload)
    : new Set();
  for (const { messageId, receiptHandle } of records) {
    if (!failed.has(messageId)) acknowledge(cloud, queueName, receiptHandle);
  }
}

function failures(payload: unknown): Set<string> {
  const { batchItemFailures } = BatchResponse.parse(payload) ?? { batchItemFailures: [] };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

/** A receipt that ran out meanwhile is refused: the message is visible again and will be worked on again. */
function acknowledge({ endpoint, progress }: Cloud, queueName: string, receiptHandle: string): void {
  try {
    endpoint.sqs.delete(queueName, receiptHandle);
  } catch {
    progress(`a message of ${queueName} outlived its visibility time-out`);
  }
}
