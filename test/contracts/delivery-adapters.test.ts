import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, it } from "vitest";
import { sfnLadder } from "../../shared/aws/sfn-ladder.ts";
import { sqsDeliveryQueue } from "../../shared/aws/sqs-delivery-queue.ts";
import { memoryLadder } from "../fakes/memory-ladder.ts";
import { engineUnderTest, fresh } from "./engines/engine-under-test.ts";
import { ladderContract } from "./ladder.contract.ts";

const engine = engineUnderTest();
let sfn: SFNClient;
let machine = "";

beforeAll(async () => {
  sfn = new SFNClient(engine.config());
  const States = { Wait: { Type: "Wait", SecondsPath: "$.waitSeconds", End: true } };
  const definition = JSON.stringify({ StartAt: "Wait", States });
  const roleArn = "arn:aws:iam::000000000000:role/contract-suite";
  const made = await sfn.send(new CreateStateMachineCommand({ name: fresh("ladder"), definition, roleArn }));
  machine = made.stateMachineArn ?? "";
});

ladderContract("the memory ladder", memoryLadder);
ladderContract("the ladder of Step Functions", () => sfnLadder(sfn, machine));

describe("the ladder of Step Functions", () => {
  it("names an execution by delivery and generation, and hands it what its function needs", async () => {
    const deliveryId = fresh("dlv");
    const climb = { v: 1, gstin: "g", deliveryId, generation: 3, attempts: 2, waitSeconds: 0 } as const;
    await sfnLadder(sfn, machine).start(climb);
    const executionArn = `${machine.replace(":stateMachine:", ":execution:")}:${deliveryId}-g3`;
    const { input } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(input ?? "")).toEqual(climb);
  });

  it("throws what is no answer to the question", async () => {
    const climb = { v: 1, gstin: "g", deliveryId: "d", generation: 1, attempts: 0, waitSeconds: 0 } as const;
    await expect(sfnLadder(sfn, `${machine}-gone`).start(climb)).rejects.toThrow("Does Not Exist");
  });
});

describe("the delivery queue of SQS", () => {
  it("sends to a standard queue in the endpoint's group, as often as it is told", async () => {
    const sqs = new SQSClient(engine.config());
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: fresh("deliveries") }));
    const message = { v: 1, gstin: "g", deliveryId: "d", generation: 0, attempts: 0 } as const;
    const queue = sqsDeliveryQueue(sqs, QueueUrl);
    await queue.send("we_1", message);
    await queue.send("we_1", message);
    const receive = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["MessageGroupId"],
    });
    const { Messages = [] } = await sqs.send(receive);
    expect(Messages.map(({ Body, Attributes }) => [JSON.parse(Body ?? ""), Attributes?.MessageGroupId])).toEqual([
      [message, "we_1"],
      [message, "we_1"],
    ]);
  });
});
