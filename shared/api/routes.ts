import type { Finding } from "../invoice/finding.ts";
import { type Invoice, readInvoice } from "../invoice/invoice.ts";
import type { Scope } from "./scope.ts";

/** Checks a parsed body: the value, or everything that is wrong with it. */
export type ReadBody<Body = unknown> = (
  value: unknown,
) => { readonly value: Body } | { readonly findings: readonly Finding[] };

const invoice: ReadBody<Invoice> = (value) => {
  const read = readInvoice(value);
  return "invoice" in read ? { value: read.invoice } : read;
};

const form: ReadBody<URLSearchParams> = (value) => ({ value: new URLSearchParams(String(value)) });

interface RouteShape {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** API Gateway's notation: `{name}` is one path segment. */
  readonly path: `/${string}`;
  /** The folder under functions/ that serves it. */
  readonly function: string;
  /** What the token must allow; null where no token is asked for. */
  readonly scope: Scope | null;
  /** What the call carries; JSON arrives at `read` parsed, a form as text. */
  readonly body?: { readonly type: "application/json" | "application/x-www-form-urlencoded"; readonly read: ReadBody };
}

/** Every route of the API. API Gateway, the pipeline, the 405 answers and the documentation all read this table. */
export const routes = [
  { method: "GET", path: "/health", function: "health", scope: null },
  {
    method: "POST",
    path: "/oauth/token",
    function: "oauth",
    scope: null,
    body: { type: "application/x-www-form-urlencoded", read: form },
  },
  { method: "GET", path: "/.well-known/jwks.json", function: "oauth", scope: null },
  {
    method: "POST",
    path: "/irn",
    function: "submit",
    scope: "irn:write",
    body: { type: "application/json", read: invoice },
  },
  { method: "GET", path: "/irn/{irn}", function: "read-irn", scope: "irn:read" },
  { method: "GET", path: "/requests/{id}", function: "read-request", scope: "irn:read" },
] as const satisfies readonly RouteShape[];

export type Route = RouteShape;
type KeyOf<R> = R extends { method: infer M extends string; path: infer P extends string } ? `${M} ${P}` : never;
/** `POST /irn`: API Gateway's name of a route. */
export type RouteKey = KeyOf<(typeof routes)[number]>;
/** The functions that serve routes. */
export type RoutedFunction = (typeof routes)[number]["function"];
/** The route keys that a function must answer. */
export type RouteKeysOf<Name extends RoutedFunction> = KeyOf<Extract<(typeof routes)[number], { function: Name }>>;
/** What the route's schema makes of the body. */
export type BodyOf<Key extends RouteKey> =
  Extract<(typeof routes)[number], { method: MethodOf<Key>; path: PathOf<Key> }> extends {
    body: { read: ReadBody<infer Body> };
  }
    ? Body
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
