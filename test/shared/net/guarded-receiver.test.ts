import { generateKeyPairSync } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { isIP, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type GuardedReceiverDeps, guardedReceiver } from "../../../shared/net/guarded-receiver.ts";
import type { Reach } from "../../../shared/webhook/endpoint-url.ts";
import { aCertificate } from "../../fakes/a-certificate.ts";
import { specialAddresses } from "../webhook/special-addresses.ts";
import { type AServer, anHttpServer, aRawServer, aTlsServer } from "./a-server.ts";
import { aSlowServer } from "./a-slow-server.ts";

/** Everything but special addresses. */
const PUBLIC: Reach = { schemes: ["https", "http"], addresses: "public" };
const ANY: Reach = { schemes: ["https", "http"], addresses: "any" };
const HOST = "receiver.test";
/** Within what counts as public, and nobody's. */
const NOBODYS = { address: "2000::1", family: 6 };
const HERE = { address: "127.0.0.1", family: 4 };

const servers: AServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function kept(server: Promise<AServer>): Promise<AServer> {
  servers.push(await server);
  return server;
}

function receiver(deps: Partial<GuardedReceiverDeps> = {}) {
  let ms = 0;
  const monotonicMs = () => ms++;
  return guardedReceiver({ reach: ANY, resolve: async () => [HERE], monotonicMs, timeoutMs: 10_000, ...deps });
}

/** What the receiver makes of a server. */
async function postTo(server: AServer, deps: Partial<GuardedReceiverDeps> = {}, body = "{}") {
  const { latencyMs, ...result } = await receiver(deps).post(`http://${HOST}:${server.port}/hook`, {}, body);
  expect(latencyMs).toBe(1);
  return result;
}

async function postToHttp(listener: RequestListener, deps: Partial<GuardedReceiverDeps> = {}) {
  return postTo(await kept(anHttpServer(listener)), deps);
}

async function postToRaw(speak: (socket: Socket) => void, deps: Partial<GuardedReceiverDeps> = {}) {
  return postTo(await kept(aRawServer(speak)), deps);
}

describe("a guarded receiver connects to nobody", () => {
  let server: AServer;
  beforeAll(async () => {
    server = await anHttpServer((_, response) => response.end());
  });
  afterAll(() => server.stop());

  const hosts = specialAddresses.map(([address]) => (isIP(address) === 6 ? `[${address}]` : address));
  const spellings = [
    "2130706433",
    "0x7f.1",
    "0177.1",
    "127.1",
    "0",
    "127.0.0.1.",
    "%31%32%37.0.0.1",
    "%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1",
    "127%E3%80%820.0.1",
    "[::FFFF:7F00:1]",
    "LOCALHOST",
    "localhost.",
    "%6cocalhost",
    "example.com@127.0.0.1",
    "①②⑦.0.0.1",
    "[fe80::1%25lo]",
  ];
  it.each([...hosts, ...spellings])("when the URL says %s", async (host) => {
    const before = server.connections();
    const resolve = () => Promise.reject(new Error("asked for a name"));
    const result = await receiver({ reach: PUBLIC, resolve }).post(`http://${host}:${server.port}/`, {}, "{}");
    expect(result).toEqual({ failure: "blocked_address", latencyMs: 1 });
    expect(server.connections()).toBe(before);
  });

  it.each(specialAddresses)("when a name leads to %s (%s)", async (address) => {
    const before = server.connections();
    const resolve = async () => [{ address, family: isIP(address) }];
    expect(await postTo(server, { reach: PUBLIC, resolve })).toEqual({ failure: "blocked_address" });
    expect(server.connections()).toBe(before);
  });

  it("when a URL was let pass that the stage does not reach any more", async () => {
    const before = server.connections();
    const reach: Reach = { schemes: ["https"], ports: [443], addresses: "any" };
    expect(await postTo(server, { reach })).toEqual({ failure: "blocked_address" });
    const other = await receiver({ reach }).post(`https://${HOST}:${server.port}/`, {}, "{}");
    expect(other.failure).toBe("blocked_address");
    expect(server.connections()).toBe(before);
  });

  it("at a private address among public ones", async () => {
    const before = server.connections();
    const resolve = async () => [HERE, NOBODYS, { address: "::1", family: 6 }];
    const result = await postTo(server, { reach: PUBLIC, resolve, timeoutMs: 500 });
    expect(result.status).toBeUndefined();
    expect(["connect", "timeout"]).toContain(result.failure);
    expect(server.connections()).toBe(before);
  });

  it("when a name is public as it is looked up, and private a moment later", async () => {
    const before = server.connections();
    const answers = [[NOBODYS], [HERE]];
    let asked = 0;
    const resolve = async () => answers[asked++] ?? [HERE];
    const first = await postTo(server, { reach: PUBLIC, resolve, timeoutMs: 500 });
    expect(["connect", "timeout"]).toContain(first.failure);
    expect(asked).toBe(1);

    expect(await postTo(server, { reach: PUBLIC, resolve })).toEqual({ failure: "blocked_address" });
    expect(asked).toBe(2);
    expect(server.connections()).toBe(before);
  });

  it("when the resolver answers after the time is over", async () => {
    const before = server.connections();
    let answer = (_: readonly [typeof HERE]) => {};
    const resolve = () =>
      new Promise<readonly [typeof HERE]>((resolved) => {
        answer = resolved;
      });
    expect(await postTo(server, { resolve, timeoutMs: 50 })).toEqual({ failure: "timeout" });
    answer([HERE]);
    // A connection that came of it would be there before this one.
    await postTo(server);
    expect(server.connections()).toBe(before + 1);
  });
});

