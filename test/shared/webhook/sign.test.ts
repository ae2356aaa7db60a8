import { randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guardedReceiver } from "../../../shared/net/guarded-receiver.ts";
import type { Endpoint } from "../../../shared/webhook/endpoint.ts";
import { newSecret, openSecrets, sealSecret } from "../../../shared/webhook/secrets.ts";
import { signedHeaders } from "../../../shared/webhook/sign.ts";
import { memoryVault } from "../../fakes/memory-vault.ts";

const BODY = JSON.stringify({
  type: "irn.failed",
  timestamp: "2026-11-23T15:30:00+05:30",
  data: { errors: [{ message: "Straße “7” – नमस्ते ₹ 𝒳 \u2028 \\ \u0000" }] },
});
const ID = "irn-failed-1";

/** A receiver as its owner would write it: the raw body, the headers as they came, and the reference library. */
let server: Server;
let url = "";
const arrived: { headers: IncomingHttpHeaders; raw: Buffer }[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    arrived.push({ headers: request.headers, raw: Buffer.concat(await request.toArray()) });
    response.writeHead(204).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
});

async function sent(secrets: readonly string[], at: Date, body = BODY) {
  const sender = guardedReceiver({ reach: { schemes: ["http"], addresses: "any" }, monotonicMs: () => 0 });
  expect(await sender.post(url, signedHeaders({ id: ID, body }, secrets, at), body)).toMatchObject({ status: 204 });
  const last = arrived.at(-1);
  if (!last) throw new Error("nothing arrived");
  return (secret: string) => new Webhook(secret).verify(last.raw, last.headers as Record<string, string>);
}

describe("signedHeaders", () => {
  it("signs as the reference of Standard Webhooks does", () => {
    // Its own test vector: standard-webhooks, libraries/javascript, 1.1.1.
    const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: '{"test": 2432232314}' };
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    expect(signedHeaders(message, [secret], new Date(1_614_265_330_000))).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("names the second of the attempt, rounded down, and signs anew in each", () => {
    const message = { id: ID, body: BODY };
    const secret = newSecret(randomBytes);
    const first = signedHeaders(message, [secret], new Date(1_614_265_330_999));
    const second = signedHeaders(message, [secret], new Date(1_614_265_331_000));
    expect([first["webhook-timestamp"], second["webhook-timestamp"]]).toEqual(["1614265330", "1614265331"]);
    expect(first["webhook-id"]).toBe(second["webhook-id"]);
    expect(first["webhook-signature"]).not.toBe(second["webhook-signature"]);
  });

  it("is verified by the reference library from the bytes that arrive", async () => {
    const secret = newSecret(randomBytes);
    const verify = await sent([secret], new Date());
    expect(verify(secret)).toEqual(JSON.parse(BODY));
    expect(() => verify(newSecret(randomBytes))).toThrow("No matching signature found");
  });

  it("is verified so whatever the event says", async () => {
    const secret = newSecret(randomBytes);
    const text = fc.string({ unit: "binary" });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, text), async (data) => {
        const body = JSON.stringify({ data });
        expect((await sent([secret], new Date(), body))(secret)).toEqual(JSON.parse(body));
      }),
      { numRuns: 50 },
    );
  });
});

describe("secrets", () => {
  const vault = memoryVault();
  const at = new Date();
  const GRACE_MS = 24 * 60 * 60 * 1000;

  async function rotated(id = "we_1") {
    const [older, newer] = [newSecret(randomBytes), newSecret(randomBytes)];
    const gstin = "27AAAZA0001A1ZM";
    const seal = (secret: string) => sealSecret(vault, { gstin, id }, secret);
    const until = new Date(at.getTime() + GRACE_MS).toISOString();
    const secrets = [{ sealed: await seal(newer) }, { sealed: await seal(older), until }];
    const endpoint: Endpoint = { v: 1, id, gstin, url, events: [], secrets, createdAt: "", revision: 1 };
    return { endpoint, older, newer };
  }

  it("are 32 random bytes, written as Standard Webhooks has it", () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
    const asked: number[] = [];
    const secret = newSecret((size) => {
      asked.push(size);
      return bytes;
    });
    expect(asked).toEqual([32]);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice("whsec_".length), "base64")).toEqual(Buffer.from(bytes));
  });

  it("sign both after a rotation, so that a receiver with either verifies it", async () => {
    const { endpoint, older, newer } = await rotated();
    const secrets = await openSecrets(vault, endpoint, at);
    expect(secrets).toEqual([newer, older]);
    const verify = await sent(secrets, at);
    expect(verify(older)).toEqual(JSON.parse(BODY));
    expect(verify(newer)).toEqual(JSON.parse(BODY));
  });

  it("sign no more when their time is over", async () => {
    const { endpoint, older, newer } = await rotated();
    const lastMoment = new Date(at.getTime() + GRACE_MS - 1);
    expect(await openSecrets(vault, endpoint, lastMoment)).toEqual([newer, older]);
    const secrets = await openSecrets(vault, endpoint, new Date(at.getTime() + GRACE_MS));
    expect(secrets).toEqual([newer]);
    const verify = await sent(secrets, at);
    expect(verify(newer)).toEqual(JSON.parse(BODY));
    expect(() => verify(older)).toThrow("No matching signature found");
  });

  it("open for their endpoint alone", async () => {
    const { endpoint } = await rotated();
    await expect(openSecrets(vault, { ...endpoint, id: "we_2" }, at)).rejects.toThrow();
    await expect(openSecrets(vault, { ...endpoint, gstin: "29AAAZA0001A1ZI" }, at)).rejects.toThrow();
  });
});
