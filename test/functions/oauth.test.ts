import { createLocalJWKSet, decodeProtectedHeader, generateKeyPair, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createHandler } from "../../functions/oauth/handler.ts";
import { type Client, hashSecret } from "../../shared/oauth/client.ts";
import { ensureSigningKey, type KeyRing, type SigningKey } from "../../shared/oauth/key-ring.ts";
import { verifyToken } from "../../shared/oauth/verify-token.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { memoryClientStore } from "../fakes/memory-client-store.ts";
import { anRsaKey, GSTIN, ISSUER, NOW, NOW_SECONDS, type RsaKey } from "../shared/oauth/a-token.ts";
import { invoke } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

const first = await anRsaKey();
const second = await anRsaKey();
const ID = "test_client";
const SECRET = "eis_test_c2VjcmV0LXNlY3JldA";
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const GRANT = { grant_type: "client_credentials" };
const IN_BODY = { ...GRANT, client_id: ID, client_secret: SECRET };

const TokenAnswer = z.strictObject({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  expires_in: z.number(),
  scope: z.string(),
});

async function setup({ clients = [aClient()], signing = first, published = [first] }: Parts = {}) {
  const store = memoryClientStore();
  for (const client of clients) await store.create(client);
  const asked: string[] = [];
  const recorded = recordingLog();
  let ids = 0;
  const handler = createHandler({
    log: recorded.log,
    clients: {
      ...store,
      find: (clientId) => {
        asked.push(clientId);
        return store.find(clientId);
      },
    },
    keys: { signing: async () => (signing === "none" ? undefined : signingKeyOf(signing)) },
    publishedKeys: async () => ({ keys: published.map(({ publicJwk }) => publicJwk) }),
    issuer: ISSUER,
    now: () => NOW,
    newId: () => `jti-${++ids}`,
  });
  const send = (body: string, headers: Record<string, string> = {}) =>
    invoke(handler, anApiEvent({ method: "POST", path: "/oauth/token", headers: { ...FORM, ...headers }, body }));
  return {
    ...recorded,
    asked,
    handler,
    send,
    post: (form: Record<string, string>, headers?: Record<string, string>) =>
      send(new URLSearchParams(form).toString(), headers),
    get: (path: string) => invoke(handler, anApiEvent({ method: "GET", path })),
  };
}

interface Parts {
  readonly clients?: readonly Client[];
  readonly signing?: RsaKey | "none";
  readonly published?: readonly RsaKey[];
}

function aClient(changes: Partial<Client> = {}): Client {
  const createdAt = "2026-08-01T00:00:00.000Z";
  const secretHashes = [hashSecret(SECRET)];
  return { v: 1, clientId: ID, gstin: GSTIN, scopes: ["irn:write", "irn:read"], secretHashes, createdAt, ...changes };
}

function signingKeyOf({ kid, privateJwk }: RsaKey): SigningKey {
  return { v: 1, kid, privateJwk: { ...privateJwk } };
}

/** As RFC 6749 section 2.3.1 asks: form-urlencoded, then base64. */
function basic(id: string, secret: string) {
  const encoded = (text: string) => new URLSearchParams({ v: text }).toString().slice(2);
  return { authorization: `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString("base64")}` };
}

const bearer = ({ json }: { json: unknown }) => `Bearer ${TokenAnswer.parse(json).access_token}`;

