import type * as z from "zod";
import { Invoice } from "../invoice/invoice.ts";
import { CancelBody, CancelByBody, CancelEwayBillBody, EwayBillBody } from "./change-bodies.ts";
import type { Scope } from "./scope.ts";
import { EndpointChangeBody, NewEndpointBody, RecoverBody } from "./webhook-bodies.ts";

interface RouteShape {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** API Gateway's notation: `{name}` is one path segment. */
  readonly path: `/${string}`;
  /** The folder under functions/ that serves it. */
  readonly function: string;
  /** What the token must allow; null where no token is asked for. */
  readonly scope: Scope | null;
  /** The content type of the body; a route without one takes none. */
  readonly consumes?: "application/json" | "application/x-www-form-urlencoded";
  /** What a JSON body must be. The operation checks it, because it lists every finding, of rules and shape together. */
  readonly schema?: z.ZodType;
}

/** Every route of the API. API Gateway, the pipeline, the 405 answers and the documentation all read this table. */
export const routes = [
  { method: "GET", path: "/health", function: "health", scope: null },
  {
    method: "POST",
    path: "/oauth/token",
    function: "oauth",
    scope: null,
    consumes: "application/x-www-form-urlencoded",
  },
  { method: "GET", path: "/.well-known/jwks.json", function: "oauth", scope: null },
  {
    method: "POST",
    path: "/irn",
    function: "submit",
    scope: "irn:write",
    consumes: "application/json",
    schema: Invoice,
  },
  {
    method: "POST",
    path: "/irn/validate",
    function: "validate-invoice",
    scope: "irn:write",
    consumes: "application/json",
    schema: Invoice,
  },
  {
    method: "POST",
    path: "/cdnr",
    function: "submit",
    scope: "irn:write",
    consumes: "application/json",
    schema: Invoice,
  },
  {
    method: "POST",
    path: "/irn/cancel",
    function: "submit",
    scope: "irn:write",
    consumes: "application/json",
    schema: CancelByBody,
  },
  {
    method: "POST",
    path: "/irn/{irn}/cancel",
    function: "submit",
    scope: "irn:write",
    consumes: "application/json",
    schema: CancelBody,
  },
  {
    method: "POST",
    path: "/irn/{irn}/ewb",
    function: "submit",
    scope: "ewb:write",
    consumes: "application/json",
    schema: EwayBillBody,
  },
  {
    method: "POST",
    path: "/ewb/{ewbNo}/cancel",
    function: "submit",
    scope: "ewb:write",
    consumes: "application/json",
    schema: CancelEwayBillBody,
  },
  { method: "GET", path: "/irn", function: "read-irn", scope: "irn:read" },
  { method: "GET", path: "/irn/{irn}", function: "read-irn", scope: "irn:read" },
  { method: "GET", path: "/irn/{irn}/ewb", function: "read-irn", scope: "irn:read" },
  { method: "GET", path: "/documents", function: "read-irn", scope: "irn:read" },
  { method: "GET", path: "/irn/{irn}/qr.png", function: "print-irn", scope: "irn:read" },
  { method: "GET", path: "/irn/{irn}/qr.svg", function: "print-irn", scope: "irn:read" },
  { method: "GET", path: "/irn/{irn}/invoice.pdf", function: "print-irn", scope: "irn:read" },
  { method: "GET", path: "/irn/{irn}/evidence", function: "audit", scope: "audit:read" },
  { method: "GET", path: "/audit", function: "audit", scope: "audit:read" },
  {
    method: "POST",
    path: "/webhooks",
    function: "webhooks",
    scope: "webhooks:manage",
    consumes: "application/json",
    schema: NewEndpointBody,
  },
  { method: "GET", path: "/webhooks", function: "webhooks", scope: "webhooks:manage" },
  { method: "GET", path: "/webhooks/{id}", function: "webhooks", scope: "webhooks:manage" },
  {
    method: "PATCH",
    path: "/webhooks/{id}",
    function: "webhooks",
    scope: "webhooks:manage",
    consumes: "application/json",
    schema: EndpointChangeBody,
  },
  { method: "DELETE", path: "/webhooks/{id}", function: "webhooks", scope: "webhooks:manage" },
  { method: "POST", path: "/webhooks/{id}/enable", function: "webhooks", scope: "webhooks:manage" },
  { method: "POST", path: "/webhooks/{id}/disable", function: "webhooks", scope: "webhooks:manage" },
  { method: "POST", path: "/webhooks/{id}/rotate-secret", function: "webhooks", scope: "webhooks:manage" },
  { method: "POST", path: "/webhooks/{id}/test", function: "webhooks", scope: "webhooks:manage" },
  {
    method: "POST",
    path: "/webhooks/{id}/recover",
    function: "webhooks",
    scope: "webhooks:manage",
    consumes: "application/json",
    schema: RecoverBody,
  },
  { method: "GET", path: "/events", function: "events", scope: "webhooks:manage" },
  { method: "GET", path: "/deliveries", function: "events", scope: "webhooks:manage" },
  { method: "GET", path: "/deliveries/{id}", function: "events", scope: "webhooks:manage" },
  { method: "POST", path: "/deliveries/{id}/replay", function: "events", scope: "webhooks:manage" },
  { method: "GET", path: "/gstins/{gstin}", function: "taxpayer", scope: "irn:read" },
  { method: "POST", path: "/gstins/{gstin}/sync", function: "taxpayer", scope: "irn:write" },
  { method: "GET", path: "/requests", function: "read-request", scope: "irn:read" },
  { method: "GET", path: "/requests/{id}", function: "read-request", scope: "irn:read" },
  { method: "GET", path: "/rate-limit", function: "read-request", scope: "irn:read" },
  { method: "GET", path: "/openapi.json", function: "docs", scope: null },
  { method: "GET", path: "/docs", function: "docs", scope: null },
  { method: "GET", path: "/docs/{asset}", function: "docs", scope: null },
  { method: "GET", path: "/docs/problems", function: "docs", scope: null },
  { method: "GET", path: "/docs/problems/{code}", function: "docs", scope: null },
] as const satisfies readonly RouteShape[];

