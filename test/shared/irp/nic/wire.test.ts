import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { stages } from "../../../../infra/config.ts";
import { NotSent, nicWire } from "../../../../shared/irp/nic/wire.ts";
import type { Upstream } from "../../../../shared/irp/portals.ts";

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
  let connections = 0;
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
  server.on("connection", () => {
    connections += 1;
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    connections: () => connections,
    closeConnections: () => {
      server.closeAllConnections();
      return new Promise((noticed) => setTimeout(noticed, 20));
    },
    ...aWire(`${url}/nic1/`, callTimeoutMs),
    received,
    url,
    close: () => new Promise((closed) => server.close(closed)),
  };
}

type Secret = Awaited<ReturnType<Parameters<typeof nicWire>[0]["credentials"]>>;

function aWire(
  url: string,
  callTimeoutMs = 5_000,
  credentials: Secret = CREDENTIALS,
  { portal, ...rest }: Partial<Upstream> & { portal?: Partial<Upstream["portals"][number]> } = {},
) {
  const { timeoutsMs } = stages.local.upstream;
  const upstream = {
    portals: [{ name: "NIC1", url, ...portal }],
    timeoutsMs: { ...timeoutsMs, register: callTimeoutMs },
    lookUpLagMs: 0,
    ...rest,
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

  it("keeps its connection for the next call", async () => {
    const { post, connections } = await aServer((_, response) => response.end("{}"));

    for (let i = 0; i < 20; i++) await post();

    // One that follows at once finds the first connection still busy with its own end.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it("makes another connection when the server closed the one before", async () => {
    const { post, connections, closeConnections } = await aServer((_, response) => response.end("{}"));
    await post();
    await closeConnections();

    expect(await post()).toEqual({});
    expect(connections()).toBe(2);
  });

  it("reads an answer of many pieces, also when a letter is cut in two", async () => {
    const bytes = Buffer.from(JSON.stringify({ Status: 1, text: "₹".repeat(1000) }));
    const { post } = await aServer(async (_, response) => {
      for (let i = 0; i < bytes.length; i += 700) {
        response.write(bytes.subarray(i, i + 700));
        await new Promise((written) => setImmediate(written));
      }
      response.end();
    });

    expect(await post()).toEqual({ Status: 1, text: "₹".repeat(1000) });
  });
});

describe("a GSP in front of the portals", () => {
  const GET = {
    kind: "look-up",
    method: "GET",
    path: "/eicore/v1.03/Invoice/irn/x",
    headers: { Gstin: "27" },
  } as const;
  const CANEWB = { ...POST, kind: "cancel", path: "/ewaybillapi/v1.03/ewayapi" } as const;

  it("gets its own headers with each call: common ones and the portal's, plain and secret", async () => {
    const server = await aServer((_, response) => response.end("{}"));
    const secret = {
      ...CREDENTIALS,
      headers: { "X-Asp-Auth-Token": "asp-secret" },
      portalHeaders: { NIC1: { "X-Key": "one" }, NIC2: { "X-Key": "two" } },
    };
    const configured = { headers: { "X-Common": "c" }, portal: { headers: { "X-Own": "o" } } };
    await aWire(server.url, 5_000, secret, configured).send("NIC1", GET);

    expect(server.received[0]?.headers).toMatchObject({
      "x-asp-auth-token": "asp-secret",
      "x-key": "one",
      "x-common": "c",
      "x-own": "o",
    });
  });

  it("cannot be configured to change what the protocol says", async () => {
    const server = await aServer((_, response) => response.end("{}"));
    const headers = { GSTIN: "29", "Content-Type": "text/plain", Client_Id: "other" };
    await aWire(server.url, 5_000, { ...CREDENTIALS, headers }, { headers }).post();

    expect(server.received[0]?.headers).toMatchObject({
      gstin: "27",
      "content-type": "application/json",
      client_id: CREDENTIALS.clientId,
    });
  });

  it("that adds the client id itself is sent none", async () => {
    const server = await aServer((_, response) => response.end("{}"));
    await aWire(server.url, 5_000, CREDENTIALS, { addsCredentials: true }).post();
    await aWire(server.url, 5_000, {}, { addsCredentials: true }).post();

    const names = server.received.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => /client.(id|secret)/.test(name))).toEqual([]);
  });

  it("has its own starts of paths", async () => {
    const server = await aServer((_, response) => response.end("{}"));
    const paths = { "/eicore": "/einv-gsp/core" };
    const { send } = aWire(`${server.url}/gsp`, 5_000, CREDENTIALS, { paths });
    await send("NIC1", GET);

    expect(server.received[0]?.url).toBe("/gsp/einv-gsp/core/v1.03/Invoice/irn/x");
  });

  it("leaves the e-way bill system its host and its way to write the client id", async () => {
    const [portal, ewayBills] = [await aServer(refuse), await aServer((_, response) => response.end("{}"))];
    const { send } = aWire(portal.url, 5_000, CREDENTIALS, { portal: { ewayBillUrl: ewayBills.url } });
    await send("NIC1", CANEWB);

    expect(ewayBills.received).toMatchObject([
      {
        url: "/ewaybillapi/v1.03/ewayapi",
        headers: { "client-id": CREDENTIALS.clientId, "client-secret": CREDENTIALS.clientSecret },
      },
    ]);
    expect(ewayBills.received[0]?.headers).not.toHaveProperty("client_id");
    expect(portal.received).toEqual([]);
  });
});

