import * as z from "zod";
import { catalogue, eventSchema } from "../event/catalogue.ts";
import { eventTypes } from "../event/event.ts";
import "./answers/bodies.ts";
import { components } from "./answers/component.ts";
import { dataComponent } from "./answers/webhook.ts";
import { type ProblemCode, problemBody, problems } from "./problem.ts";
import { about } from "./reference/about.ts";
import { headers } from "./reference/headers.ts";
import { inv01 } from "./reference/inv01.ts";
import { type Json, type JsonObject, tidied } from "./reference/json-schema.ts";
import type { Answer, Content, Example, Operation, Parameter } from "./reference/operation.ts";
import { operations } from "./reference/operations.ts";
import { pathParameters } from "./reference/path-parameters.ts";
import { problemPages } from "./reference/problem-pages.ts";
import { problemsOf } from "./reference/problems-of.ts";
import { tags } from "./reference/tags.ts";
import { type Route, type RouteKey, routeKey, routes } from "./routes.ts";
import type { scopes } from "./scope.ts";

/** The project's own. */
const VERSION = "0.1.0";
/** What goes over the wire. What zod cannot say in JSON Schema says so itself in its metadata. */
const AS_SENT = { io: "input", unrepresentable: "any" } as const;

/**
 * The OpenAPI 3.1 document of this API at that address (`https://host`, without a slash at its end): the table of routes,
 * the schemas that bodies are checked with, and what the reference says of both.
 */
export function openApiDocument(server: string): JsonObject {
  const table: readonly Route[] = routes;
  const paths = Object.groupBy(table, ({ path }) => path);
  return {
    openapi: "3.1.1",
    info: {
      title: "E-Invoice API",
      version: VERSION,
      summary: "Registers Indian e-invoices exactly once.",
      description: about,
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: server }],
    externalDocs: { description: "Every problem, and what to do about it", url: `${server}/docs/problems` },
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: mapped(paths, (each = []) =>
      Object.fromEntries(each.map((route) => [route.method.toLowerCase(), operationOf(route)])),
    ),
    webhooks: Object.fromEntries(eventTypes.map((type) => [type, { post: webhookOf(type) }])),
    components: {
      schemas: schemas(),
      headers: mapped(headers, (header) => ({ ...header })),
      examples: Object.fromEntries([...usedProblems()].map((code) => [code, problemExample(code)])),
      securitySchemes: {
        client: {
          type: "http",
          scheme: "basic",
          description: "The client's id and secret, for the token endpoint alone.",
        },
        token: {
          type: "oauth2",
          description: "A token speaks for one GSTIN.",
          flows: { clientCredentials: { tokenUrl: `${server}/oauth/token`, scopes: { ...scopeTexts } } },
        },
      },
    },
  };
}

const scopeTexts: Readonly<Record<(typeof scopes)[number], string>> = {
  "irn:write": "Register and cancel documents, and have taxpayers fetched anew.",
  "irn:read": "Read documents, requests, taxpayers and the limit.",
  "ewb:write": "Make and cancel e-way bills.",
  "webhooks:manage": "Manage webhooks, and read events and deliveries.",
  "audit:read": "Read the audit trail.",
};

function operationOf(route: Route): JsonObject {
  const operation = operations[routeKey(route) as RouteKey];
  const { id, tag, summary, description, query = {}, isSubmission } = operation;
  const parameters = [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => pathParameter(name)),
    ...Object.entries(query).map(([name, parameter]) => queryParameter(name, parameter)),
    ...(isSubmission ? submissionHeaders : []),
  ];
  return {
    operationId: id,
    ...{ tags: [tag], summary, description },
    security: securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...(route.consumes && { requestBody: requestBody(route, operation.bodies) }),
    responses: responses(route, operation),
  };
}

function securityOf({ scope, path }: Route): Json {
  if (scope) return [{ token: [scope] }];
  return path === "/oauth/token" ? [{ client: [] }, {}] : [];
}