describe("a granted token", () => {
  it("is what jose takes for an access token of RFC 9068, with these claims and no others", async () => {
    const { post, get } = await setup();

    const { access_token } = TokenAnswer.parse((await post(IN_BODY)).json);
    const { keys } = z
      .object({ keys: z.array(z.looseObject({ kty: z.string() })) })
      .parse((await get("/.well-known/jwks.json")).json);
    const expected = { issuer: ISSUER, audience: ISSUER, typ: "at+jwt", algorithms: ["RS256"], currentDate: NOW };
    const { payload } = await jwtVerify(access_token, createLocalJWKSet({ keys }), expected);

    expect(payload).toEqual({
      iss: ISSUER,
      aud: ISSUER,
      sub: ID,
      client_id: ID,
      gstin: GSTIN,
      scope: "irn:write irn:read",
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 900,
      jti: "jti-1",
    });
    expect(decodeProtectedHeader(access_token)).toEqual({ alg: "RS256", typ: "at+jwt", kid: first.kid });
  });

  it("comes as RFC 6749 section 5.1 says, and nobody may keep the answer", async () => {
    const { status, headers, json } = await (await setup()).post(IN_BODY);

    expect(status).toBe(200);
    expect(TokenAnswer.parse(json)).toMatchObject({ expires_in: 900, scope: "irn:write irn:read" });
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      pragma: "no-cache",
      "content-type": "application/json",
      "x-request-id": expect.any(String),
    });
  });

  it("is another one each time", async () => {
    const { post } = await setup();

    expect(bearer(await post(IN_BODY))).not.toBe(bearer(await post(IN_BODY)));
  });

  it("is verified by the API's own check until its 15 minutes and the tolerance are over", async () => {
    const authorization = bearer(await (await setup()).post(IN_BODY));
    const at = (seconds: number) => ({
      publishedKeys: async () => ({ keys: [first.publicJwk] }),
      issuer: ISSUER,
      now: () => new Date(NOW.getTime() + seconds * 1000),
    });

    expect(await verifyToken(at(0), authorization)).toMatchObject({ clientId: ID, gstin: GSTIN });
    expect(await verifyToken(at(901), authorization)).toMatchObject({ gstin: GSTIN });
    await expect(verifyToken(at(903), authorization)).rejects.toThrow("token_expired");
  });

  it("by the previous key is verified for as long as that key is published", async () => {
    const authorization = bearer(await (await setup({ signing: first })).post(IN_BODY));
    const published = (...keys: RsaKey[]) => ({
      publishedKeys: async () => ({ keys: keys.map(({ publicJwk }) => publicJwk) }),
      issuer: ISSUER,
      now: () => NOW,
    });

    expect(await verifyToken(published(first, second), authorization)).toMatchObject({ gstin: GSTIN });
    await expect(verifyToken(published(second), authorization)).rejects.toThrow("token_invalid");
  });

  it("is not to be had before a key was made, and the caller hears no word of why", async () => {
    const { post, text } = await setup({ signing: "none" });

    const { status, json } = await post(IN_BODY);

    expect(status).toBe(500);
    expect(json).toMatchObject({ code: "internal_error" });
    expect(text()).toContain("no signing key");
  });
});

