import { createHash } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as z from "zod";
import { Problem } from "../../shared/api/problem.ts";
import type { Audit } from "../../shared/audit/audit-log.ts";
import { type Asked, type AuditEntry, recordedCodes } from "../../shared/audit/record.ts";
import { hasGstinLayout } from "../../shared/gstin.ts";
import { isIrn } from "../../shared/invoice/irn.ts";
import type { Caller } from "../../shared/oauth/verify-token.ts";
import { isRid } from "../../shared/request/request.ts";
import type { Call, CallNotes, HttpAnswer } from "./http.ts";
import { type Log, telling } from "./log.ts";

interface AuditedDeps {
  readonly audit: Audit;
  readonly log: Log;
}

/**
 * Runs a call and records what came of it, refusals and faults included. What was accepted has its own records. A record that
 * cannot be written changes no answer: it is in the log then.
 */
export async function audited(
  { audit, log }: AuditedDeps,
  event: APIGatewayProxyEventV2,
  caller: Caller,
  run: (recorded: Pick<Call, "asked" | "note">) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const asked = askedBy(event, caller);
  let notes: CallNotes = {};
  const note = (about: CallNotes) => {
    notes = { ...notes, ...about };
  };

  async function record(result: Result): Promise<void> {
    const { isAccepted, ...about } = notes;
    if (isAccepted) return;
    const entry: AuditEntry = { kind: "call", gstin: caller.gstin, ...asked, ...digestOf(event), ...about, ...result };
    await audit(entry).catch((error: unknown) => telling(log)(error, entry));
  }

  note(irnInPath(event));
  try {
    const answer = await run({ asked, note });
    await record(answered(answer));
    return answer;
  } catch (error) {
    await record(failed(error));
    throw error;
  }
}

type Result = Pick<Extract<AuditEntry, { kind: "call" }>, "status" | "code" | "irpCodes">;

function askedBy(event: APIGatewayProxyEventV2, { clientId }: Caller): Asked {
  const { routeKey, headers, requestContext } = event;
  const { requestId, http } = requestContext;
  const traceId = headers["x-amzn-trace-id"] ?? "";
  const asked = { clientId, method: http.method, route: routeKey, path: pathOf(event), requestId };
  return TRACE.test(traceId) ? { ...asked, traceId } : asked;
}

/** As the load balancers write it. Anything else may be anything, a secret too. */
const TRACE = /^(Root|Self|Parent|Sampled|Lineage)=[\w:;=|.-]{1,200}$/;

/** What the parameters of paths look like. Whoever mixes up what goes where may send a secret in the place of an id. */
const looksRight: Readonly<Record<string, (text: string) => boolean>> = {
  irn: isIrn,
  ewbNo: (text) => /^\d{12}$/.test(text),
  gstin: hasGstinLayout,
  id: (text) => isRid(text) || /^(we|dlv)_[\w-]{1,200}$/.test(text),
};

/** The path with those of its parameters that look like what they are to be. */
function pathOf({ routeKey, pathParameters = {} }: APIGatewayProxyEventV2): string {
  const [, template = ""] = routeKey.split(" ");
  return template.replace(/\{(\w+)\}/g, (parameter, name: string) => {
    const value = pathParameters[name] ?? "";
    return looksRight[name]?.(value) ? value : parameter;
  });
}

function digestOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): { readonly bodySha256?: string } {
  if (!body) return {};
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  return { bodySha256: createHash("sha256").update(bytes).digest("hex") };
}

function irnInPath({ pathParameters }: APIGatewayProxyEventV2): CallNotes {
  const irn = pathParameters?.["irn"] ?? "";
  return isIrn(irn) ? { irn } : {};
}

const ProblemAnswer = z.object({
  code: z.string(),
  errors: z.array(z.object({ irpCode: z.string().optional() })).optional(),
});

function answered({ status, json }: HttpAnswer): Result {
  const problem = status < 400 ? undefined : ProblemAnswer.safeParse(json).data;
  return { status, ...(problem && codesOf(problem)) };
}

function failed(error: unknown): Result {
  if (!(error instanceof Problem)) return { status: 500, code: "internal_error" };
  return { status: error.body.status, ...codesOf(ProblemAnswer.parse(error.body)) };
}

function codesOf({ code, errors = [] }: z.output<typeof ProblemAnswer>) {
  const irpCodes = recordedCodes(errors.flatMap(({ irpCode }) => irpCode ?? []));
  return { code, ...(irpCodes.length > 0 && { irpCodes }) };
}
