import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { readDeliveriesQuery, readEventsQuery } from "../../../functions/events/list-queries.ts";
import { readListQuery as readDocumentsQuery } from "../../../functions/read-irn/list-query.ts";
import { readNumberQuery } from "../../../functions/read-irn/number-query.ts";
import { readListQuery as readRequestsQuery } from "../../../functions/read-request/list-query.ts";
import { openApiDocument } from "../../../shared/api/openapi.ts";
import { type ProblemCode, problems } from "../../../shared/api/problem.ts";
import { GSTIN } from "../../../shared/api/reference/examples.ts";
import type { Operation } from "../../../shared/api/reference/operation.ts";
import { operations } from "../../../shared/api/reference/operations.ts";
import { problemPages } from "../../../shared/api/reference/problem-pages.ts";
import { problemsOf } from "../../../shared/api/reference/problems-of.ts";
import { type Route, type RouteKey, routeKey, routes } from "../../../shared/api/routes.ts";
import { catalogue } from "../../../shared/event/catalogue.ts";
import { eventTypes } from "../../../shared/event/event.ts";
import { defaultContext } from "../../../shared/invoice/check-context.ts";
import { checkInvoice } from "../../../shared/invoice/check-invoice.ts";
import { Invoice } from "../../../shared/invoice/invoice.ts";
import { conformanceTo } from "../../conforming.ts";

const SERVER = "https://api.example.com";
const document = openApiDocument(SERVER);
const faultsOf = conformanceTo(document);

const Answer = z.looseObject({
  headers: z.record(z.string(), z.unknown()),
  content: z
    .record(
      z.string(),
      z.looseObject({
        example: z.unknown().optional(),
        examples: z.record(z.string(), z.object({ $ref: z.string() })).optional(),
      }),
    )
    .default({}),
});
const Schema = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() });
const Described = z.object({
  openapi: z.string(),
  info: z.looseObject({ version: z.string() }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        security: z.array(z.record(z.string(), z.array(z.string()))),
        responses: z.record(z.string(), Answer),
      }),
    ),
  ),
  webhooks: z.record(z.string(), z.unknown()),
  components: z.looseObject({
    schemas: z.record(z.string(), Schema),
    examples: z.record(z.string(), z.object({ value: z.looseObject({ code: z.string(), status: z.number() }) })),
  }),
});
const { openapi, info, paths, webhooks, components } = Described.parse(document);

const table: readonly Route[] = routes;
const rows = table.map((route) => [routeKey(route) as RouteKey, route] as const);
const entries: readonly (readonly [string, Operation])[] = Object.entries(operations);
const codes = Object.keys(problems) as ProblemCode[];
const described = (route: Route) => {
  const found = paths[route.path]?.[route.method.toLowerCase()];
  if (!found) throw new Error(`${routeKey(route)} is not described`);
  return found;
};
/** A path as a caller writes it. */
const called = (path: string) => path.replaceAll(/\{\w+\}/g, "x");

describe("the OpenAPI document", () => {
  it("is of version 3.1 and has each route of the table once, under a name of its own", () => {
    expect(openapi).toMatch(/^3\.1\./);
    expect(info.version).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
    const names = rows.map(([, route]) => described(route).operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(operations).sort()).toEqual(rows.map(([key]) => key).sort());
  });

  it.each(rows)("asks for the scope of %s", (_, route) => {
    const asked = described(route).security.filter(({ token }) => token);
    expect(asked).toEqual(route.scope ? [{ token: [route.scope] }] : []);
  });

  it.each(rows)("has for every answer of %s an example that conforms", (_, route) => {
    for (const [status, { headers, content }] of Object.entries(described(route).responses)) {
      for (const [type, { example, examples = {} }] of Object.entries(content)) {
        const problemExamples = Object.values(examples).map(
          ({ $ref }) => components.examples[$ref.split("/").at(-1) ?? ""]?.value,
        );
        const bodies = type.endsWith("json")
          ? [...(example === undefined ? [] : [example]), ...problemExamples]
          : ["x"];
        expect(bodies.length).toBeGreaterThan(0);
        for (const body of bodies) {
          const answer = new Headers({ "content-type": type });
          for (const name of Object.keys(headers)) answer.set(name, "1");
          const exchange = { method: route.method, path: called(route.path), status: Number(status), headers: answer };
          expect([
            status,
            faultsOf({ ...exchange, text: typeof body === "string" ? body : JSON.stringify(body) }),
          ]).toEqual([status, []]);
        }
      }
    }
  });

  it("names no other server than its own", () => {
    const addresses = JSON.stringify(document).match(/https?:\/\/[\w.-]+/g) ?? [];
    // Examples of callers' own addresses, and the name of a format.
    expect(new Set(addresses)).toEqual(new Set([SERVER, "https://erp.example.com", "http://www.w3.org"]));
  });
});