describe("client authentication", () => {
  it.each([
    ["the Authorization header", GRANT, basic(ID, SECRET)],
    ["the Authorization header, scheme in lower case", GRANT, lowerCaseScheme(basic(ID, SECRET))],
    [
      "the Authorization header, two spaces in",
      GRANT,
      { authorization: basic(ID, SECRET).authorization.replace(" ", "  ") },
    ],
    ["the body", IN_BODY, {}],
    ["the body, with a charset", IN_BODY, { "content-type": "Application/x-www-form-urlencoded; charset=UTF-8" }],
  ])("works by %s", async (_, form, headers) => {
    expect((await (await setup()).post(form, headers)).status).toBe(200);
  });

  it.each(["a+b", "a%b", "a:b", "a/b", "a b", "a=b&c", "%2B", "ä₹😀", "~!*()'"])(
    "takes the secret %j in both ways",
    async (secret) => {
      const { post } = await setup({ clients: [aClient({ secretHashes: [hashSecret(secret)] })] });

      expect((await post(GRANT, basic(ID, secret))).status).toBe(200);
      expect((await post({ ...IN_BODY, client_secret: secret })).status).toBe(200);
    },
  );

  it("takes an id with a colon in both ways", async () => {
    const { post } = await setup({ clients: [aClient({ clientId: "a:b%c+d" })] });

    expect((await post(GRANT, basic("a:b%c+d", SECRET))).status).toBe(200);
    expect((await post({ ...IN_BODY, client_id: "a:b%c+d" })).status).toBe(200);
  });

  it("takes either of two secrets, and not a third", async () => {
    const { post } = await setup({ clients: [aClient({ secretHashes: [hashSecret("old"), hashSecret("new")] })] });

    expect((await post(GRANT, basic(ID, "old"))).status).toBe(200);
    expect((await post(GRANT, basic(ID, "new"))).status).toBe(200);
    expect((await post(GRANT, basic(ID, "newer"))).status).toBe(401);
  });

  it.each([
    ["a wrong secret", { ...IN_BODY, client_secret: "wrong" }, {}],
    ["a secret cut short", { ...IN_BODY, client_secret: SECRET.slice(0, -1) }, {}],
    ["the stored hash for the secret", { ...IN_BODY, client_secret: hashSecret(SECRET) }, {}],
    ["an unknown client", { ...IN_BODY, client_id: "test_nobody" }, {}],
    [
      "an unknown client with what it is compared to",
      { ...IN_BODY, client_id: "x", client_secret: "nobody's secret" },
      {},
    ],
    ["a client id longer than any key of the store", { ...IN_BODY, client_id: "x".repeat(3000) }, {}],
    ["no credentials", GRANT, {}],
    ["no secret", { ...GRANT, client_id: ID }, {}],
    ["an empty secret", { ...IN_BODY, client_secret: "" }, {}],
    ["no id", { ...GRANT, client_secret: SECRET }, {}],
    ["a wrong secret by header", GRANT, basic(ID, "wrong")],
    ["an unknown client by header", GRANT, basic("test_nobody", SECRET)],
    ["an id of 3000 characters by header", GRANT, basic("x".repeat(3000), SECRET)],
    ["an empty id by header", GRANT, basic("", SECRET)],
    ["an empty secret by header", GRANT, basic(ID, "")],
    ["a header without a colon", GRANT, { authorization: `Basic ${Buffer.from("abc").toString("base64")}` }],
    ["a header that is no base64", GRANT, { authorization: "Basic ~~~" }],
    ["a header with a broken escape", GRANT, { authorization: `Basic ${Buffer.from("a:%zz").toString("base64")}` }],
    [
      "a header with an escape of no text",
      GRANT,
      { authorization: `Basic ${Buffer.from("a:%ff").toString("base64")}` },
    ],
    ["an empty header", GRANT, { authorization: "" }],
    ["another scheme", GRANT, { authorization: "Bearer a.b.c" }],
  ])("fails with 401 and a challenge, without saying what was wrong: %s", async (_, form, headers) => {
    const { status, json, headers: answered } = await (await setup()).post(form, headers);

    expect(status).toBe(401);
    expect(json).toEqual({ error: "invalid_client", error_description: expect.any(String) });
    expect(answered["www-authenticate"]).toMatch(/^Basic realm="[a-z]+"/);
    expect(answered["cache-control"]).toBe("no-store");
  });

  it("says the same of an unknown client and of a wrong secret", async () => {
    const { post } = await setup();

    const unknown = await post({ ...IN_BODY, client_id: "test_nobody" });
    const wrong = await post({ ...IN_BODY, client_secret: "wrong" });

    expect(unknown.json).toEqual(wrong.json);
  });

  it("asks the store nothing that no store can hold", async () => {
    const { post, asked } = await setup();

    await post({ ...IN_BODY, client_id: "x".repeat(3000) });

    expect(asked).toEqual([]);
  });

  it.each([
    ["both ways at once", IN_BODY],
    ["the id in the body too", { ...GRANT, client_id: ID }],
    ["the secret in the body too", { ...GRANT, client_secret: SECRET }],
  ])("by header with %s is an invalid request", async (_, form) => {
    const { status, json } = await (await setup()).post(form, basic(ID, SECRET));

    expect(status).toBe(400);
    expect(json).toMatchObject({ error: "invalid_request" });
  });
});

