import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { methodsOf, type Route, routeKey, routes } from "../../../shared/api/routes.ts";
import { scopes } from "../../../shared/api/scope.ts";

const table: readonly Route[] = routes;
const keys = table.map(routeKey);

describe("routes", () => {
  it("stand once each", () => {
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(table.map((route) => [routeKey(route), route] as const))(
    "%s is served by a function that exists",
    (_, route) => {
      expect(existsSync(new URL(`../../../functions/${route.function}/handler.ts`, import.meta.url))).toBe(true);
    },
  );

  it.each(table.map((route) => [routeKey(route), route] as const))(
    "%s has a path that API Gateway takes",
    (_, { path }) => {
      expect(path).toMatch(/^(\/([\w.-]+|\{\w+\}))+$/);
    },
  );

  it("go without a token only where nothing is anybody's own", () => {
    const open = table.filter(({ scope }) => scope === null).map(routeKey);

    expect(open).toEqual([
      ...["GET /health", "POST /oauth/token", "GET /.well-known/jwks.json"],
      ...["GET /openapi.json", "GET /docs", "GET /docs/{asset}", "GET /docs/problems", "GET /docs/problems/{code}"],
    ]);
  });

  it("ask for scopes that exist", () => {
    expect(table.filter(({ scope }) => scope !== null && !scopes.includes(scope))).toEqual([]);
  });

  it("read a body with POST, PUT and PATCH alone", () => {
    expect(table.filter(({ method, consumes }) => consumes && (method === "GET" || method === "DELETE"))).toEqual([]);
  });
});

describe("routes that take JSON", () => {
  it("say of what shape", () => {
    expect(table.filter(({ consumes, schema }) => (consumes === "application/json") !== Boolean(schema))).toEqual([]);
  });
});

describe("methodsOf", () => {
  it.each([
    ["/irn", ["POST", "GET"]],
    ["/irn/abc", ["GET"]],
    ["/irn/a%2Fb", ["GET"]],
    ["/irn/validate", ["POST", "GET"]],
    ["/requests", ["GET"]],
    ["/requests/abc", ["GET"]],
    ["/rate-limit", ["GET"]],
    ["/webhooks", ["POST", "GET"]],
    ["/webhooks/we_1", ["GET", "PATCH", "DELETE"]],
    ["/webhooks/we_1/rotate-secret", ["POST"]],
    ["/events", ["GET"]],
    ["/deliveries/dlv_1", ["GET"]],
    ["/deliveries/dlv_1/replay", ["POST"]],
    ["/health", ["GET"]],
    ["/", []],
    ["", []],
    ["/irn/", []],
    ["/irn/a/b", []],
    ["irn", []],
    ["/Health", []],
  ])("of %j are %j", (path, methods) => {
    expect(methodsOf(path)).toEqual(methods);
  });
});
