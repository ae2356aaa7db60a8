import { createHmac, createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Call, HttpAnswer } from "../../functions/pipeline/http.ts";
import { httpFunction } from "../../functions/pipeline/http-function.ts";
import { Problem } from "../../shared/api/problem.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import {
  aForgedToken,
  anRsaKey,
  aToken,
  CLIENT_ID,
  GSTIN,
  goodClaims,
  ISSUER,
  NOW,
  NOW_SECONDS,
} from "../shared/oauth/a-token.ts";
import { aContext, invoke } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

const ours = await anRsaKey();
const foreign = await anRsaKey();
const MOST_BYTES = 2 * 1024 * 1024;

interface Sent {
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly base64?: boolean;
  readonly query?: Record<string, string>;
}

/** The same operation for every route of the function. */
function operations(operation: () => Promise<HttpAnswer>) {
  return {
    ...{ "POST /irn": operation, "POST /cdnr": operation, "POST /irn/cancel": operation },
    ...{ "POST /irn/{irn}/cancel": operation, "POST /irn/{irn}/ewb": operation, "POST /ewb/{ewbNo}/cancel": operation },
  };
}

/** The function that registers documents, with an operation that only keeps its calls. */
function setup(operation: (call: Call<unknown>) => Promise<HttpAnswer> = async () => ({ status: 201, json: {} })) {
  const recorded = recordingLog();
  const calls: Call<unknown>[] = [];
  const tokens = { publishedKeys: async () => ({ keys: [ours.publicJwk] }), issuer: ISSUER, now: () => NOW };
  const trail = anAuditTrail(() => NOW);
  const handler = httpFunction(
    "submit",
    { log: recorded.log, tokens, audit: trail.audit },
    {
      ...operations(async () => ({ status: 500, json: {} })),
      "POST /irn": async (call) => {
        calls.push(call);
        return operation(call);
      },
    },
  );
  const post = async ({ body = anInvoice(), token, headers = {}, ...rest }: Sent = {}) => {
    const authorization = `Bearer ${token ?? (await aToken(ours))}`;
    const event = anApiEvent({ method: "POST", path: "/irn", headers: { authorization, ...headers }, body, ...rest });
    return invoke(handler, event);
  };
  return { ...recorded, calls, trail, handler, post };
}

describe("an HTTP function", () => {
  it("hands a parsed, checked and authenticated call to the operation", async () => {
    const { post, calls } = setup();

    const { status } = await post({ query: { include: "qr" }, headers: { Prefer: "wait=3" } });

    expect(status).toBe(201);
    expect(calls).toEqual([
      expect.objectContaining({
        method: "POST",
        path: "/irn",
        query: { include: "qr" },
        params: {},
        body: anInvoice(),
        caller: expect.objectContaining({ clientId: CLIENT_ID, gstin: GSTIN }),
      }),
    ]);
    expect(calls[0]?.headers["prefer"]).toBe("wait=3");
  });

  it("answers the operation's JSON, or its text byte for byte, and lets nobody cache it", async () => {
    const json = await setup(async () => ({ status: 200, json: { a: "₹" } })).post();
    const text = await setup(async () => ({ status: 200, text: '{ "a":1.50 }' })).post();

    expect(json.body).toBe('{"a":"₹"}');
    expect(text.body).toBe('{ "a":1.50 }');
    expect(json.headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
  });

  it("answers bytes in base64 and says so, as API Gateway wants them", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const headers = { "content-type": "image/png" };
    const { handler } = setup(async () => ({ status: 200, bytes, headers }));
    const authorization = `Bearer ${await aToken(ours)}`;
    const event = anApiEvent({ method: "POST", path: "/irn", headers: { authorization }, body: anInvoice() });

    const answer = await handler(event, aContext());

    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true, body: bytes.toString("base64") });
    expect(answer.headers).toMatchObject({ ...headers, "cache-control": "no-store" });
  });

  it("names the call in every answer, the good and the bad", async () => {
    const { handler } = setup();
    const authorization = `Bearer ${await aToken(ours)}`;
    const asked = { method: "POST", path: "/irn", requestId: "Abc123=" };

    for (const event of [
      anApiEvent({ ...asked, headers: { authorization }, body: anInvoice() }),
      anApiEvent({ ...asked, headers: { authorization }, body: "{" }),
      anApiEvent({ ...asked, body: anInvoice() }),
    ]) {
      expect((await invoke(handler, event)).headers).toMatchObject({ "x-request-id": "Abc123=" });
    }
  });

  it("answers 404 to a route that is another function's", async () => {
    const { handler } = setup();

    const answer = await invoke(handler, anApiEvent({ method: "GET", path: "/health" }));

    expect(answer).toMatchObject({ status: 404, json: { code: "not_found" } });
  });
});

