import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessToken, call, get, newInvoice, post, stack, stranger, supplier } from "./stack.ts";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A stack that runs on this machine can reach the suite's own servers. */
const isHere = new URL(stack.apiUrl).hostname === "127.0.0.1";
/** The first waits of the ladder are a minute, then five: at this speed seconds. */
const isFast = (stack.speed ?? 1) >= 60;

let token: string;
let strangersToken: string;

beforeAll(async () => {
  token = await accessToken(supplier);
  strangersToken = await accessToken(stranger);
});

describe.runIf(isHere)("a webhook", () => {
  it("tells of a registration, signed so that the reference library verifies it, and the delivery can be read", async () => {
    const server = await receiver();
    const { id, secret } = await endpoint(server.url, ["irn.generated"]);
    const { irn } = await registered();
    await expect.poll(() => server.about(irn), { timeout: 15_000 }).toHaveLength(1);

    const [received] = server.about(irn);
    const told = new Webhook(secret).verify(received?.body ?? "", asText(received?.headers));
    expect(told).toMatchObject({ type: "irn.generated", data: { irn, status: "ACT", mode: "test" } });
    expect(received?.body.length).toBeLessThan(20_000);

    await expect
      .poll(() => deliveriesOf(id), { timeout: 15_000 })
      .toMatchObject([{ state: "delivered", lastStatus: 200 }]);
    const [{ links } = {}] = await deliveriesOf(id);
    const { json } = await get(links?.self ?? "", token);
    expect(json["event"]).toMatchObject({ id: received?.headers["webhook-id"], type: "irn.generated" });
    expect(json["attempts"]).toMatchObject([{ n: 1, status: 200 }]);
    expect((await get(links?.self ?? "", strangersToken)).status).toBe(404);
  });

  it("goes to the endpoint that is tried alone, when it is a test", async () => {
    const [tried, other] = [await receiver(), await receiver()];
    const { id } = await endpoint(tried.url, ["irn.cancelled"]);
    await endpoint(other.url, []);
    expect((await post(`/webhooks/${id}/test`, token, "")).status).toBe(202);
    await expect.poll(() => tried.received, { timeout: 15_000 }).toHaveLength(1);
    expect(other.received.filter(({ body }) => body.includes("endpoint.test"))).toEqual([]);
  });

  it("is not sent to an endpoint that answered 410, of which the others hear", async () => {
    const [gone, other] = [await receiver(() => 410), await receiver()];
    const { id } = await endpoint(gone.url, ["irn.generated"]);
    await endpoint(other.url, ["endpoint.disabled"]);
    await registered();
    await expect.poll(() => other.about(id), { timeout: 15_000 }).toHaveLength(1);
    await registered();
    expect((await get(`/webhooks/${id}`, token)).json).toMatchObject({ status: "disabled", disabledReason: "gone" });
    await expect.poll(() => deliveriesOf(id), { timeout: 15_000 }).toMatchObject([{ state: "stopped" }]);
    expect(gone.received).toHaveLength(1);
  });

  it("is sent again when somebody asks for it, under the same id", async () => {
    const server = await receiver();
    const { id } = await endpoint(server.url, ["irn.generated"]);
    const { irn } = await registered();
    await expect.poll(() => deliveriesOf(id), { timeout: 15_000 }).toMatchObject([{ state: "delivered" }]);
    const [{ links } = {}] = await deliveriesOf(id);
    expect((await post(`${links?.self}/replay`, token, "")).status).toBe(202);
    await expect.poll(() => server.about(irn), { timeout: 15_000 }).toHaveLength(2);
    const ids = server.about(irn).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
  });

  it.runIf(isFast)(
    "climbs the ladder past an endpoint that fails, each time signed anew",
    { timeout: 90_000 },
    async () => {
      const server = await receiver((n) => (n <= 3 ? 503 : 200));
      const { id, secret } = await endpoint(server.url, ["irn.generated"]);
      const { irn } = await registered();
      await expect.poll(() => server.about(irn), { timeout: 80_000 }).toHaveLength(4);
      await expect
        .poll(() => deliveriesOf(id), { timeout: 15_000 })
        .toMatchObject([{ state: "delivered", attemptCount: 4 }]);
      const webhook = new Webhook(secret);
      for (const { headers, body } of server.about(irn))
        expect(() => webhook.verify(body, asText(headers))).not.toThrow();
      expect(new Set(server.about(irn).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
      expect((await get(`/webhooks/${id}`, token)).json).not.toHaveProperty("failingSince");
    },
  );
});

const servers: Server[] = [];
const endpoints: string[] = [];

afterAll(async () => {
  const authorization = `Bearer ${token}`;
  for (const id of endpoints) await call(`/webhooks/${id}`, { method: "DELETE", headers: { authorization } });
  for (const server of servers) server.close();
});

/** A server on loopback that keeps what it is sent, and answers the n-th post as told. */
async function receiver(statusOf: (n: number) => number = () => 200) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(statusOf(received.length)).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  servers.push(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { url, received, about: (subject: string) => received.filter(({ body }) => body.includes(subject)) };
}

async function endpoint(url: string, events: string[]): Promise<{ id: string; secret: string }> {
  const { status, json } = await post("/webhooks", token, { url, events });
  expect(status).toBe(201);
  endpoints.push(String(json["id"]));
  return { id: String(json["id"]), secret: String(json["secret"]) };
}

async function registered(): Promise<{ irn: string }> {
  const { status, json } = await post("/irn", token, newInvoice());
  expect(status).toBe(201);
  return { irn: String(json["irn"]) };
}

async function deliveriesOf(id: string): Promise<{ readonly links: { readonly self: string } }[]> {
  return (await get(`/deliveries?endpoint=${id}`, token)).json["deliveries"] as { links: { self: string } }[];
}

function asText(headers: IncomingHttpHeaders = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