describe("a token request", () => {
  const body = new URLSearchParams(IN_BODY).toString();

  it.each([
    ["grant_type twice", `${body}&grant_type=client_credentials`],
    ["client_id twice", `${body}&client_id=other`],
    ["scope twice", `${body}&scope=irn%3Aread&scope=irn%3Awrite`],
    ["an unknown parameter twice", `${body}&a=1&a=1`],
    ["a parameter twice, once escaped", `${body}&client%5Fid=${ID}`],
    ["no grant_type", body.replace("grant_type=client_credentials&", "")],
    ["an empty grant_type", body.replace("client_credentials", "")],
  ])("with %s is invalid", async (_, text) => {
    const { status, json, headers } = await (await setup()).send(text);

    expect(status).toBe(400);
    expect(json).toEqual({ error: "invalid_request", error_description: expect.any(String) });
    expect(headers["cache-control"]).toBe("no-store");
  });

  it.each(["authorization_code", "password", "refresh_token", "CLIENT_CREDENTIALS", "client_credentials "])(
    "for the grant %j is not supported",
    async (grant_type) => {
      const { status, json } = await (await setup()).post({ ...IN_BODY, grant_type });

      expect(status).toBe(400);
      expect(json).toMatchObject({ error: "unsupported_grant_type" });
    },
  );

  it.each([
    "irn:delete",
    "irn:write irn:delete",
    "ewb:write",
    "IRN:WRITE",
    "irn:write  irn:read",
    "irn:write,irn:read",
  ])("for the scope %j, which the client does not have, is refused", async (scope) => {
    const { status, json } = await (await setup()).post({ ...IN_BODY, scope });

    expect(status).toBe(400);
    expect(json).toMatchObject({ error: "invalid_scope" });
  });

  it.each([
    ["irn:read", "irn:read"],
    ["irn:read irn:write", "irn:read irn:write"],
    ["irn:read irn:read", "irn:read"],
    ["", "irn:write irn:read"],
  ])("for the scope %j is granted %j", async (scope, granted) => {
    const answer = await (await setup()).post({ ...IN_BODY, scope });

    expect(TokenAnswer.parse(answer.json).scope).toBe(granted);
    const keys = createLocalJWKSet({ keys: [first.publicJwk] });
    const { payload } = await jwtVerify(bearer(answer).slice(7), keys, { currentDate: NOW });
    expect(payload["scope"]).toBe(granted);
  });

  it("with parameters nobody knows is granted", async () => {
    expect((await (await setup()).post({ ...IN_BODY, resource: "x", __proto__x: "1" })).status).toBe(200);
  });

  it("as JSON is told which type to send", async () => {
    const { send } = await setup();

    const { status, headers, json } = await send(JSON.stringify(IN_BODY), { "content-type": "application/json" });

    expect(status).toBe(415);
    expect(headers["accept"]).toBe("application/x-www-form-urlencoded");
    expect(json).toMatchObject({ code: "unsupported_media_type" });
  });

  it("of 2 MB of parameters is refused without taking long", async () => {
    const { send } = await setup();

    expect((await send(Array.from({ length: 200_000 }, (_, i) => `p${i}=1`).join("&"))).status).toBe(401);
    expect((await send("a".repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
  });

  it("leaves no secret and no token in the log", async () => {
    const { post, text } = await setup();

    const { access_token } = TokenAnswer.parse((await post(IN_BODY)).json);
    await post({ ...IN_BODY, client_secret: "wrong-secret" });
    await post(GRANT, basic(ID, SECRET));

    expect(text()).toContain("answered");
    for (const word of [SECRET, "wrong-secret", access_token, basic(ID, SECRET).authorization.slice(6)]) {
      expect(text()).not.toContain(word);
    }
  });
});

describe("the published keys", () => {
  it("hold public members only and may be cached", async () => {
    const { get } = await setup({ published: [first, second] });

    const { status, headers, json } = await get("/.well-known/jwks.json");

    const members = { kty: "RSA", alg: "RS256", use: "sig", n: expect.any(String), e: "AQAB" };
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("public, max-age=300");
    expect(json).toEqual({
      keys: [
        { ...members, kid: first.kid },
        { ...members, kid: second.kid },
      ],
    });
  });

  it("of the first deploy are those that its tokens are signed with", async () => {
    const { ring, current } = memoryKeyRing();
    await ensureSigningKey(ring, () => generateKeyPair("RS256", { extractable: true }));
    const { keys } = await ring.published();

    expect(keys).toEqual([
      { kty: "RSA", n: expect.any(String), e: "AQAB", alg: "RS256", use: "sig", kid: current()?.kid },
    ]);
  });
});

function memoryKeyRing() {
  let key: SigningKey | undefined;
  let published: Awaited<ReturnType<KeyRing["published"]>> = { keys: [] };
  const ring: KeyRing = {
    signing: async () => key,
    published: async () => published,
    put: async (newKey, newPublished) => {
      key = newKey;
      published = newPublished;
    },
  };
  return { ring, current: () => key };
}

function lowerCaseScheme({ authorization }: { authorization: string }) {
  return { authorization: authorization.replace("Basic", "basic") };
}
