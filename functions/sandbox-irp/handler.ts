import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as z from "zod";
import { type Answer, refuse } from "../../shared/sandbox/answer.ts";
import { serveClock, timeOf } from "../../shared/sandbox/clock.ts";
import { fault } from "../../shared/sandbox/codes.ts";
import { answerRequest } from "../../shared/sandbox/endpoints.ts";
import { publicJwks } from "../../shared/sandbox/keys.ts";
import type { Portal } from "../../shared/sandbox/portal.ts";
import { type Reply, renderAnswer } from "../../shared/sandbox/render-answer.ts";
import { headerName, type SandboxDeps } from "../../shared/sandbox/sandbox-request.ts";

interface HandlerDeps extends SandboxDeps {
  readonly now: () => Date;
  /** Waits where an answer is to be late. Without it none is. */
  readonly sleep?: (seconds: number) => Promise<void>;
  /** Told of every fault of ours. Callers learn nothing of it. */
  readonly onFault: (error: unknown) => void;
}

/** Room for a document of 2 MB in base64, encrypted, and in base64 again. */
const LARGEST_BODY_BYTES = 4 * 1024 * 1024;

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

/** The government's side of the wire: both portals, below `/nic1` and `/nic2`, the sandbox's public keys and its clocks. */
export function createHandler(deps: HandlerDeps) {
  return async (event: unknown): Promise<APIGatewayProxyStructuredResultV2> => {
    const { statusCode, body } = await replyTo(deps, event).catch((error: unknown) => {
      deps.onFault(error);
      return json(500, refuse([fault("5001")])); // Not a 200: whether anything was done is unknown.
    });
    return { statusCode, headers: { "content-type": "application/json; charset=utf-8" }, body };
  };
}

async function replyTo(deps: HandlerDeps, event: unknown): Promise<Reply> {
  const http = HttpEvent.parse(event);
  if (http.rawPath === "/sandbox/jwks.json") return json(200, await publicJwks(deps.keys));

  const body = Buffer.from(http.body ?? "", http.isBase64Encoded ? "base64" : "utf8");
  if (body.length > LARGEST_BODY_BYTES) return json(200, refuse([fault("5002", "more than 4 MB")]));
  if (http.rawPath === "/sandbox/clock") return clockReply(deps, http, body.toString());

  const answer = await portalAnswer(deps, http, body.toString());
  if (answer === undefined) return json(404, refuse([fault("5001", "no such API")]));
  if (answer.manner?.delaySeconds) await deps.sleep?.(answer.manner.delaySeconds);
  return renderAnswer(answer);
}

async function clockReply({ store, now }: HandlerDeps, http: HttpEvent, body: string): Promise<Reply> {
  const { method } = http.requestContext.http;
  const query = new URLSearchParams(http.rawQueryString);
  const reply = await serveClock(store, { method, query, body, now: now() });
  return json(reply.statusCode, reply.body);
}

function json(statusCode: number, value: object): Reply {
  return { statusCode, body: JSON.stringify(value) };
}

/** Everything about a call goes by the clock of the GSTIN that makes it. */
async function portalAnswer(deps: HandlerDeps, http: HttpEvent, body: string): Promise<Answer | undefined> {
  const [, prefix, path = ""] = /^\/([^/]+)(\/.*)$/.exec(http.rawPath) ?? [];
  const portal = PORTAL_OF.get(prefix);
  if (portal === undefined) return undefined;
  const { method } = http.requestContext.http;
  const headers = headersOf(http);
  const at = await timeOf(deps.store, headers.get("gstin") ?? "", deps.now());
  const query = new URLSearchParams(http.rawQueryString);
  return answerRequest(deps, { portal, method, path, query, headers, body, at });
}

const PORTAL_OF: ReadonlyMap<string | undefined, Portal> = new Map([
  ["nic1", "NIC1"],
  ["nic2", "NIC2"],
]);

function headersOf({ headers }: HttpEvent): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value = ""]) => [headerName(name), value.trim()]));
}
