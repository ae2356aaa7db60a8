import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { timed, together } from "./percentile.ts";
import { localAws, type Stack } from "./stack.ts";

const FILLING = 8;

/** How long a quiet GSTIN's calls take, ms: alone, and beside a neighbour whose backlog is being worked off. */
export interface QuietCalls {
  readonly alone: readonly number[];
  readonly beside: readonly number[];
  /** The neighbour's waiting requests as the calls began and as they ended. */
  readonly backlog: readonly [number, number];
}

/** The backlog is made by the neighbour's own calls; it is not waited for. */
export async function benchNeighbour(stack: Stack, backlog: number, rounds: number): Promise<QuietCalls> {
  const { seller, neighbour, awsUrl } = stack;
  const alone = await timed(rounds, seller.register);
  await together(FILLING, backlog, neighbour.enqueue);
  const waiting = await waitingIn(awsUrl);
  const began = await waiting();
  const beside = await timed(rounds, seller.register);
  return { alone, beside, backlog: [began, await waiting()] };
}

/** How many messages the queued flow's queue holds. */
async function waitingIn(awsUrl: string): Promise<() => Promise<number>> {
  const sqs = new SQSClient(localAws(awsUrl));
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const QueueUrl = QueueUrls.find((url) => url.endsWith("-queued.fifo"));
  return async () => {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
    return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  };
}
