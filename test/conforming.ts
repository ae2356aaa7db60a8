import { Ajv2020, type AnySchema, type ValidateFunction } from "ajv/dist/2020.js";
import * as z from "zod";

/** One call and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly sent?: string | undefined;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const Media = z.looseObject({ schema: z.unknown().optional(), examples: z.record(z.string(), z.unknown()).optional() });
const Header = z.looseObject({ $ref: z.string().optional(), required: z.boolean().optional() });
const Answer = z.looseObject({
  headers: z.record(z.string(), Header).default({}),
  content: z.record(z.string(), Media).default({}),
});
const Operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.looseObject({ content: z.record(z.string(), Media) }).optional(),
  responses: z.record(z.string(), Answer),
});
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ headers: z.record(z.string(), Header) }),
});
type Operation = z.infer<typeof Operation>;
type Answer = z.infer<typeof Answer>;

/** What HTTP, its servers and caches say, and every answer of ours. */
const EVERYWHERE = `age cache-control connection content-encoding content-length content-type date keep-alive pragma
  transfer-encoding vary x-content-type-options x-request-id content-security-policy referrer-policy`.split(/\s+/);

/**
 * What is wrong with an exchange by an OpenAPI document, in words. The document must know everything that is answered: the
 * status, each header, the content type, and each member of the body, though it leaves its objects open to those to come.
 */
export function conformanceTo(openApi: unknown): (exchange: Exchange) => string[] {
  const document = Document.parse(openApi);
  const answered = validators(closed(openApi));
  const sent = validators(openApi);

  function faultsOf(exchange: Exchange): string[] {
    const { method, path, status } = exchange;
    const [pathname = "", query = ""] = path.split("?");
    const template = templateOf(Object.keys(document.paths), pathname);
    const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
    if (template === undefined || !operation) return unknownCall(exchange, template !== undefined);
    const place = ["paths", template, method.toLowerCase()];
    const answer = operation.responses[status];
    if (!answer) return [`the status ${status} is not documented`];
    return [
      ...headerFaults(document.components.headers, answer, exchange),
      ...bodyFaults(answer, [...place, "responses", String(status)], exchange),
      ...(status < 300 ? callFaults(operation, place, query, exchange) : []),
    ];
  }

  /** Paths and methods that are not there are told in the same words everywhere. */
  function unknownCall({ status, text }: Exchange, isPathKnown: boolean): string[] {
    const expected = isPathKnown ? 405 : 404;
    if (status !== expected) return [`it is ${status}, and a call that is not documented is ${expected}`];
    return answered(["components", "schemas", "Problem"], JSON.parse(text));
  }

  function bodyFaults({ content }: Answer, place: readonly string[], { headers, text }: Exchange): string[] {
    const types = Object.keys(content);
    if (types.length === 0) return text === "" ? [] : ["it has a body, and none is documented"];
    const type = headers.get("content-type") ?? "none";
    const media = content[type];
    if (!media) return [`the content type ${type} is not documented`];
    if (!type.endsWith("json")) return [];
    const body: unknown = JSON.parse(text);
    return [...answered([...place, "content", type, "schema"], body), ...codeFaults(media, type, body)];
  }

  /** What was taken must be what the document says may be sent. */
  function callFaults({ parameters, requestBody }: Operation, place: readonly string[], query: string, call: Exchange) {
    const known = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
    const others = [...new URLSearchParams(query).keys()].filter((name) => !known.includes(name));
    const isJson = requestBody?.content["application/json"] && call.sent;
    const content = [...place, "requestBody", "content", "application/json", "schema"];
    return [
      ...others.map((name) => `the parameter ${name} is not documented`),
      ...(isJson ? sent(content, JSON.parse(call.sent ?? "")).map((fault) => `what was sent: ${fault}`) : []),
    ];
  }

  return faultsOf;
}

/** The codes of problems are the names of the examples. */
function codeFaults({ examples = {} }: z.infer<typeof Media>, type: string, body: unknown): string[] {
  if (type !== "application/problem+json") return [];
  const { code } = z.object({ code: z.string() }).parse(body);
  return code in examples ? [] : [`the code ${code} is not documented`];
}

function headerFaults(
  described: Readonly<Record<string, z.infer<typeof Header>>>,
  { headers }: Answer,
  exchange: Exchange,
): string[] {
  const needed = Object.entries(headers).filter(([name, { $ref, required }]) =>
    $ref ? described[name]?.required : required,
  );
  const missing = needed.map(([name]) => name).filter((name) => !exchange.headers.has(name));
  const known = new Set([...EVERYWHERE, ...Object.keys(headers).map((name) => name.toLowerCase())]);
  const others = [...exchange.headers.keys()].filter((name) => !known.has(name));
  return [
    ...missing.map((name) => `the header ${name} is missing`),
    ...others.map((name) => `the header ${name} is not documented`),
  ];
}

/** A segment that is written out goes before a parameter. */
function templateOf(templates: readonly string[], path: string): string | undefined {
  const fits = templates.filter((template) =>
    new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  return fits.sort((a, b) => a.split("{").length - b.split("{").length)[0];
}

function validators(openApi: unknown): (place: readonly string[], value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: FORMATS });
  ajv.addSchema({ ...z.record(z.string(), z.unknown()).parse(openApi), $id: "openapi" });
  const compiled = new Map<string, ValidateFunction>();
  return (place, value) => {
    const $ref = `openapi#/${place.map(pointer).join("/")}`;
    const validate = compiled.get($ref) ?? ajv.compile({ $ref } satisfies AnySchema);
    compiled.set($ref, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || "the body"} ${message} ${JSON.stringify(params)}`,
    );
  };
}

const FORMATS = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: (text: string) => URL.canParse(text),
};

function pointer(step: string): string {
  return encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** The same with every object closed to members that it does not name. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== "object" || node === null) return node;
  const members = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)]));
  const isObject = "properties" in node && !("additionalProperties" in node);
  return isObject ? { ...members, additionalProperties: false } : members;
}
