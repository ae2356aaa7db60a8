import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { stages } from "../../../../infra/config.ts";
import { NotSent, nicWire } from "../../../../shared/irp/nic/wire.ts";

const CREDENTIALS = { clientId: "client", clientSecret: "s3cret-of-the-gsp" };
const POST = {
  kind: "register",
  method: "POST",
  path: "/eicore/v1.03/Invoice",
  headers: { Gstin: "27" },
  body: { Data: "x" },
} as const;
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** A real server on a port of its own, and the wire that leads there. */
async function aServer(respond: RequestListener, callTimeoutMs = 5_000) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers, rawHeaders } = request;
    received.push({ method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString() });
    respond(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    ...aWire(`${url}/nic1/`, callTimeoutMs),
    received,
    url,
    close: () => new Promise((closed) => server.close(closed)),
  };
}

function aWire(url: string, callTimeoutMs = 5_000, credentials = CREDENTIALS) {
  const { timeoutsMs } = stages.local.upstream;
  const upstream = {
    portals: [{ name: "NIC1", url }],
    timeoutsMs: { ...timeoutsMs, register: callTimeoutMs },
    lookUpLagMs: 0,
  };
  const send = nicWire({ upstream, fetch, credentials: async () => credentials });
  return { send, post: () => send("NIC1", POST) };
}

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  const failure = await work().catch((error: unknown) => error);
  if (failure instanceof Error) return failure;
  throw new Error("it did not fail");
}

async function aClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

describe("the wire", () => {
  it("sends JSON with the GSP's credentials and each header once, below the portal's address", async () => {
    const { post, received } = await aServer((_, response) => response.end('{"Status":1}'));

    expect(await post()).toEqual({ Status: 1 });
    expect(received).toMatchObject([
      {
        method: "POST",
        url: "/nic1/eicore/v1.03/Invoice",
        body: '{"Data":"x"}',
        headers: {
          "content-type": "application/json",
          client_id: CREDENTIALS.clientId,
          client_secret: CREDENTIALS.clientSecret,
          gstin: "27",
        },
      },
    ]);
    const names = received[0]?.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()) ?? [];
    expect(new Set(names).size).toBe(names.length);
  });

  it("sends no body where there is none", async () => {
    const { send, received } = await aServer((_, response) => response.end("{}"));

    await send("NIC1", { kind: "look-up", method: "GET", path: "/x?docnum=A%2F1", headers: {} });

    expect(received).toMatchObject([{ method: "GET", url: "/nic1/x?docnum=A%2F1", body: "" }]);
  });

  it("does not know a portal that is not configured", async () => {
    const { send } = aWire("http://127.0.0.1:1");

    await expect(send("NIC9", POST)).rejects.toThrow(RangeError);
  });
});

describe("a call that was certainly not sent", () => {
  it.each(["127.0.0.1", "localhost"])("is one to a port of %s where nobody listens", async (host) => {
    expect(await failureOf(aWire(`http://${host}:${await aClosedPort()}`).post)).toBeInstanceOf(NotSent);
  });

  it("is one to a host that does not exist", async () => {
    expect(await failureOf(aWire("http://portal.invalid").post)).toBeInstanceOf(NotSent);
  });

  it("is one that a gateway turned away with 429", async () => {
    const { post } = await aServer((_, response) => response.writeHead(429, { "retry-after": "60" }).end());

    expect(await failureOf(post)).toBeInstanceOf(NotSent);
  });

  it("is one after the server has gone, also when it answered before", async () => {
    const { post, close } = await aServer((_, response) => response.setHeader("connection", "close").end("{}"));
    await post();
    await close();

    expect(await failureOf(post)).toBeInstanceOf(NotSent);
  });
});

describe("a call whose outcome is unknown", () => {
  const faults: [string, RequestListener][] = [
    ["was reset before an answer", (request) => request.socket.destroy()],
    ["was reset by a reset packet", (request) => request.socket.resetAndDestroy()],
    ["was reset within the head", (request) => request.socket.end("HTTP/1.1 200 OK\r\ncontent-le")],
    [
      "was reset within the answer",
      (request, response) => {
        response.writeHead(200, { "content-length": "100" }).write('{"Status":1');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ["was answered with half a JSON", (_, response) => response.end('{"Status":1,"Data":"')],
    ["was answered with nothing", (_, response) => response.end()],
    ["was answered with HTML", (_, response) => response.end("<html>portal under maintenance</html>")],
    ["was answered with no HTTP", (request) => request.socket.end("SMTP ready\r\n\r\n")],
    ...[301, 302, 307, 400, 401, 403, 404, 408, 500, 502, 503, 504].map((status): [string, RequestListener] => [
      `was answered with ${status}`,
      (_, response) => response.writeHead(status, { location: "/elsewhere" }).end('{"Status":1}'),
    ]),
  ];

  it.each(faults)("is one that %s", async (_, respond) => {
    const { post, received } = await aServer(respond);

    expect(await failureOf(post)).not.toBeInstanceOf(NotSent);
    expect(received).toHaveLength(1);
  });

  it("is one that took longer than calls may take, before the answer or within it", async () => {
    const silent = await aServer(() => {}, 100);
    const slow = await aServer((_, response) => response.writeHead(200).write("{"), 100);

    for (const { post } of [silent, slow]) {
      const failure = await failureOf(post);
      expect(failure).not.toBeInstanceOf(NotSent);
      expect(`${failure.name} ${failure.message}`).toMatch(/time/i);
    }
  });
});

describe("an error of the wire", () => {
  it("never holds what is in the headers", async () => {
    const url = `http://127.0.0.1:${await aClosedPort()}`;

    for (const clientSecret of ["s3cret-of\nthe-gsp", "s3cret-of\u0000the-gsp", "s3cret-of-₹"]) {
      const failure = await failureOf(aWire(url, 1000, { clientId: "client", clientSecret }).post);
      expect(`${failure.message} ${failure.stack} ${String(failure.cause)}`).not.toContain("s3cret");
    }
  });
});