const refuse: RequestListener = (_, response) => response.writeHead(500).end();

describe("a call that was certainly not sent", () => {
  it("is one to a portal that is not configured", async () => {
    const { send } = aWire("http://127.0.0.1:1");

    expect(await failureOf(() => send("NIC9", POST))).toMatchObject({
      name: "NotSent",
      message: "portal NIC9 is not configured",
    });
  });

  it("is one whose credentials cannot be read, or are not there", async () => {
    const { received, url } = await aServer((_, response) => response.end("{}"));
    const upstream = { portals: [{ name: "NIC1", url }], ...stages.local.upstream };
    const credentials = () => Promise.reject(new TypeError("the s3cret cannot be read"));

    expect(await failureOf(() => nicWire({ upstream, fetch, credentials })("NIC1", POST))).toMatchObject({
      name: "NotSent",
      message: "credentials could not be read: TypeError",
    });
    expect(await failureOf(aWire(url, 5_000, { clientId: "c" }).post)).toMatchObject({
      name: "NotSent",
      message: "no client id is configured",
    });
    expect(received).toEqual([]);
  });

  it.each([401, 403])("is one that a GSP turned away with %d", async (status) => {
    const { post } = await aServer((_, response) => response.writeHead(status).end('{"Status":1}'));

    expect(await failureOf(post)).toMatchObject({ name: "NotSent", message: `HTTP ${status}` });
  });

  const DATE = "Tue, 18 Aug 2026 09:00:00 GMT";
  it.each([
    ["60", 60_000],
    [" 7 ", 7_000],
    ["0", 0],
    ["Tue, 18 Aug 2026 09:01:30 GMT", 90_000],
    ["Tue, 18 Aug 2026 08:00:00 GMT", 0],
    ["86400", 3_600_000],
    ["soon", undefined],
    ["-5", undefined],
    ["1.5", undefined],
  ])("tells after how long to try again when it was turned away with 429 and %j", async (retryAfter, ms) => {
    const head = { "retry-after": retryAfter, date: DATE };
    const { post } = await aServer((_, response) => response.writeHead(429, head).end());

    expect(await failureOf(post)).toMatchObject({ name: "NotSent", message: "HTTP 429", retryAfterMs: ms });
  });

  it.each(["127.0.0.1", "localhost"])("is one to a port of %s where nobody listens", async (host) => {
    expect(await failureOf(aWire(`http://${host}:${await aClosedPort()}`).post)).toBeInstanceOf(NotSent);
  });

  it("is one to a host that does not exist", async () => {
    expect(await failureOf(aWire("http://portal.invalid").post)).toBeInstanceOf(NotSent);
  });

  it("is one that a gateway turned away with 429", async () => {
    const { post } = await aServer((_, response) => response.writeHead(429).end());

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
    ["was answered with more than 8 MB", (_, response) => response.end(`{"Status":1,"Data":"${"A".repeat(8 << 20)}"}`)],
    ["was answered with no HTTP", (request) => request.socket.end("SMTP ready\r\n\r\n")],
    ...[301, 302, 307, 400, 404, 408, 500, 502, 503, 504].map((status): [string, RequestListener] => [
      `was answered with ${status}`,
      (_, response) => response.writeHead(status, { location: "/elsewhere" }).end('{"Status":1}'),
    ]),
  ];

  it.each(faults)("is one that %s", async (_, respond) => {
    const { post, received } = await aServer(respond);

    expect(await failureOf(post)).not.toBeInstanceOf(NotSent);
    expect(received).toHaveLength(1);
  });

  it("is one on a connection that the server closes just as it is used again", async () => {
    const used = new WeakSet<Socket>();
    const { post, received, connections } = await aServer(({ socket }, response) => {
      if (used.has(socket)) socket.destroy();
      else response.end("{}");
      used.add(socket);
    });
    await post();
    await new Promise((idle) => setImmediate(idle));

    expect(await failureOf(post)).not.toBeInstanceOf(NotSent);
    expect(received).toHaveLength(2);
    expect(connections()).toBe(1);
  });

  it("stops reading what cannot be a portal's", async () => {
    const { post } = await aServer((_, response) => response.end(`"${"A".repeat(8 << 20)}"`));

    expect((await failureOf(post)).message).toBe("no answer: more than 8388608 bytes");
  });

  it("says so in words that tell a portal's failure from ours", async () => {
    const { post } = await aServer(refuse);
    const silent = await aServer(() => {}, 100);

    expect((await failureOf(post)).message).toBe("no answer: HTTP 500");
    expect((await failureOf(silent.post)).message).toBe("no answer: TimeoutError");
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