describe("its bodies", () => {
  it.each(rows.filter(([, { schema }]) => schema))(
    "of %s have examples that the operation takes",
    (key, { schema }) => {
      const examples = Object.values<{ readonly value: unknown }>(
        entries.find(([name]) => name === key)?.[1].bodies ?? {},
      );
      expect(examples.length).toBeGreaterThan(0);
      for (const { value } of examples) {
        expect(schema?.safeParse(value).error).toBeUndefined();
        if (schema !== Invoice) continue;
        expect(checkInvoice(value, defaultContext("20/08/2026"))).toEqual([]);
      }
    },
  );

  it("have a word for every member of INV-01, and its limits", () => {
    const wordless = membersWithoutWords(components.schemas["Invoice"] ?? {}, "");
    expect(wordless).toEqual([]);
    const text = JSON.stringify(components.schemas["Invoice"]);
    expect(text).toContain('"LglNm":{"description":"The legal name.","type":"string","minLength":3,"maxLength":100');
    expect(text).toContain('"Version":{"description":"Of the schema.","type":"string","enum":["1.1"]');
    expect(text).toContain('"minItems":1,"maxItems":1000');
  });
});

describe("its parameters", () => {
  const now = new Date("2026-08-18T10:00:00Z");
  const readers: Readonly<Partial<Record<RouteKey, (query: Record<string, string>) => unknown>>> = {
    "GET /irn": (query) => readNumberQuery(GSTIN, query),
    "GET /documents": (query) => readDocumentsQuery(GSTIN, query, "2026-08-31"),
    "GET /requests": (query) => readRequestsQuery(GSTIN, query),
    "GET /events": (query) => readEventsQuery(GSTIN, query, now),
    "GET /deliveries": (query) => readDeliveriesQuery(GSTIN, query),
  };

  it.each(Object.entries(readers))("of %s are what the operation reads", (key, read) => {
    const query = entries.find(([name]) => name === key)?.[1].query ?? {};
    // `include` is read by itself, and the cursor of an example belongs to no list.
    const given = Object.entries(query).filter(([name]) => name !== "include" && name !== "cursor");
    expect(() => read(Object.fromEntries(given.map(([name, { example }]) => [name, String(example)])))).not.toThrow();
    expect(() => read({ nothing: "x" })).toThrow();
  });
});

describe("its problems", () => {
  it.each(codes)("%s has a page, and an example under its own status", (code) => {
    const { means, fix, detail } = problemPages[code];
    for (const text of [means, fix]) expect(text).toMatch(/^[A-Z`].*\.$/s);
    expect(detail).toBeTruthy();
    if (code !== "method_not_allowed")
      expect(components.examples[code]?.value).toMatchObject({ code, status: problems[code].status });
  });

  it("are each answered by a call, but for the one about calls that are not there", () => {
    const answered = new Set(rows.flatMap(([key, route]) => problemsOf(route, operations[key])));
    expect(codes.filter((code) => !answered.has(code))).toEqual(["method_not_allowed"]);
  });

  it("follow from what a route asks for", () => {
    const asked = (key: RouteKey) =>
      problemsOf(rows.find(([each]) => each === key)?.[1] ?? { scope: null }, operations[key]);
    expect(asked("GET /health")).toEqual(["internal_error"]);
    expect(asked("DELETE /webhooks/{id}")).toEqual(
      expect.arrayContaining([
        "token_missing",
        "token_invalid",
        "token_expired",
        "insufficient_scope",
        "store_unavailable",
      ]),
    );
    expect(asked("POST /irn")).toEqual(
      expect.arrayContaining(["malformed_json", "unsupported_media_type", "body_too_large", "idempotency_key_reused"]),
    );
    expect(asked("GET /webhooks")).not.toContain("malformed_json");
  });
});

describe("its schemas", () => {
  it("are open to members to come, but for what is sent to us", () => {
    const closed = Object.entries(components.schemas).filter(([, schema]) =>
      JSON.stringify(schema).includes('"additionalProperties":false'),
    );
    expect(closed.map(([name]) => name).sort()).toEqual([
      ...["Cancellation", "CancellationByIrn", "EwayBillCancellation", "EwayBillRequest"],
      ...["Recovery", "WebhookChange", "WebhookSettings"],
    ]);
  });
});

describe("its webhooks", () => {
  it("are the events of the catalogue", () => {
    expect(Object.keys(webhooks)).toEqual(eventTypes);
    for (const type of eventTypes) expect(JSON.stringify(webhooks[type])).toContain(catalogue[type].says);
  });
});

function membersWithoutWords(schema: unknown, path: string): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {}, ...rest } = Schema.parse(schema);
  const inner = [rest["items"], ...(Array.isArray(rest["anyOf"]) ? rest["anyOf"] : [])];
  return [
    ...Object.entries(properties).flatMap(([name, member]) => [
      ...(typeof member === "object" && member !== null && "description" in member ? [] : [`${path}${name}`]),
      ...membersWithoutWords(member, `${path}${name}.`),
    ]),
    ...inner.flatMap((each) => membersWithoutWords(each, path)),
  ];
}