describe("a guarded receiver reaches", () => {
  it("a server by its name, with these bytes and no others, each time on a connection of its own", async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const server = await kept(
      anHttpServer(async (request, response) => {
        const chunks = await request.toArray();
        seen.push({ request, body: Buffer.concat(chunks).toString("utf8") });
        response.writeHead(200, { connection: "keep-alive" }).end("ok");
      }),
    );
    const body = JSON.stringify({ text: "Straße, नमस्ते, ₹ 𝒳" });
    const post = () => receiver().post(`HTTP://${HOST}:${server.port}/a?b=%20c`, { "webhook-id": "e-1" }, body);

    expect(await post()).toEqual({ status: 200, answer: "ok", latencyMs: 1 });
    expect((await post()).status).toBe(200);

    expect(server.connections()).toBe(2);
    expect(seen.map((each) => each.body)).toEqual([body, body]);
    expect(seen[0]?.request).toMatchObject({
      method: "POST",
      url: "/a?b=%20c",
      headers: {
        host: `${HOST}:${server.port}`,
        "webhook-id": "e-1",
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
        "accept-encoding": "identity",
        connection: "close",
      },
    });
    expect(seen[0]?.request.headers["transfer-encoding"]).toBeUndefined();
  });

  it("a name with the system's resolver, and says when there is none of that name", async () => {
    const server = await kept(anHttpServer((_, response) => response.end()));
    const real = guardedReceiver({ reach: ANY, monotonicMs: () => 0 });
    expect(await real.post(`http://localhost:${server.port}/`, {}, "{}")).toEqual({ status: 200, latencyMs: 0 });
    expect(await real.post("http://nobody.invalid/", {}, "{}")).toEqual({ failure: "dns", latencyMs: 0 });
  });

  it("the address that answers, where others do not", async () => {
    const server = await kept(anHttpServer((_, response) => response.end()));
    const resolve = async () => [NOBODYS, HERE];
    expect(await postTo(server, { resolve })).toEqual({ status: 200 });
  });
});

describe("a guarded receiver is patient", () => {
  it("with an address that is far away, although another leads nowhere", async () => {
    const server = await aSlowServer();
    const result = await receiver({ resolve: async () => [HERE, NOBODYS] }).post(
      `http://${HOST}:${server.port}/`,
      {},
      "{}",
    );
    await server.stop();
    expect(result).toEqual({ status: 200, latencyMs: 1 });
  });
});

