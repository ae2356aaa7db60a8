import { beforeAll, describe, expect, it } from "vitest";
import { accessToken, call, get, newInvoice, post, type Reply, stack, supplier } from "./stack.ts";

let token: string;

beforeAll(async () => {
  token = await accessToken(supplier);
});

describe("bad input is a problem with a code, never a 500", () => {
  it.each<[string, number, string, () => Promise<Reply>]>([
    ["malformed JSON", 400, "malformed_json", () => post("/irn", token, "{")],
    ["an empty body", 400, "malformed_json", () => post("/irn", token, "")],
    ["a member twice", 400, "malformed_json", () => post("/irn", token, '{"Version":"1.1","Version":"1.0"}')],
    [
      "a number that a double cannot hold",
      400,
      "malformed_json",
      () => post("/irn", token, '{"a":0.1000000000000000055}'),
    ],
    ["brackets without end", 400, "malformed_json", () => post("/irn", token, "[".repeat(100_000))],
    [
      "another content type",
      415,
      "unsupported_media_type",
      () => post("/irn", token, "{}", { "content-type": "text/plain" }),
    ],
    [
      "a body over the limit",
      413,
      "body_too_large",
      () => post("/irn", token, `{"a":"${"x".repeat(2 * 1024 * 1024)}"}`),
    ],
    ["no token", 401, "token_missing", () => call("/irn", { method: "POST", body: "{}" })],
    ["a forged token", 401, "token_invalid", () => post("/irn", `${token.slice(0, -8)}AAAAAAAA`, newInvoice())],
    [
      "a token without the scope",
      403,
      "insufficient_scope",
      async () => post("/irn", await accessToken(supplier, "irn:read"), newInvoice()),
    ],
    ["an unknown path", 404, "not_found", () => get("/nowhere", token)],
    ["a wrong method", 405, "method_not_allowed", () => call("/irn", { method: "DELETE" })],
    ["an empty document", 422, "invalid_document", () => post("/irn", token, {})],
    ["a list for a document", 422, "invalid_document", () => post("/irn", token, [])],
    [
      "an empty idempotency key",
      400,
      "malformed_header",
      () => post("/irn", token, newInvoice(), { "idempotency-key": '""' }),
    ],
    ["a malformed wait", 400, "malformed_header", () => post("/irn", token, newInvoice(), { prefer: "wait=soon" })],
    ["an unknown request", 404, "not_found", () => get("/requests/nothing", token)],
    ["a 63-character IRN", 404, "not_found", () => get(`/irn/${"a".repeat(63)}`, token)],
  ])("%s is %i %s", async (_, status, code, send) => {
    const reply = await send();
    expect([reply.status, reply.json["code"]]).toEqual([status, code]);
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
    expect(reply.json).toMatchObject({ type: `/docs/problems/${code}`, status });
    expect(reply.json["requestId"]).toBe(reply.headers.get("x-request-id"));
    expect(reply.text).not.toMatch(/node_modules|at .*\.m?js|Error:/);
  });

  it("lists everything that is wrong with a document at once", async () => {
    const invoice = newInvoice();
    const { json } = await post("/irn", token, {
      ...invoice,
      Version: "9",
      SellerDtls: { ...invoice.SellerDtls, Pin: 1, Stcd: "Pune" },
    });
    const paths = (json["errors"] as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["Version", "SellerDtls.Pin", "SellerDtls.Stcd"]));
  });

  it("names the methods that a path has", async () => {
    const { headers } = await call("/irn", { method: "PUT" });
    expect(headers.get("allow")).toBe("POST, GET");
  });

  it("challenges a caller without a token", async () => {
    const { headers } = await call("/requests/x");
    expect(headers.get("www-authenticate")).toBe("Bearer");
  });
});

describe("the token endpoint", () => {
  it.each([
    [{ grant_type: "client_credentials" }, "wrong", 401, "invalid_client"],
    [{ grant_type: "password" }, supplier.clientSecret, 400, "unsupported_grant_type"],
    [{ grant_type: "client_credentials", scope: "everything" }, supplier.clientSecret, 400, "invalid_scope"],
    [{}, supplier.clientSecret, 400, "invalid_request"],
  ])("refuses %j", async (form, secret, status, error) => {
    const authorization = `Basic ${Buffer.from(`${supplier.clientId}:${secret}`).toString("base64")}`;
    const body = new URLSearchParams(Object.entries(form));
    const reply = await call("/oauth/token", {
      method: "POST",
      headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    expect([reply.status, reply.json["error"]]).toEqual([status, error]);
  });

  it("publishes public keys alone", async () => {
    const { json } = await call("/.well-known/jwks.json");
    for (const key of json["keys"] as object[])
      expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
  });
});

describe("the service", () => {
  it("is healthy", async () => {
    const { status, json } = await call("/health");
    expect([status, json]).toEqual([200, { status: "ok" }]);
    expect(stack.apiUrl).not.toMatch(/\/$/);
  });
});