describe("problems", () => {
  it("are problem+json with type, code, title, status, detail and the request's id", async () => {
    const { handler } = setup();

    const answer = await invoke(handler, anApiEvent({ method: "POST", path: "/irn", body: {}, requestId: "r-1" }));

    expect(answer.headers).toMatchObject({ "content-type": "application/problem+json", "cache-control": "no-store" });
    expect(answer.json).toEqual({
      type: "/docs/problems/token_missing",
      code: "token_missing",
      title: expect.any(String),
      status: 401,
      detail: expect.any(String),
      requestId: "r-1",
    });
  });

  it("of the operation keep their status, headers and findings", async () => {
    const { post } = setup(async () => {
      throw new Problem("number_used", "taken", { irn: "f".repeat(64), headers: { "retry-after": "9" } });
    });

    expect(await post()).toMatchObject({
      status: 409,
      headers: { "retry-after": "9", "content-type": "application/problem+json" },
      json: { code: "number_used", irn: "f".repeat(64) },
    });
  });

  it.each([
    ["an Error", new TypeError("table einvoice-secret at /var/task/index.js is gone")],
    ["a text", "einvoice-secret"],
    ["nothing", undefined],
    ["a look-alike", { name: "Problem", body: { status: 200, detail: "einvoice-secret" } }],
  ])("that nobody foresaw are a bare 500: the operation throws %s", async (_, thrown) => {
    const { post, text } = setup(() => Promise.reject(thrown));

    const { status, json, body, headers } = await post();

    expect(status).toBe(500);
    expect(json).toEqual({
      type: "/docs/problems/internal_error",
      code: "internal_error",
      title: expect.any(String),
      status: 500,
      detail: expect.any(String),
      requestId: headers["x-request-id"],
    });
    expect(body).not.toContain("einvoice-secret");
    expect(text()).toContain("the call failed");
  });

  it("that have a cause leave it in the log and not in the answer", async () => {
    const { post, text } = setup(async () => {
      const problem = new Problem("store_unavailable", "repeat the request");
      problem.cause = new Error("throttled by the table");
      throw problem;
    });

    const { status, body } = await post();

    expect(status).toBe(503);
    expect(body).not.toContain("throttled");
    expect(text()).toContain("throttled by the table");
  });
});

