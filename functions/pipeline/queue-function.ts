import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { beginLog, type Log } from "./log.ts";

/** `acknowledge`, or when the record is needed again. */
export type RecordVerdict = "acknowledge" | { readonly returnAt: Date };

export interface QueueFunctionDeps<Message, Admitted> {
  readonly log: Log;
  readonly now: () => Date;
  /** Throws on what is no message of ours. */
  readonly read: (body: string) => Message;
  /** Asked one by one within a group. Once a record of a group has to wait, all after it wait with it, unasked. */
  readonly admit: (message: Message, record: SQSRecord) => Promise<RecordVerdict | { readonly admitted: Admitted }>;
  /** Records with the same answer are worked on in order, all others side by side. */
  readonly inOrderBy: (message: Message) => string;
  /** A record that may have taken a worker down runs alone, after the others. */
  readonly isSuspect: (message: Message) => boolean;
  readonly process: (admitted: Admitted, message: Message) => Promise<RecordVerdict>;
  readonly handBack: (record: SQSRecord, until: Date) => Promise<void>;
}

interface Work<Message> {
  readonly record: SQSRecord;
  readonly message: Message;
}

/** What failed comes again after this time, and later each time, up to a minute. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** A batch admits for no longer than this: what is admitted needs the rest of the function's time. */
const ADMITTING_MS = 5_000;

/**
 * A Lambda behind a FIFO queue. Records are admitted in the order of their group, and once one is not acknowledged, the later
 * ones of its document go back too. Always answers ids, never throws a batch. What cannot be read is logged and
 * acknowledged: it would hold up its group, and the request that it spoke of is in the table, from where it is sent again.
 */
export function queueFunction<Message, Admitted>(deps: QueueFunctionDeps<Message, Admitted>) {
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    const returned = await new Batch(deps).run(event.Records);
    return { batchItemFailures: returned.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
}

/** One delivery: what is returned of it, and what must go before what. */
class Batch<Message, Admitted> {
  private readonly deps: QueueFunctionDeps<Message, Admitted>;
  private readonly admitUntil: number;
  private readonly returned: SQSRecord[] = [];
  /** The record before in the same order, and when it comes again if it was not acknowledged. */
  private readonly before = new Map<string, Promise<Date | undefined>>();

  constructor(deps: QueueFunctionDeps<Message, Admitted>) {
    this.deps = deps;
    this.admitUntil = deps.now().getTime() + ADMITTING_MS;
  }

  async run(records: readonly SQSRecord[]): Promise<readonly SQSRecord[]> {
    const works = records.flatMap((record) => this.readable(record));
    const sound = works.filter(({ message }) => !this.deps.isSuspect(message));
    const groups = Map.groupBy(sound, ({ record }) => record.attributes.MessageGroupId);
    await Promise.all([...groups.values()].map((group) => this.group(group)));
    for (const work of works) if (!sound.includes(work)) await this.group([work]);
    return this.returned;
  }

  private readable(record: SQSRecord): Work<Message>[] {
    try {
      return [{ record, message: this.deps.read(record.body) }];
    } catch {
      this.deps.log.error("a message could not be read, and is dropped", { messageId: record.messageId });
      return [];
    }
  }

  private async group(works: readonly Work<Message>[]): Promise<void> {
    const running: Promise<void>[] = [];
    for (const [i, work] of works.entries()) {
      const admission = await this.admission(work);
      if (admission === "acknowledge") continue;
      if ("admitted" in admission) {
        running.push(this.inOrder(work, admission.admitted));
        continue;
      }
      await this.handBack(works.slice(i), admission.returnAt);
      break;
    }
    await Promise.all(running);
  }

  private async admission({ record, message }: Work<Message>) {
    const { now, admit } = this.deps;
    if (now().getTime() > this.admitUntil) return { returnAt: now() };
    return this.orLater(record, () => admit(message, record));
  }

  private async inOrder(work: Work<Message>, admitted: Admitted): Promise<void> {
    const order = this.deps.inOrderBy(work.message);
    const done = this.process(work, admitted, this.before.get(order));
    this.before.set(order, done);
    await done;
  }

  private async process(
    work: Work<Message>,
    admitted: Admitted,
    before: Promise<Date | undefined> | undefined,
  ): Promise<Date | undefined> {
    const returnAt = await before;
    const verdict = returnAt
      ? { returnAt }
      : await this.orLater(work.record, () => this.deps.process(admitted, work.message));
    if (verdict === "acknowledge") return undefined;
    await this.handBack([work], verdict.returnAt);
    return verdict.returnAt;
  }

  private async orLater<Verdict>(record: SQSRecord, attempt: () => Promise<Verdict>) {
    try {
      return await attempt();
    } catch (error) {
      const cause = error instanceof Error ? error : new Error("something that is not an Error was thrown");
      this.deps.log.error("a record failed", { error: cause, messageId: record.messageId });
      const failures = Number(record.attributes.ApproximateReceiveCount);
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
      return { returnAt: new Date(this.deps.now().getTime() + pauseMs) };
    }
  }

  /** A hand-back that fails costs time, nothing else: the visibility time-out brings the record back. */
  private async handBack(works: readonly Work<Message>[], until: Date): Promise<void> {
    const records = works.map(({ record }) => record);
    this.returned.push(...records);
    const results = await Promise.allSettled(records.map((record) => this.deps.handBack(record, until)));
    const failed = results.filter(({ status }) => status === "rejected").length;
    if (failed > 0) this.deps.log.warn("records could not be handed back", { failed });
  }
}