describe("a guarded receiver makes of an answer", () => {
  it.each([200, 201, 202, 204, 299])("%i: delivered", async (status) => {
    expect(await postToHttp((_, response) => response.writeHead(status).end())).toEqual({ status });
  });

  it.each([400, 401, 404, 410, 500, 502, 503])("%i: its status", async (status) => {
    const result = await postToHttp((_, response) => response.writeHead(status).end("no"));
    expect(result).toEqual({ status, failure: "status", answer: "no" });
  });

  it.each([300, 301, 302, 303, 304, 307, 308])("%i: its status, wherever it points", async (status) => {
    const elsewhere = await kept(anHttpServer((_, response) => response.end()));
    const location = `http://127.0.0.1:${elsewhere.port}/`;
    const result = await postToHttp((_, response) => response.writeHead(status, { location }).end());
    expect(result).toEqual({ status, failure: "status" });
    expect(elsewhere.connections()).toBe(0);
  });

  it.each([429, 503])("%i with Retry-After: what it asks for, as it came", async (status) => {
    const headers = { "retry-after": "Mon, 23 Nov 2026 10:01:30 GMT" };
    const result = await postToHttp((_, response) => response.writeHead(status, headers).end());
    expect(result).toEqual({ status, failure: "status", retryAfter: "Mon, 23 Nov 2026 10:01:30 GMT" });
  });

  it("text: its first 200 characters, without what would move a terminal", async () => {
    const text = `\u001b[31mfailed\r\n\u0000 at\tline 1${"é".repeat(300)}`;
    const { answer } = await postToHttp((_, response) => response.writeHead(500).end(text));
    expect(answer).toBe(`[31mfailed at line 1${"é".repeat(180)}`);
    const half = await postToHttp((_, response) => response.end(`${"x".repeat(199)}😀`));
    expect(half.answer).toBe(`${"x".repeat(199)}\ufffd`);
  });

  it("a body in another coding: its status, and nothing is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const result = await postToHttp((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
    expect(result).toEqual({ status: 200 });
  });

  it("an endless body: its status, and 16 KB of it at the most", async () => {
    let written = 0;
    const server = await kept(
      anHttpServer((_, response) => {
        const more = () => {
          if (response.destroyed) return;
          response.write("y".repeat(1024));
          written += 1024;
          setImmediate(more);
        };
        more();
      }),
    );
    expect(await postTo(server)).toEqual({ status: 200, answer: "y".repeat(200) });
    await server.ended();
    expect(written).toBeLessThan(1_000_000);
  });

  it("a body that comes byte by byte: its status, and what came of it", async () => {
    const server = await kept(
      anHttpServer((_, response) => {
        const timer = setInterval(() => response.write("z"), 20);
        response.on("close", () => clearInterval(timer));
      }),
    );
    const { answer, ...rest } = await postTo(server);
    expect(rest).toEqual({ status: 200 });
    expect(answer).toMatch(/^z+$/);
    await server.ended();
  });

  it("a body that never ends: its status, no longer than the attempt has", async () => {
    const server = await kept(anHttpServer((_, response) => response.writeHead(202).flushHeaders()));
    expect(await postTo(server, { timeoutMs: 300 })).toEqual({ status: 202 });
    await server.ended();
  });

  it("a body that is cut off: its status", async () => {
    const result = await postToRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    expect(result).toEqual({ status: 200, answer: "half" });
  });
});