export type Route = RouteShape;
type KeyOf<R> = R extends { method: infer M extends string; path: infer P extends string } ? `${M} ${P}` : never;
/** `POST /irn`: API Gateway's name of a route. */
export type RouteKey = KeyOf<(typeof routes)[number]>;
/** The functions that serve routes. */
export type RoutedFunction = (typeof routes)[number]["function"];
/** The route keys that a function must answer. */
export type RouteKeysOf<Name extends RoutedFunction> = KeyOf<Extract<(typeof routes)[number], { function: Name }>>;
/** What the operation gets as the body: parsed JSON is checked by the operation, which knows what it is. */
export type BodyOf<Key extends RouteKey> =
  Extract<(typeof routes)[number], { method: MethodOf<Key>; path: PathOf<Key> }> extends { consumes: infer Type }
    ? Type extends "application/json"
      ? unknown
      : URLSearchParams
    : undefined;
type MethodOf<Key> = Key extends `${infer Method} ${string}` ? Method : never;
type PathOf<Key> = Key extends `${string} ${infer Path}` ? Path : never;

export function routeKey(route: Pick<Route, "method" | "path">): string {
  return `${route.method} ${route.path}`;
}

/** The methods that a concrete path answers: empty when no route has it. */
export function methodsOf(path: string): string[] {
  return routes.filter((route) => matches(route.path, path)).map((route) => route.method);
}

function matches(template: string, path: string): boolean {
  const expected = template.split("/");
  const actual = path.split("/");
  return (
    expected.length === actual.length &&
    expected.every((part, i) => (part.startsWith("{") ? actual[i] !== "" : part === actual[i]))
  );
}
