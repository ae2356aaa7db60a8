import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { generateKeyPair } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { createHandler } from "../../functions/rotate-keys/handler.ts";
import type { KeyRing, SigningKey } from "../../shared/oauth/key-ring.ts";
import { recordingLog } from "./recording-log.ts";

const newKeyPair = () => generateKeyPair("RS256", { extractable: true });

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** CloudFormation's side: the address that it waits at. */
async function aWaitingStack(status = 200) {
  const answers: { method: string | undefined; headers: IncomingMessage["headers"]; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answers.push({
      method: request.method,
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.writeHead(status).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const common = {
    ServiceToken: "arn:aws:lambda:ap-south-1:000000000000:function:rotate-keys",
    ResponseURL: `http://127.0.0.1:${port}/answer?signature=a%2Fb`,
    StackId: "stack",
    RequestId: "request",
    LogicalResourceId: "Keys",
    ResourceType: "Custom::Keys",
    ResourceProperties: { ServiceToken: "arn" },
  };
  const known = { ...common, PhysicalResourceId: "signing-keys" };
  const events = {
    Create: { ...common, RequestType: "Create" },
    Update: { ...known, RequestType: "Update", OldResourceProperties: { ServiceToken: "arn" } },
    Delete: { ...known, RequestType: "Delete" },
  } as const;
  const event = (type: keyof typeof events) => events[type];
  return { answers, event };
}

function memoryKeyRing(failure?: Error) {
  const kept: SigningKey[] = [];
  const ring: KeyRing = {
    signing: async () => {
      if (failure) throw failure;
      return kept.at(-1);
    },
    published: async () => ({ keys: [] }),
    put: async (key) => void kept.push(key),
  };
  return { ring, kept };
}

const said = { StackId: "stack", RequestId: "request", LogicalResourceId: "Keys", PhysicalResourceId: "signing-keys" };

describe("rotate-keys", () => {
  it("makes a key at the first deploy and none at the next", async () => {
    const { answers, event } = await aWaitingStack();
    const { ring, kept } = memoryKeyRing();
    const handler = createHandler({ log: recordingLog().log, keys: ring, newKeyPair, fetch });

    await handler(event("Create"));
    await handler(event("Update"));

    expect(kept).toHaveLength(1);
    expect(answers.map(({ method, body }) => ({ method, body }))).toEqual([
      { method: "PUT", body: expect.objectContaining({ ...said, Status: "SUCCESS" }) },
      { method: "PUT", body: expect.objectContaining({ ...said, Status: "SUCCESS" }) },
    ]);
  });

  it("answers without a content type, which the address's signature would not cover", async () => {
    const { answers, event } = await aWaitingStack();

    await createHandler({ log: recordingLog().log, keys: memoryKeyRing().ring, newKeyPair, fetch })(event("Create"));

    expect(answers[0]?.headers["content-type"] ?? "").toBe("");
  });

  it("leaves the keys alone when the stack is deleted", async () => {
    const { answers, event } = await aWaitingStack();
    const { ring, kept } = memoryKeyRing(new Error("must not be asked"));

    await createHandler({ log: recordingLog().log, keys: ring, newKeyPair, fetch })(event("Delete"));

    expect(kept).toEqual([]);
    expect(answers[0]?.body).toMatchObject({ Status: "SUCCESS" });
  });

  it("tells the stack of a failure at once, so that it does not wait an hour", async () => {
    const { answers, event } = await aWaitingStack();
    const { log, text } = recordingLog();
    const { ring } = memoryKeyRing(new Error("access denied"));

    await createHandler({ log, keys: ring, newKeyPair, fetch })(event("Create"));

    expect(answers[0]?.body).toMatchObject({ ...said, Status: "FAILED", Reason: "Error: access denied" });
    expect(text()).toContain("access denied");
  });

  it("fails, and so is run again by Lambda, when the stack does not take its answer", async () => {
    const { event } = await aWaitingStack(403);
    const handler = createHandler({ log: recordingLog().log, keys: memoryKeyRing().ring, newKeyPair, fetch });

    await expect(handler(event("Create"))).rejects.toThrow("403");
  });

  it("writes no private key to the log or to the stack", async () => {
    const { answers, event } = await aWaitingStack();
    const { log, text } = recordingLog();
    const { ring, kept } = memoryKeyRing();

    await createHandler({ log, keys: ring, newKeyPair, fetch })(event("Create"));

    const d = String(kept[0]?.privateJwk["d"]);
    expect(d.length).toBeGreaterThan(300);
    expect(text() + JSON.stringify(answers)).not.toContain(d);
  });
});
