import type { SQSRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/irp-worker/handler.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { anApi } from "./an-api.ts";
import { aContext } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

/** The worker's function behind the API's queue. `deliver` hands it what was sent, as records. */
function setup() {
  const api = anApi();
  api.working = false;
  const recorded = recordingLog();
  const flowOf = (arn: string) => (arn.endsWith("direct.fifo") ? "direct" : "queued");
  const deps = { ...api.worker, queue: api.queue, log: recorded.log, flowOf } as const;
  const accept = (docNo: string, key = docNo) =>
    api.post(anInvoice({ docNo }), { headers: { prefer: "respond-async", "idempotency-key": key } });
  const records = () =>
    api.queue.sent.map(({ flow, group, message }, n) => aRecord(`m${n}`, JSON.stringify(message), { flow, group }));
  const deliver = (given = records(), changes: Partial<typeof deps> = {}) =>
    createHandler({ ...deps, ...changes })({ Records: given }, aContext());
  return { ...api, ...recorded, accept, records, deliver };
}

describe("irp-worker", () => {
  it("registers the documents of a batch and acknowledges all of them", async () => {
    const { accept, deliver, rows, portal } = setup();
    await accept("A/1");
    await accept("A/2");

    expect(await deliver()).toEqual({ batchItemFailures: [] });
    expect(portal.registry.size).toBe(2);
    expect([...rows.requests.values()].map(({ state }) => state)).toEqual(["FINAL", "FINAL"]);
  });

  it("acknowledges what it refused, parked and knows already", async () => {
    const { accept, deliver, portal } = setup();
    for (const docNo of ["A/1", "A/2", "A/3"]) await accept(docNo);
    portal.will({ is: "refused", errors: [{ code: "2176", message: "m" }] }, { is: "unknown" }, { is: "not-sent" });
    expect(await deliver()).toEqual({ batchItemFailures: [] });
    expect(await deliver()).toEqual({ batchItemFailures: [] });
  });

  it("hands a record back, with the rest of its group, while another worker has the document", async () => {
    const { accept, deliver, records, portal, queue, clock } = setup();
    await accept("A/1", "k1");
    await accept("A/1", "k2");
    await accept("A/2");
    const [first, twin, next] = records();
    const answers: unknown[] = [];
    const meanwhile = async () => void answers.push(await deliver([twin, next].filter(isRecord)));
    portal.will({ is: "ok", meanwhile });
    await deliver([first].filter(isRecord));

    expect(answers).toEqual([{ batchItemFailures: [{ itemIdentifier: "m1" }, { itemIdentifier: "m2" }] }]);
    const until = new Date(clock.now().getTime() + 1_000);
    expect(queue.handedBack).toEqual([
      { flow: "queued", receipt: "receipt-m1", until },
      { flow: "queued", receipt: "receipt-m2", until },
    ]);
  });

  it("returns only what failed, and goes on with other groups", async () => {
    const { accept, deliver, records, rows, text } = setup();
    await accept("A/1");
    const broken = aRecord("broken", "no JSON", { flow: "direct", group: "elsewhere" });
    expect(await deliver([broken, ...records()])).toEqual({ batchItemFailures: [{ itemIdentifier: "broken" }] });

    expect([...rows.requests.values()]).toMatchObject([{ state: "FINAL" }]);
    expect(text()).toContain("a record failed");
  });

  it("returns a record whose store failed, to be worked on again", async () => {
    const { accept, deliver, rows, worker } = setup();
    await accept("A/1");
    const requests = failing(worker.requests, "finish");
    expect(await deliver(undefined, { requests })).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });

    expect(await deliver()).toEqual({ batchItemFailures: [] });
    expect([...rows.requests.values()]).toMatchObject([{ state: "FINAL", outcome: { status: 201 } }]);
  });

  it.each([
    ["of another version", { v: 2, rid: "a.b", attempt: 1 }],
    ["without a request", { v: 1, attempt: 1 }],
    ["of no attempt", { v: 1, rid: "a.b", attempt: 0 }],
  ])("leaves a message %s to the dead-letter queue", async (_, message) => {
    const { deliver } = setup();
    const record = aRecord("odd", JSON.stringify(message), { flow: "direct", group: "g" });
    expect(await deliver([record])).toEqual({ batchItemFailures: [{ itemIdentifier: "odd" }] });
  });

  it("says in the log why a signed copy was not believed", async () => {
    const { accept, deliver, portal, text } = setup();
    await accept("A/1");
    portal.will({ is: "ok", signedBy: "stranger" });
    expect(await deliver()).toEqual({ batchItemFailures: [] });
    expect(text()).toContain("signature verification failed");
  });

  it("logs the request and the verdict, and nothing of the document or the signed copies", async () => {
    const { accept, deliver, portal, text, rows } = setup();
    await accept("A/1");
    await deliver();
    const [signed] = portal.registry.values();
    const [{ rid } = { rid: "?" }] = rows.requests.values();

    expect(text()).toContain(rid);
    for (const secret of ["Example Seller", signed?.signedInvoice ?? "?", signed?.signedQrCode ?? "?"]) {
      expect(text()).not.toContain(secret);
    }
  });
});

function isRecord(record: SQSRecord | undefined): record is SQSRecord {
  return record !== undefined;
}

function aRecord(messageId: string, body: string, { flow, group }: { flow: string; group: string }): SQSRecord {
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "x",
      ApproximateFirstReceiveTimestamp: "0",
      MessageGroupId: group,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:ap-south-1:000000000000:${flow}.fifo`,
    awsRegion: "ap-south-1",
  };
}
