import type * as z from "zod";
import { EndpointChangeBody, NewEndpointBody, RecoverBody } from "../../shared/api/webhook-bodies.ts";
import type { Finding } from "../../shared/invoice/finding.ts";
import { listed } from "../../shared/invoice/schema-findings.ts";
import { type Reach, urlFaults } from "../../shared/webhook/endpoint-url.ts";
import { invalidBody } from "../pipeline/checked-body.ts";

/** Throws `invalid_body` with everything that is wrong with body and URL. */
export function readNewEndpoint(body: unknown, reach: Reach): NewEndpointBody {
  return checked(NewEndpointBody, body, urlFindings(body, reach));
}

export function readEndpointChange(body: unknown, reach: Reach): EndpointChangeBody {
  return checked(EndpointChangeBody, body, urlFindings(body, reach));
}

export function readRecoverBody(body: unknown): RecoverBody {
  return checked(RecoverBody, body, []);
}

function checked<T>(schema: z.ZodType<T>, body: unknown, others: readonly Finding[]): T {
  const read = schema.safeParse(body, { reportInput: true });
  // No portal ever sees such a body: none of its codes belongs to it.
  const breaches = listed(read.error?.issues ?? [], []).map(({ irpCode: _, ...finding }) => finding);
  if (!read.success || others.length > 0) throw invalidBody([...breaches, ...others]);
  return read.data;
}

/** Of a URL that is text: whatever else is wrong with the body, this is told with it. */
function urlFindings(body: unknown, reach: Reach): Finding[] {
  const url = typeof body === "object" && body !== null && "url" in body ? body.url : undefined;
  if (typeof url !== "string") return [];
  return urlFaults(url, reach).map((fault) => ({
    code: "URL",
    severity: "error",
    path: "url",
    message: `the URL ${fault}`,
  }));
}