describe("a guarded receiver tells apart", () => {
  it("no answer at all", async () => {
    const server = await kept(aRawServer(() => {}));
    expect(await postTo(server, { timeoutMs: 100 })).toEqual({ failure: "timeout" });
    await server.ended();
  });

  it("200 after the time-out", async () => {
    let answered = false;
    const server = await kept(
      anHttpServer((request, response) => {
        request.on("close", () => {
          response.end();
          answered = true;
        });
      }),
    );
    expect(await postTo(server, { timeoutMs: 100 })).toEqual({ failure: "timeout" });
    await server.ended();
    expect(answered).toBe(true);
  });

  it("headers that come byte by byte", async () => {
    const server = await kept(
      aRawServer((socket) => {
        const left = [...`HTTP/1.1 200 OK\r\nx-slow: ${"x".repeat(4_000)}`];
        const timer = setInterval(() => socket.write(left.shift() ?? "x"), 5);
        socket.on("close", () => clearInterval(timer));
      }),
    );
    expect(await postTo(server, { timeoutMs: 200 })).toEqual({ failure: "timeout" });
    await server.ended();
  });

  it("promises of an answer, without end", async () => {
    const server = await kept(
      aRawServer((socket) => {
        const timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 5);
        socket.on("close", () => clearInterval(timer));
      }),
    );
    expect(await postTo(server, { timeoutMs: 200 })).toEqual({ failure: "timeout" });
    await server.ended();
  });

  it("a resolver that never answers", async () => {
    const resolve = () => new Promise<never>(() => {});
    const { failure } = await receiver({ resolve, timeoutMs: 50 }).post(`http://${HOST}/`, {}, "{}");
    expect(failure).toBe("timeout");
  });

  it.each(["ENOTFOUND", "EAI_AGAIN"])("a resolver that says %s", async (code) => {
    const resolve = () => Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));
    expect((await receiver({ resolve }).post(`http://${HOST}/`, {}, "{}")).failure).toBe("dns");
  });

  it("nobody at the address", async () => {
    const server = await anHttpServer(() => {});
    await server.stop();
    expect(await postTo(server)).toEqual({ failure: "connect" });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ["a connection reset before the answer", (socket) => socket.resetAndDestroy(), "reset"],
    ["a connection closed before the answer", (socket) => socket.end(), "reset"],
    ["a connection closed amid the headers", (socket) => socket.end("HTTP/1.1 200 OK\r\nx-half: "), "reset"],
    ["another protocol", (socket) => socket.write(upgrade), "reset"],
    ["garbage", (socket) => socket.end("220 smtp.example.com ESMTP\r\n"), "other"],
    ["bytes", (socket) => socket.end(Buffer.from([0, 255, 254, 13, 10, 13, 10])), "other"],
    ["huge headers", (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(40_000)}`), "too_large"],
    ["headers without end", (socket) => socket.write(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(10_000)}`), "too_large"],
  ])("%s", async (_, speak, failure) => {
    const server = await kept(aRawServer(speak));
    expect(await postTo(server)).toEqual({ failure });
    await server.ended();
  });
  const upgrade = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
});

describe("a guarded receiver trusts", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const good = aCertificate(privateKey, { host: HOST });
  const expired = aCertificate(privateKey, { host: HOST, valid: ["200101000000Z", "210101000000Z"] });
  const early = aCertificate(privateKey, { host: HOST, valid: ["480101000000Z", "490101000000Z"] });

  async function postToTls(cert: string, deps: Partial<GuardedReceiverDeps> = {}, host = HOST) {
    const requests: string[] = [];
    const listener: RequestListener = ({ url = "" }, response) => {
      requests.push(url);
      response.writeHead(204).end();
    };
    const server = await kept(aTlsServer({ key, cert }, listener));
    const { latencyMs: _, ...result } = await receiver(deps).post(`HTTPS://${host}:${server.port}/`, {}, "{}");
    return { ...result, requests: requests.length };
  }

  it("a certificate for the name that an authority vouches for", async () => {
    expect(await postToTls(good, { ca: good })).toEqual({ status: 204, requests: 1 });
  });

  it.each<[string, string, Partial<GuardedReceiverDeps>, string]>([
    ["that vouches for itself", good, {}, HOST],
    ["for another name", good, { ca: good }, "other.test"],
    ["that has expired", expired, { ca: expired }, HOST],
    ["that is not valid yet", early, { ca: early }, HOST],
  ])("no certificate %s, and sends nothing", async (_, cert, deps, host) => {
    expect(await postToTls(cert, deps, host)).toEqual({ failure: "tls", requests: 0 });
  });

  it("no server that speaks no TLS", async () => {
    const server = await kept(anHttpServer((_, response) => response.end()));
    const { failure } = await receiver().post(`https://${HOST}:${server.port}/`, {}, "{}");
    expect(failure).toBe("tls");
  });
});
