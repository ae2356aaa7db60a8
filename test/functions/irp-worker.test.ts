import type { SQSRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/irp-worker/handler.ts";
import { journalOf } from "../../shared/audit/journal.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { onePolicy } from "../fakes/memory-policy-store.ts";
import { anApi } from "./an-api.ts";
import { aContext } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

/** The worker's function behind the API's queue. `deliver` hands it what was sent, as records. */
function setup(options: Parameters<typeof anApi>[0] = {}) {
  const api = anApi(options);
  api.working = false;
  const recorded = recordingLog();
  const flowOf = (arn: string) => (arn.endsWith("direct.fifo") ? "direct" : "queued");
  const deps = {
    ...api.worker,
    budget: api.budget,
    sleep: api.clock.sleep,
    queue: api.queue,
    log: recorded.log,
    journal: api.trail.journal,
    flowOf,
  } as const;
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

  it("acknowledges nothing before what was noted of it is on record", async () => {
    const { accept, deliver } = setup();
    await accept("A/1");
    const written = Promise.withResolvers<void>();
    const journal = journalOf(
      () => written.promise,
      () => {},
    );
    let isAcknowledged = false;
    const delivered = deliver(undefined, { journal }).then((answer) => {
      isAcknowledged = true;
      return answer;
    });
    await new Promise(setImmediate);
    expect(isAcknowledged).toBe(false);
    written.resolve();
    expect(await delivered).toEqual({ batchItemFailures: [] });
  });

  it("acknowledges what it refused, parked and knows already, and hands back what it looks up in a moment", async () => {
    const { accept, deliver, portal, queue, clock } = setup();
    for (const docNo of ["A/1", "A/2", "A/3"]) await accept(docNo);
    portal.will({ is: "refused", errors: [{ code: "2176", message: "m" }] }, { is: "not-sent" }, { is: "unknown" });
    expect(await deliver()).toEqual({ batchItemFailures: [{ itemIdentifier: "m2" }] });
    const until = new Date(clock.now().getTime() + 2_000);
    expect(queue.handedBack).toEqual([{ flow: "queued", receipt: "receipt-m2", until }]);
  });

  it("hands a record back, with the later ones of its document, while another worker has it, and no other", async () => {
    const { accept, deliver, records, portal, queue, clock } = setup();
    for (const key of ["k1", "k2", "k3"]) await accept("A/1", key);
    await accept("A/2");
    const [first, ...others] = records();
    const answers: unknown[] = [];
    const meanwhile = async () => void answers.push(await deliver(others));
    portal.will({ is: "ok", meanwhile });
    await deliver([first].filter(isRecord));

    expect(answers).toEqual([{ batchItemFailures: [{ itemIdentifier: "m1" }, { itemIdentifier: "m2" }] }]);
    const until = new Date(clock.now().getTime() + 1_000);
    expect(queue.handedBack).toEqual([
      { flow: "queued", receipt: "receipt-m1", until },
      { flow: "queued", receipt: "receipt-m2", until },
    ]);
    expect(portal.registry.size).toBe(2);
  });

  it("works on different documents at the same time, though they are of one group", async () => {
    const { accept, deliver, portal } = setup();
    for (const docNo of ["A/1", "A/2", "A/3"]) await accept(docNo);
    let running = 0;
    let most = 0;
    const meanwhile = async () => {
      most = Math.max(most, ++running);
      await new Promise((next) => setImmediate(next));
      running--;
    };
    portal.will(...Array.from({ length: 3 }, () => ({ is: "ok", meanwhile }) as const));
    await deliver();
    expect(most).toBe(3);
  });

  it("hands back what has no slot until there is one, with the rest of its group unasked, and other groups go on", async () => {
    const policies = onePolicy({ calls: 1, perSeconds: 10, burst: 2, reserve: 1 });
    const { accept, deliver, records, queue, clock, budget, portal } = setup({ policies });
    for (const docNo of ["A/1", "A/2", "A/3"]) await accept(docNo);
    const [first, second, third] = records();
    const other = aRecord("other", JSON.stringify({ v: 1, rid: "x.y", irn: "i", attempt: 1 }), {
      flow: "queued",
      group: "29",
    });
    let asked = 0;
    const take: typeof budget.take = (...args) => {
      asked += 1;
      return budget.take(...args);
    };
    const batch = [first, second, other, third].filter(isRecord);
    expect(await deliver(batch, { budget: { ...budget, take } })).toEqual({
      batchItemFailures: [{ itemIdentifier: "m1" }, { itemIdentifier: "m2" }],
    });

    const until = new Date(clock.now().getTime() + 10_000);
    expect(queue.handedBack.map(({ until }) => until)).toEqual([until, until]);
    expect([portal.registry.size, asked]).toEqual([1, 2]);
    clock.advance(10_000);
    await deliver([second, third].filter(isRecord));
    expect(portal.registry.size).toBe(2);
  });

  it("admits for five seconds, and leaves the rest of the function's time to the work", async () => {
    const policies = onePolicy({ calls: 11, perSeconds: 10, burst: 1, reserve: 0 });
    const { accept, deliver, portal } = setup({ policies });
    for (let n = 1; n <= 10; n++) await accept(`A/${n}`);
    const { batchItemFailures } = await deliver();
    expect(portal.registry.size).toBe(10 - batchItemFailures.length);
    expect(batchItemFailures.length).toBeGreaterThanOrEqual(3);
  });

  it("works alone, and last, on what was sent more than twice", async () => {
    const { accept, deliver, records, portal } = setup();
    for (const docNo of ["A/1", "A/2", "A/3"]) await accept(docNo);
    const [first, second, third] = records();
    const again = (record: SQSRecord | undefined) =>
      record ? [{ ...record, body: record.body.replace('"attempt":1', '"attempt":3') }] : [];
    const order: string[] = [];
    let running = 0;
    const meanwhile = async () => {
      order.push(`${portal.calls.at(-1)?.invoice.DocDtls.No} beside ${running++}`);
      await new Promise((next) => setImmediate(next));
      running--;
    };
    portal.will(...Array.from({ length: 3 }, () => ({ is: "ok", meanwhile }) as const));
    await deliver([...again(first), ...again(second), third].filter(isRecord));
    expect(order).toEqual(["A/3 beside 0", "A/1 beside 0", "A/2 beside 0"]);
  });

  it("returns only what failed, to come again soon, and goes on with other documents", async () => {
    const { accept, deliver, worker, rows, text, queue, clock } = setup();
    for (const docNo of ["A/1", "A/2"]) await accept(docNo);
    const finish = worker.requests.finish;
    let calls = 0;
    const requests = {
      ...worker.requests,
      finish: async (...args: Parameters<typeof finish>) =>
        calls++ === 0 ? Promise.reject(new Error("finish failed")) : finish(...args),
    };
    const { batchItemFailures } = await deliver(undefined, { requests });

    expect(batchItemFailures).toHaveLength(1);
    expect([...rows.requests.values()].map(({ state }) => state).sort()).toEqual(["FINAL", "QUEUED"]);
    expect(queue.handedBack).toMatchObject([{ until: new Date(clock.now().getTime() + 2_000) }]);
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
    ["of another version", { v: 2, rid: "a.b", irn: "i", attempt: 1 }],
    ["without a request", { v: 1, attempt: 1 }],
    ["of no attempt", { v: 1, rid: "a.b", irn: "i", attempt: 0 }],
    ["that is no JSON", "{"],
  ])("drops a message %s, so that it holds up nobody, and says so", async (_, message) => {
    const { deliver, text } = setup();
    const body = typeof message === "string" ? message : JSON.stringify(message);
    const record = aRecord("odd", body, { flow: "direct", group: "g" });
    expect(await deliver([record])).toEqual({ batchItemFailures: [] });
    expect(text()).toContain("could not be read");
  });

  it("says in the log why a signed copy was not believed", async () => {
    const { accept, deliver, portal, text } = setup();
    await accept("A/1");
    portal.will({ is: "ok", signedBy: "stranger" });
    expect(await deliver()).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    expect(text()).toMatch(/signature|signed copy could not be verified/);
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
