import { describe, expect, it } from "vitest";
import { conformanceTo, type Exchange } from "./conforming.ts";

const thing = {
  type: "object",
  required: ["id"],
  properties: { id: { type: "string" }, at: { type: "string", format: "date-time" } },
};
const problem = { type: "object", required: ["code"], properties: { code: { type: "string" } } };
const json = (schema: object, examples: object = {}) => ({ "application/json": { schema, examples } });
const faultsOf = conformanceTo({
  paths: {
    "/things/{id}": {
      get: {
        parameters: [{ name: "full", in: "query" }],
        responses: {
          200: {
            headers: { "X-Id": { $ref: "#/components/headers/X-Id" }, "X-Maybe": { required: false } },
            content: json({ $ref: "#/components/schemas/Thing" }),
          },
          204: {},
          409: { content: { "application/problem+json": { schema: problem, examples: { taken: {} } } } },
        },
      },
    },
    "/things/new": {
      post: {
        requestBody: { content: json(problem) },
        responses: { 200: { content: json({ type: "object", properties: {} }) } },
      },
    },
  },
  components: { headers: { "X-Id": { required: true } }, schemas: { Thing: thing, Problem: problem } },
});

function exchange({
  headers = { "x-id": "1" },
  type = "application/json",
  ...rest
}: Partial<Omit<Exchange, "headers">> & { headers?: Record<string, string>; type?: string }) {
  const all = new Headers({ "content-type": type, ...headers });
  return faultsOf({ method: "GET", path: "/things/1", status: 200, text: '{"id":"1"}', ...rest, headers: all });
}

describe("an exchange conforms", () => {
  it.each([
    ["with all that is described", {}],
    ["with a header that may be there", { headers: { "x-id": "1", "x-maybe": "1" } }],
    ["with a parameter that is described", { path: "/things/1?full=1" }],
    ["without a body where there is none", { status: 204, text: "", headers: {} }],
    [
      "with a problem of the list",
      { status: 409, text: '{"code":"taken"}', type: "application/problem+json", headers: {} },
    ],
    [
      "where nothing is described and nothing is there",
      { path: "/nothing", status: 404, text: '{"code":"x"}', headers: {} },
    ],
    ["where the method is not described nor there", { method: "PUT", status: 405, text: '{"code":"x"}', headers: {} }],
    [
      "when what was sent is what may be sent",
      { method: "POST", path: "/things/new", sent: '{"code":"a","more":1}', text: "{}", headers: {} },
    ],
  ])("%s", (_, given) => {
    expect(exchange(given)).toEqual([]);
  });

  it.each([
    ["another status", { status: 500 }, "status 500"],
    ["a member that is not described", { text: '{"id":"1","more":1}' }, "additional"],
    ["a member that is missing", { text: "{}" }, "required"],
    ["a member of another type", { text: '{"id":1}' }, "string"],
    ["a time that is none", { text: '{"id":"1","at":"noon"}' }, "date-time"],
    ["a header that is missing", { headers: {} }, "X-Id is missing"],
    ["a header that is not described", { headers: { "x-id": "1", "x-more": "1" } }, "x-more is not"],
    ["another content type", { type: "text/html" }, "text/html"],
    ["a body where there is none", { status: 204, headers: {} }, "has a body"],
    [
      "a problem that is not of the list",
      { status: 409, text: '{"code":"gone"}', type: "application/problem+json", headers: {} },
      "code gone",
    ],
    ["a parameter that is not described", { path: "/things/1?more=1" }, "parameter more"],
    ["an answer where nothing is described", { path: "/nothing" }, "it is 200"],
    ["a bare 404", { path: "/nothing", status: 404, text: "{}", headers: {} }, "required"],
    [
      "something sent that may not be",
      { method: "POST", path: "/things/new", sent: "{}", text: "{}", headers: {} },
      "what was sent",
    ],
  ])("not with %s", (_, given, fault) => {
    expect(exchange(given).join("; ")).toContain(fault);
  });
});