describe("a token", () => {
  const refusals: [string, () => Promise<string> | string][] = [
    ["alg none", () => aForgedToken({ alg: "none", typ: "at+jwt" }, goodClaims)],
    [
      "alg None with a signature",
      () => aForgedToken({ alg: "None", typ: "at+jwt", kid: ours.kid }, goodClaims, "AAAA"),
    ],
    [
      "HS256 with the public key as the secret",
      () =>
        hs256(
          createPublicKey({ key: ours.publicJwk, format: "jwk" }).export({ type: "spki", format: "pem" }).toString(),
        ),
    ],
    ["HS256 with the modulus as the secret", () => hs256(String(ours.publicJwk.n))],
    ["PS256 with the right key", () => aToken(ours, { header: { alg: "PS256" } })],
    ["RS512 with the right key", () => aToken(ours, { header: { alg: "RS512" } })],
    ["type JWT, as an ID token has", () => aToken(ours, { header: { typ: "JWT" } })],
    ["no type", () => aToken(ours, { header: { typ: undefined } })],
    ["another issuer", () => aToken(ours, { claims: { iss: "https://evil.example" } })],
    ["our issuer with a slash", () => aToken(ours, { claims: { iss: `${ISSUER}/` } })],
    ["another audience", () => aToken(ours, { claims: { aud: "https://other.example" } })],
    ["audiences without ours", () => aToken(ours, { claims: { aud: ["a", "b"] } })],
    [
      "a time of issue in the future",
      () => aToken(ours, { claims: { iat: NOW_SECONDS + 60, exp: NOW_SECONDS + 900 } }),
    ],
    ["a start in the future", () => aToken(ours, { claims: { nbf: NOW_SECONDS + 60 } })],
    ["an expiry that is a text", () => aToken(ours, { claims: { exp: String(NOW_SECONDS + 840) } })],
    ["a GSTIN that is a list", () => aToken(ours, { claims: { gstin: [GSTIN] } })],
    ["a scope that is a list", () => aToken(ours, { claims: { scope: ["irn:write"] } })],
    ["an unknown key", () => aToken(foreign)],
    ["our key's name over another key", () => aToken({ ...foreign, kid: ours.kid })],
    ["a path as the key's name", () => aToken({ ...foreign, kid: "../../../../etc/passwd" })],
    ["a key that came along", () => aToken({ ...foreign, kid: ours.kid }, { header: { jwk: foreign.publicJwk } })],
    ["an address of keys that came along", () => aToken(foreign, { header: { jku: "https://evil.example/jwks" } })],
    [
      "a critical header nobody knows",
      () => aForgedToken({ alg: "RS256", typ: "at+jwt", kid: ours.kid, crit: ["x"], x: 1 }, goodClaims, "AAAA"),
    ],
    ["a changed payload", async () => changedPayload(await aToken(ours))],
    ["no signature", async () => (await aToken(ours)).replace(/[^.]*$/, "")],
    ["8 KB of noise", () => "a".repeat(8192)],
    ["8 KB of claims under another key", () => aToken(foreign, { claims: { padding: "x".repeat(6000) } })],
    ["5 parts, as an encrypted one has", () => "a.b.c.d.e"],
    ["a header that is no JSON", () => "e30x.e30.AAAA"],
  ];

  it.each(refusals)("is refused with 401 and a challenge: %s", async (_, make) => {
    const { post, calls } = setup();

    const { status, headers, json } = await post({ token: await make() });

    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    expect(json).toMatchObject({ code: "token_invalid" });
    expect(calls).toEqual([]);
  });

  it.each(["iss", "aud", "sub", "client_id", "gstin", "scope", "iat", "exp", "jti"])(
    "is refused when it lacks the claim %s",
    async (claim) => {
      const { status, json } = await setup().post({ token: await aToken(ours, { claims: { [claim]: undefined } }) });

      expect(status).toBe(401);
      expect(json).toMatchObject({ code: "token_invalid" });
    },
  );

  it.each([
    ["has expired", { iat: NOW_SECONDS - 900, exp: NOW_SECONDS - 3 }],
    ["claims to live on but was issued longer ago than tokens live", { iat: NOW_SECONDS - 1000 }],
  ])("that %s says so", async (_, claims) => {
    const { status, headers, json } = await setup().post({ token: await aToken(ours, { claims }) });

    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    expect(json).toMatchObject({ code: "token_expired" });
  });

  it.each([
    ["one second past its end, for clocks differ", { claims: { iat: NOW_SECONDS - 900, exp: NOW_SECONDS - 1 } }],
    ["one second before its issue", { claims: { iat: NOW_SECONDS + 1 } }],
    ["among several audiences", { claims: { aud: ["https://other.example", ISSUER] } }],
    ["of the type in its long form", { header: { typ: "application/at+jwt" } }],
    ["with claims of its own", { claims: { roles: ["a"] } }],
  ])("is taken %s", async (_, changes) => {
    expect((await setup().post({ token: await aToken(ours, changes) })).status).toBe(201);
  });

  it("is asked for with a bare challenge when none was sent", async () => {
    const { handler } = setup();

    const { status, headers, json } = await invoke(handler, anApiEvent({ method: "POST", path: "/irn", body: {} }));

    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe("Bearer");
    expect(json).toMatchObject({ code: "token_missing" });
  });

  it.each(["bearer", "BEARER", "Bearer "])("may follow the scheme spelled %j", async (scheme) => {
    const authorization = `${scheme} ${await aToken(ours)}`;

    expect((await setup().post({ headers: { authorization } })).status).toBe(201);
  });

  it.each(["", "Bearer", "Bearer ", "Basic dGVzdDp0ZXN0", "Bearer a b", "Bearer a,b", "Bearer\ta.b.c", "Token a.b.c"])(
    "is not read from the header %j",
    async (authorization) => {
      const { status, headers } = await setup().post({ headers: { authorization } });

      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toMatch(/^Bearer/);
    },
  );

  it.each(["irn:read", "", "irn:writer", "IRN:WRITE", "xirn:write irn:read"])(
    "of the scope %j may not register and is told what is missing",
    async (scope) => {
      const { post, calls } = setup();

      const { status, headers, json } = await post({ token: await aToken(ours, { claims: { scope } }) });

      expect(status).toBe(403);
      expect(headers["www-authenticate"]).toBe('Bearer error="insufficient_scope", scope="irn:write"');
      expect(json).toMatchObject({ code: "insufficient_scope" });
      expect(calls).toEqual([]);
    },
  );

  it("is looked at before the body", async () => {
    const { post } = setup();
    const large = "x".repeat(MOST_BYTES + 1);

    expect((await post({ token: "forged", body: large })).status).toBe(401);
    expect((await post({ token: "forged", body: "{", headers: { "content-type": "text/html" } })).status).toBe(401);
    expect((await post({ token: await aToken(ours, { claims: { scope: "irn:read" } }), body: "{" })).status).toBe(403);
  });

  it("is never taken on trust: without the keys the call fails whole", async () => {
    const { log } = recordingLog();
    const tokens = { publishedKeys: () => Promise.reject(new Error("no table")), issuer: ISSUER, now: () => NOW };
    const handler = httpFunction(
      "submit",
      { log, tokens, audit: anAuditTrail(() => NOW).audit },
      operations(async () => ({ status: 201, json: {} })),
    );
    const headers = { authorization: `Bearer ${await aToken(ours)}` };

    const answer = await invoke(handler, anApiEvent({ method: "POST", path: "/irn", headers, body: anInvoice() }));

    expect(answer).toMatchObject({ status: 503, json: { code: "store_unavailable" } });
  });

  it("is asked for even where the wiring forgot how to verify one", async () => {
    const { log } = recordingLog();
    const handler = httpFunction(
      "submit",
      { log },
      operations(async () => ({ status: 201, json: {} })),
    );

    expect((await invoke(handler, anApiEvent({ method: "POST", path: "/irn", body: anInvoice() }))).status).toBe(500);
  });
});

