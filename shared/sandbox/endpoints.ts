import { type Answer, inManner, refuse, succeed } from "./answer.ts";
import { refusalBy, spoiled } from "./apply-trouble.ts";
import { authenticate } from "./authenticate.ts";
import { cancelEwayBill } from "./cancel-eway-bill.ts";
import { cancelIrn } from "./cancel-irn.ts";
import { sessionOf } from "./check-caller.ts";
import { fault } from "./codes.ts";
import { ewayBillByIrn, getEwayBill } from "./eway-bill-by-irn.ts";
import { troubleOfGstin } from "./faults.ts";
import { generateIrn } from "./generate-irn.ts";
import { gstinDetails, gstinDetailsWithoutDays, syncGstin } from "./gstin-details.ts";
import { irnByDocument, irnByIrn } from "./look-up-irn.ts";
import { rejectedIrns } from "./rejected-irns.ts";
import type { SandboxDeps, SandboxRequest, SessionRequest } from "./sandbox-request.ts";
import { sealAnswer } from "./seal-answer.ts";

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
  { method: "GET", path: "/eivital/v1.04/Master/gstin/{gstin}", serve: inSession(gstinDetails) },
  { method: "GET", path: "/eivital/v1.03/Master/gstin/{gstin}", serve: inSession(gstinDetailsWithoutDays) },
  { method: "GET", path: "/eivital/v1.04/Master/syncgstin/{gstin}", serve: inSession(syncGstin) },
  { method: "POST", path: "/eicore/v1.03/Invoice", serve: inSession(generateIrn) },
  { method: "POST", path: "/eicore/v1.03/Invoice/Cancel", serve: inSession(cancelIrn) },
  { method: "GET", path: "/eicore/v1.03/Invoice/irn/{irn}", serve: inSession(irnByIrn) },
  { method: "GET", path: "/eicore/v1.03/Invoice/irnbydocdetails", serve: inSession(irnByDocument) },
  { method: "GET", path: "/eicore/v1.03/Invoice/rejectedirns", serve: inSession(rejectedIrns) },
  { method: "POST", path: "/eiewb/v1.03/ewaybill", serve: inSession(ewayBillByIrn) },
  { method: "GET", path: "/eiewb/v1.03/ewaybill/irn/{irn}", serve: inSession(getEwayBill) },
  { method: "POST", path: "/ewaybillapi/v1.03/ewayapi", serve: asEwayapi(inSession(cancelEwayBill)) },
];

/** The portal's answer, or undefined where it has no such endpoint. */
export async function answerRequest(deps: SandboxDeps, request: SandboxRequest): Promise<Answer | undefined> {
  for (const { method, path, serve } of ENDPOINTS) {
    const parameter = method === request.method ? parameterOf(path, request.path) : undefined;
    if (parameter !== undefined) {
      const { variant } = troubleOfGstin(request.headers.get("gstin") ?? "");
      return spoiled(await serve(deps, request, parameter), variant === undefined ? {} : { variant });
    }
  }
  return undefined;
}

/**
 * An endpoint for callers with a token. After the caller comes what the portal has against the GSTIN as a whole:
 * suspension, quota. What it answers is encrypted under the key of the session.
 */
function inSession(serve: ServeSession): Serve {
  return async (deps, request, parameter) => {
    const session = await sessionOf(deps, request);
    if (typeof session === "string") return refuse([fault(session)]);

    const trouble = troubleOfGstin(session.gstin);
    const answer = refusalBy(trouble) ?? (await serve(deps, { ...request, session }, parameter));
    return sealAnswer(spoiled(answer, trouble), session);
  };
}

/** An endpoint of the e-way bill system: its callers send no `user_name`, and its answers look different. */
function asEwayapi(serve: Serve): Serve {
  return async (deps, request, parameter) => {
    const userName = `API_${request.headers.get("gstin") ?? ""}`;
    const headers = new Map([["user_name", userName], ...request.headers]);
    return inManner(await serve(deps, { ...request, headers }, parameter), { envelope: "ewayapi" });
  };
}

/** What stands for `{…}` in the path ("" when the template has none), or undefined when the path is another. */
function parameterOf(template: string, path: string): string | undefined {
  const [head = "", tail] = template.split(/\{\w+\}/);
  if (tail === undefined) return path === template ? "" : undefined;
  const parameter = path.slice(head.length);
  return path.startsWith(head) && parameter !== "" && !parameter.includes("/") ? parameter : undefined;
}