function pathParameter(name: string): JsonObject {
  const { description, schema, example } = known(pathParameters, name);
  return { name, in: "path", required: true, description, schema: schemaOf(schema), example };
}

function queryParameter(name: string, { description, schema, required, isList, example }: Parameter): JsonObject {
  const style = isList && { style: "form", explode: false };
  return {
    name,
    in: "query",
    required: required ?? false,
    description,
    ...style,
    schema: schemaOf(schema),
    example: example as Json,
  };
}

const submissionHeaders: readonly JsonObject[] = [
  {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Names this request: sent again with the same key and payload within 24 hours of its outcome, it gets the same answer byte for byte. Quotes around it, as the IETF draft has them, do not count.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
    example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  },
  {
    name: "Prefer",
    in: "header",
    description:
      "RFC 7240. `wait=N`: wait up to N seconds for the outcome (10 unless told, 25 at the most). `respond-async`: do not wait, and go the queued way. `handling=lenient`: leave to the portal what only the rules hold against a document.",
    schema: { type: "string" },
    example: "wait=5",
  },
];

function requestBody({ consumes = "application/json", schema }: Route, bodies: Operation["bodies"] = {}): JsonObject {
  const examples = mapped(bodies, ({ summary, value }: Example) => ({ summary, value: value as Json }));
  const form = { $ref: "#/components/schemas/TokenRequest" };
  return { required: true, content: { [consumes]: { schema: schema ? schemaOf(schema) : form, examples } } };
}

function responses(route: Route, operation: Operation): JsonObject {
  const answers = Object.fromEntries(operation.answers.map((answer) => [answer.status, answerOf(answer)]));
  const byStatus = Object.groupBy(problemsOf(route, operation), (code) => problems[code].status);
  return { ...answers, ...mapped(byStatus, (codes = []) => refusal(codes, operation)) };
}

function answerOf({ description, content, headers: names = [] }: Answer): JsonObject {
  const contents = content === undefined ? [] : [content].flat();
  return {
    description,
    headers: headersOf(["X-Request-Id", ...names]),
    ...(contents.length > 0 && { content: Object.fromEntries(contents.map(contentOf)) }),
  };
}

function contentOf(content: Content): [type: string, media: JsonObject] {
  if ("schema" in content) {
    return ["application/json", { schema: schemaOf(content.schema), example: content.example as Json }];
  }
  const { type, isBinary, example } = content;
  return [type, { ...(isBinary ? {} : { schema: { type: "string" } }), ...(example !== undefined && { example }) }];
}