describe("a body", () => {
  const malformed: [string, string][] = [
    ["is empty", ""],
    ["is blank", " \n\t "],
    ["is cut off", JSON.stringify(anInvoice()).slice(0, -1)],
    ["is cut off within a text", '{"a":"b'],
    ["has a trailing comma in an object", '{"a":1,}'],
    ["has a trailing comma in a list", '{"a":[1,]}'],
    ["has a comment", '{"a":1} // one'],
    ["has single quotes", "{'a':1}"],
    ["has a bare word", "{a:1}"],
    ["has two values", "{}{}"],
    ["says undefined", "undefined"],
    ["says NaN", '{"a":NaN}'],
    ["says Infinity", '{"a":-Infinity}'],
    ["has a leading zero", '{"a":01}'],
    ["has a leading plus", '{"a":+1}'],
    ["has a bare fraction", '{"a":.5}'],
    ["has a hexadecimal number", '{"a":0x10}'],
    ["has a control character in a text", '{"a":"\u0001"}'],
    ["has a broken escape", '{"a":"\\x41"}'],
    ["has half a surrogate pair as an escape", '{"a":"\\ud800"}'],
    ["has half a surrogate pair in a name", '{"\\udc00":1}'],
    ["has a number beyond all doubles", '{"a":1e400}'],
    ["has a number below all doubles", '{"a":1e-400}'],
    ["has a number of 17 digits", '{"a":12345678901234567}'],
    ["has a fraction of 20 digits", '{"a":0.12345678901234567891}'],
    ["has a member twice", '{"a":1,"a":2}'],
    ["has a member twice with the same value", '{"a":1,"a":1}'],
    ["has a member twice, once as an empty list and once as an empty object", '{"a":[],"a":{}}'],
    ["has a member twice, once with its name escaped", '{"ab":1,"a\\u0062":1}'],
    ["has a member twice in a line", '{"ItemList":[{"SlNo":"1","SlNo":"1"}]}'],
    ["has __proto__ twice", '{"__proto__":1,"__proto__":2}'],
    ["is nested 33 levels deep", `${"[".repeat(33)}1${"]".repeat(33)}`],
    ["is 100,000 opening brackets", "[".repeat(100_000)],
    ["is nested 100,000 lists deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["is nested 100,000 objects deep", '{"a":'.repeat(100_000)],
  ];

  it.each(malformed)("that %s is malformed JSON", async (_, body) => {
    const { post, calls } = setup();

    const { status, json } = await post({ body });

    expect(status).toBe(400);
    expect(json).toMatchObject({ code: "malformed_json", detail: expect.stringMatching(/^.{3,200}$/) });
    expect(calls).toEqual([]);
  });

  it.each([
    ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ["an overlong encoding", Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ["a surrogate in UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ["UTF-16", Buffer.from(JSON.stringify(anInvoice()), "utf16le")],
    ["gzip", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])],
  ])("that holds %s is malformed JSON", async (_, bytes) => {
    const { handler } = setup();
    const headers = { authorization: `Bearer ${await aToken(ours)}` };
    const event = anApiEvent({ method: "POST", path: "/irn", headers, body: "" });

    const answer = await invoke(handler, { ...event, body: bytes.toString("base64"), isBase64Encoded: true });

    expect(answer).toMatchObject({ status: 400, json: { code: "malformed_json" } });
  });

  it("that is not there at all is malformed JSON", async () => {
    const { handler } = setup();
    const headers = { authorization: `Bearer ${await aToken(ours)}`, "content-type": "application/json" };

    const answer = await invoke(handler, anApiEvent({ method: "POST", path: "/irn", headers }));

    expect(answer).toMatchObject({ status: 400, json: { code: "malformed_json" } });
  });

  it.each(["null", "[]", "5", '"text"', "true"])("that is %s is JSON, and the operation's to judge", async (body) => {
    const { post, calls } = setup();
    expect((await post({ body })).status).toBe(201);
    expect(calls[0]?.body).toEqual(JSON.parse(body));
  });

  it("with a member that stands twice is told which", async () => {
    const { json } = await setup().post({ body: '{"Version":"1.1","Version":"1.0"}' });

    expect(json).toMatchObject({ detail: expect.stringContaining('"Version"') });
  });

  it("may be nested 32 levels deep", async () => {
    const deep = JSON.parse(`${"[".repeat(31)}1${"]".repeat(31)}`);

    expect((await setup().post({ body: { ...anInvoice(), deep } })).status).toBe(201);
  });

  it("may begin with a byte order mark, which is skipped", async () => {
    expect((await setup().post({ body: `\uFEFF${JSON.stringify(anInvoice())}` })).status).toBe(201);
  });

  it("may write numbers with trailing zeros and exponents", async () => {
    const { post, calls } = setup();
    const body = JSON.stringify(anInvoice())
      .replace('"AssVal":1000', '"AssVal":1000.00')
      .replace('"UnitPrice":1000', '"UnitPrice":1e3');

    expect((await post({ body })).status).toBe(201);
    expect(calls[0]?.body).toEqual(anInvoice());
  });

  it("that repeats a name in different objects, or quotes one in a text, is not a repetition", async () => {
    const { post, calls } = setup();
    const body = { ...anInvoice(), x: [{ a: ':"a":{' }, { a: '\\":\\' }, { "a:b": "\\\\" }] };

    expect((await post({ body })).status).toBe(201);
    expect(calls[0]?.body).toMatchObject({ x: body.x });
  });

  it("cannot reach the prototype of anything through __proto__ or constructor", async () => {
    const { post } = setup(async ({ body }) => ({
      status: 200,
      json: { own: Object.keys(body as object), polluted: "polluted" in (body as object), global: "polluted" in {} },
    }));
    const invoice = JSON.stringify(anInvoice()).slice(1);
    const body = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${invoice}`;

    expect(await post({ body })).toMatchObject({ status: 200, json: { polluted: false, global: false } });
  });

  it("may arrive in base64, as API Gateway hands over binary media", async () => {
    const { post, calls } = setup();
    const body = { ...anInvoice(), note: "₹ 😀 उदाहरण" };

    expect((await post({ body, base64: true })).status).toBe(201);
    expect(calls[0]?.body).toMatchObject({ note: "₹ 😀 उदाहरण" });
  });

  it.each([false, true])("of 2 MB is read, one byte more is not (base64: %s)", async (base64) => {
    const { post } = setup();
    const invoice = JSON.stringify(anInvoice());
    const padded = (bytes: number) => invoice + " ".repeat(bytes - invoice.length);

    expect((await post({ body: padded(MOST_BYTES), base64 })).status).toBe(201);
    expect(await post({ body: padded(MOST_BYTES + 1), base64 })).toMatchObject({
      status: 413,
      json: { code: "body_too_large" },
    });
  });

  it("is measured in bytes, not in characters", async () => {
    expect((await setup().post({ body: `"${"₹".repeat(MOST_BYTES / 2)}"` })).status).toBe(413);
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON;charset=UTF-8",
    " application/json ; a=b",
  ])("is read as JSON when it says %j", async (type) => {
    expect((await setup().post({ headers: { "content-type": type } })).status).toBe(201);
  });

  it.each([
    "text/plain",
    "application/jsonp",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "",
    "json",
    ";",
  ])("of the type %j is refused, and the answer says what would be taken", async (type) => {
    const { status, headers, json } = await setup().post({ headers: { "content-type": type } });

    expect(status).toBe(415);
    expect(headers["accept"]).toBe("application/json");
    expect(json).toMatchObject({ code: "unsupported_media_type", detail: expect.stringContaining("application/json") });
  });

  it("without a type is refused", async () => {
    const { handler } = setup();
    const authorization = `Bearer ${await aToken(ours)}`;
    const event = anApiEvent({ method: "POST", path: "/irn", headers: { authorization }, body: anInvoice() });

    const answer = await invoke(handler, { ...event, headers: { authorization } });

    expect(answer).toMatchObject({ status: 415, json: { code: "unsupported_media_type" } });
  });

  it("full of repeated names is refused without taking long", async () => {
    const body = `{${Array.from({ length: 100_000 }, () => '"a":{"b":[1,2]}').join(",")}}`;

    expect((await setup().post({ body })).status).toBe(400);
  });
});

describe("the log", () => {
  it("tells method, route, status, client and GSTIN of a call", async () => {
    const { post, text } = setup();
    await post();

    for (const word of ["POST", "POST /irn", "201", CLIENT_ID, GSTIN]) expect(text()).toContain(word);
  });

  it("holds no token and no word of a body, whatever comes of the call", async () => {
    const { post, text } = setup(async () => {
      throw new Error("the operation failed");
    });
    const token = await aToken(ours);
    const secret = "Confidential Buyer";
    const body = { ...anInvoice({ BuyerDtls: { LglNm: secret } }), note: secret };
    const expired = await aToken(ours, { claims: { exp: NOW_SECONDS - 60 } });

    await post({ token, body });
    await post({ token, body: `{"${secret}"` });
    await post({ token, body: { ...body, Version: secret } });
    await post({ token: `${token}x`, body });
    await post({ token: expired, body });
    await post({ token, body, headers: { "content-type": secret } });

    expect(text()).toContain("answered");
    expect(text()).not.toContain(secret);
    for (const each of [token, expired]) {
      for (const part of each.split(".").slice(1)) expect(text()).not.toContain(part);
    }
  });

  it("starts anew with each call", async () => {
    const { handler, lines } = setup();

    await invoke(handler, anApiEvent({ method: "POST", path: "/irn", body: {}, requestId: "second" }));

    expect(lines[0]).toMatch(/^resetKeys/);
    expect(lines.find((line) => line.startsWith("appendKeys"))).toContain("second");
  });
});

function hs256(secret: string): string {
  const input = aForgedToken({ alg: "HS256", typ: "at+jwt", kid: ours.kid }, goodClaims).slice(0, -1);
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function changedPayload(token: string): string {
  const [header, , signature] = token.split(".");
  const payload = Buffer.from(JSON.stringify({ ...goodClaims, gstin: "29AAAZA0001A1ZI" })).toString("base64url");
  return `${header}.${payload}.${signature}`;
}
