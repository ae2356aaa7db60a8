import type { Answer, Manner } from "./answer.ts";
import type { Fault } from "./codes.ts";

export interface Reply {
  readonly statusCode: number;
  readonly body: string;
}

/** The answer as it goes over the wire. */
export function renderAnswer({ manner = {}, ...answer }: Answer): Reply {
  if (manner.status !== undefined) return gatewayReply(manner.status);
  const body = manner.envelope === "ewayapi" ? ewayapiBody(answer) : varied(answer, manner);
  const text = JSON.stringify(body);
  return { statusCode: 200, body: manner.cut ? text.slice(0, text.length / 2) : text };
}

/** The words of API Gateway, which captured time-outs show; no `Status`, so nobody takes it for the portal's answer. */
function gatewayReply(statusCode: 502 | 504): Reply {
  const message = statusCode === 504 ? "Endpoint request timed out" : "Bad Gateway";
  return { statusCode, body: JSON.stringify({ message }) };
}

function varied(answer: Answer, { variant }: Manner): object {
  const { Status, ErrorDetails, InfoDtls, ...rest } = answer;
  if (variant === "text-status") return { ...answer, Status: String(Status) };
  if (variant === "no-info") return { Status, ...rest, ErrorDetails };
  if (ErrorDetails === null) return answer;
  if (variant === "details-text") return { ...answer, ErrorDetails: JSON.stringify(ErrorDetails) };
  if (variant === "details-base64") return { ...answer, ErrorDetails: base64(ErrorDetails) };
  return answer;
}

/** The e-way bill system has one code for every token that is not good. */
const EWB_CODE: ReadonlyMap<string, string> = new Map([
  ["1005", "238"],
  ["1015", "238"],
]);

/** Codes alone, each followed by a comma, in base64 of JSON. */
function ewayapiBody({ Status, Data, ErrorDetails }: Answer): object {
  if (Status === 1) return { status: "1", data: Data };
  const codes = (ErrorDetails ?? []).map(({ ErrorCode }: Fault) => `${EWB_CODE.get(ErrorCode) ?? ErrorCode},`);
  return { status: "0", error: base64({ errorCodes: codes.join("") }) };
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}