/** All problems of one status: their codes are the names of the examples. */
function refusal(codes: readonly ProblemCode[], operation: Operation): JsonObject {
  const names = [...new Set(codes)].sort();
  const links = names.map((code) => `[\`${code}\`](/docs/problems/${code})`);
  return {
    description:
      names.length === 1 ? `${known(problems, names[0] ?? "").title}: ${links[0]}.` : `One of ${links.join(", ")}.`,
    headers: headersOf(["X-Request-Id", ...refusalHeaders(names, operation)]),
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: Object.fromEntries(names.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** An outcome that is a problem is replayed like every other. */
const OUTCOMES: readonly number[] = [409, 422];

function refusalHeaders(codes: readonly ProblemCode[], { isSubmission }: Operation): Answer["headers"] & object {
  const { status } = problems[codes[0] ?? "internal_error"];
  const ofOutcome = isSubmission && OUTCOMES.includes(status);
  return [
    ...(status === 401 ? (["WWW-Authenticate"] as const) : []),
    ...(status === 403 ? (["WWW-Authenticate?"] as const) : []),
    ...(status === 415 ? (["Accept"] as const) : []),
    ...(status === 429 ? (["Retry-After", "RateLimit", "RateLimit-Policy"] as const) : []),
    ...(status === 503 ? (["Retry-After"] as const) : []),
    ...(codes.includes("registration_in_progress") ? (["Retry-After?"] as const) : []),
    ...(ofOutcome ? (["Preference-Applied", "Idempotency-Replayed"] as const) : []),
  ];
}

/** A question mark stands for a header that only some of these answers have. */
function headersOf(names: NonNullable<Answer["headers"]>): JsonObject {
  return Object.fromEntries(
    names.map((written) => {
      const name = written.replace(/\?$/, "");
      const header = { $ref: `#/components/headers/${name}` };
      return [name, name === written ? header : { ...known(headers, name), required: false }];
    }),
  );
}

/** All but what no route answers: 405 belongs to those that are not there. */
function usedProblems(): Set<ProblemCode> {
  const table: readonly Route[] = routes;
  return new Set(table.flatMap((route) => problemsOf(route, operations[routeKey(route) as RouteKey])));
}

function problemExample(code: ProblemCode): JsonObject {
  const { detail, example } = problemPages[code];
  const body = { ...problemBody(code, detail, example), requestId: "Yp1uYgAAhcwEJ2w=" };
  return { summary: code, value: JSON.parse(JSON.stringify(body)) };
}

function webhookOf(type: (typeof eventTypes)[number]): JsonObject {
  const { says, example } = catalogue[type];
  const timestamp = "2026-08-18T14:30:00+05:30";
  const schema = {
    type: "object",
    required: ["type", "timestamp", "data"],
    properties: {
      type: { type: "string", const: type },
      timestamp: { type: "string", format: "date-time", description: "When it happened." },
      data: { $ref: `#/components/schemas/${dataComponent(type)}` },
    },
  };
  return {
    operationId: `told_${type.replaceAll(".", "_")}`,
    ...{ tags: ["Events"], summary: type },
    description: `${says} Answer any 2xx within 15 seconds; else it comes again.`,
    security: [],
    parameters: webhookHeaders,
    requestBody: {
      required: true,
      content: { "application/json": { schema, example: { type, timestamp, data: example } as Json } },
    },
    responses: {
      "2XX": { description: "It arrived." },
      "410": { description: "The endpoint is gone: it is disabled, and gets nothing more." },
    },
  };
}

const webhookHeaders: readonly JsonObject[] = [
  {
    name: "webhook-id",
    in: "header",
    required: true,
    description: "Of the event: the same in every delivery of it. What you have seen you can drop.",
    schema: { type: "string" },
  },
  {
    name: "webhook-timestamp",
    in: "header",
    required: true,
    description: "Of the attempt, in seconds since 1970.",
    schema: { type: "string", pattern: "^\\d+$" },
  },
  {
    name: "webhook-signature",
    in: "header",
    required: true,
    description: "Standard Webhooks: one or more of `v1,…`, separated by spaces. Verify it from the raw body.",
    schema: { type: "string" },
  },
];

/** Every schema with a name, and the words for the members of INV-01. */
function schemas(): JsonObject {
  const { schemas: named } = z.toJSONSchema(components, { ...AS_SENT, uri: (id) => `#/components/schemas/${id}` });
  // Events are closed where they are made, and open where they are received.
  const data = eventTypes.map((type) => [dataComponent(type), tidied(eventSchema(type).properties?.["data"])]);
  return inv01({ ...mapped(named, (schema) => tidied(schema)), ...Object.fromEntries(data) });
}

/** A reference where the schema has a name. */
function schemaOf(schema: z.ZodType): JsonObject {
  const id = components.get(schema)?.id;
  return id === undefined ? tidied(z.toJSONSchema(schema, AS_SENT)) : { $ref: `#/components/schemas/${id}` };
}

function known<Value>(table: Readonly<Record<string, Value>>, name: string): Value {
  const value = table[name];
  if (value === undefined) throw new Error(`the reference does not know ${name}`);
  return value;
}

function mapped<Name extends PropertyKey, Value, Result>(
  table: Readonly<Partial<Record<Name, Value>>>,
  map: (value: Value, name: Name) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, map(value as Value, name as Name)]));
}
