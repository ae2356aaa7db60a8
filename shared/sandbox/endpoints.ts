import { sealAes } from "./aes-envelope.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { authenticate } from "./authenticate.ts";
import { sessionOf } from "./check-caller.ts";
import { fault } from "./codes.ts";
import { generateIrn } from "./generate-irn.ts";
import { irnByDocument, irnByIrn } from "./look-up-irn.ts";
import type { SandboxDeps, SandboxRequest, SessionRequest } from "./sandbox-request.ts";

/** `parameter` is what stood in the path where the template has `{…}`. */
type Serve = (deps: SandboxDeps, request: SandboxRequest, parameter: string) => Promise<Answer>;
type ServeSession = (deps: SandboxDeps, request: SessionRequest, parameter: string) => Promise<Answer>;

interface Endpoint {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly serve: Serve;
}

/** Everything a portal answers. */
const ENDPOINTS: readonly Endpoint[] = [
  { method: "GET", path: "/eivital/v1.04/heartbeat/ping", serve: async () => succeed(null) },
  { method: "POST", path: "/eivital/v1.04/auth", serve: authenticate },
  { method: "POST", path: "/eicore/v1.03/Invoice", serve: inSession(generateIrn) },
  { method: "GET", path: "/eicore/v1.03/Invoice/irn/{irn}", serve: inSession(irnByIrn) },
  { method: "GET", path: "/eicore/v1.03/Invoice/irnbydocdetails", serve: inSession(irnByDocument) },
];

/** The portal's answer, or undefined where it has no such endpoint. */
export async function answerRequest(deps: SandboxDeps, request: SandboxRequest): Promise<Answer | undefined> {
  for (const { method, path, serve } of ENDPOINTS) {
    const parameter = method === request.method ? parameterOf(path, request.path) : undefined;
    if (parameter !== undefined) return serve(deps, request, parameter);
  }
  return undefined;
}

/** An endpoint for callers with a token. What it answers is encrypted under the key of their session. */
function inSession(serve: ServeSession): Serve {
  return async (deps, request, parameter) => {
    const session = await sessionOf(deps, request);
    if (typeof session === "string") return refuse([fault(session)]);

    const answer = await serve(deps, { ...request, session }, parameter);
    if (answer.Status === 0) return answer;
    return { ...answer, Data: sealAes(Buffer.from(session.sek, "base64"), JSON.stringify(answer.Data)) };
  };
}

/** What stands for `{…}` in the path ("" when the template has none), or undefined when the path is another. */
function parameterOf(template: string, path: string): string | undefined {
  const [head = "", tail] = template.split(/\{\w+\}/);
  if (tail === undefined) return path === template ? "" : undefined;
  const parameter = path.slice(head.length);
  return path.startsWith(head) && parameter !== "" && !parameter.includes("/") ? parameter : undefined;
}
