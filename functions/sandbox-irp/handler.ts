import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as z from "zod";
import { refuse } from "../../shared/sandbox/answer.ts";
import { fault } from "../../shared/sandbox/codes.ts";
import { answerRequest } from "../../shared/sandbox/endpoints.ts";
import { publicJwks } from "../../shared/sandbox/keys.ts";
import type { Portal } from "../../shared/sandbox/portal.ts";
import { headerName, type SandboxDeps, type SandboxRequest } from "../../shared/sandbox/sandbox-request.ts";

interface HandlerDeps extends SandboxDeps {
  readonly now: () => Date;
  /** Told of every fault of ours. Callers learn nothing of it. */
  readonly onFault: (error: unknown) => void;
}

const LARGEST_BODY_BYTES = 2 * 1024 * 1024;

/** What the sandbox reads of an event of API Gateway's HTTP API (payload 2.0). */
const HttpEvent = z.object({
  rawPath: z.string(),
  rawQueryString: z.string().default(""),
  headers: z.record(z.string(), z.string().optional()).default({}),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
});
type HttpEvent = z.infer<typeof HttpEvent>;

interface Reply {
  readonly statusCode: number;
  readonly body: unknown;
}

/** The government's side of the wire: both portals, below `/nic1` and `/nic2`, and the sandbox's public keys. */
export function createHandler(deps: HandlerDeps) {
  return async (event: unknown): Promise<APIGatewayProxyStructuredResultV2> => {
    const { statusCode, body } = await replyTo(deps, event).catch((error: unknown) => {
      deps.onFault(error);
      return { statusCode: 500, body: refuse([fault("5001")]) }; // Not a 200: whether anything was done is unknown.
    });
    return { statusCode, headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(body) };
  };
}

async function replyTo(deps: HandlerDeps, event: unknown): Promise<Reply> {
  const http = HttpEvent.parse(event);
  if (http.rawPath === "/sandbox/jwks.json") return { statusCode: 200, body: await publicJwks(deps.keys) };

  const body = Buffer.from(http.body ?? "", http.isBase64Encoded ? "base64" : "utf8");
  if (body.length > LARGEST_BODY_BYTES) return { statusCode: 200, body: refuse([fault("5002", "more than 2 MB")]) };

  const request = toRequest(http, body.toString(), deps.now());
  const answer = request && (await answerRequest(deps, request));
  if (answer === undefined) return { statusCode: 404, body: refuse([fault("5001", "no such API")]) };
  return { statusCode: 200, body: answer };
}

const PORTAL_OF: ReadonlyMap<string | undefined, Portal> = new Map([
  ["nic1", "NIC1"],
  ["nic2", "NIC2"],
]);

function toRequest(http: HttpEvent, body: string, at: Date): SandboxRequest | undefined {
  const [, prefix, path = ""] = /^\/([^/]+)(\/.*)$/.exec(http.rawPath) ?? [];
  const portal = PORTAL_OF.get(prefix);
  if (portal === undefined) return undefined;
  const { method } = http.requestContext.http;
  return { portal, method, path, query: new URLSearchParams(http.rawQueryString), headers: headersOf(http), body, at };
}

function headersOf({ headers }: HttpEvent): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value = ""]) => [headerName(name), value.trim()]));
}
