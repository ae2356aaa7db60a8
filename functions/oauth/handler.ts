import type { JSONWebKeySet } from "jose";
import { type IssueTokenDeps, issueToken } from "../../shared/oauth/issue-token.ts";
import { TokenError } from "../../shared/oauth/token-error.ts";
import { readTokenRequest } from "../../shared/oauth/token-request.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

type OauthDeps = PipelineDeps & IssueTokenDeps & { readonly publishedKeys: (fresh: boolean) => Promise<JSONWebKeySet> };

export function createHandler(deps: OauthDeps) {
  return httpFunction("oauth", deps, {
    "POST /oauth/token": (call) => token(deps, call),
    "GET /.well-known/jwks.json": async () =>
      ok(await deps.publishedKeys(false), { "cache-control": "public, max-age=300" }),
  });
}

async function token(deps: OauthDeps, { body: form, headers }: Call<URLSearchParams>): Promise<HttpAnswer> {
  try {
    return ok(await issueToken(deps, readTokenRequest(form, headers["authorization"])), { pragma: "no-cache" });
  } catch (error) {
    if (error instanceof TokenError) return refusal(error);
    throw error;
  }
}

/** RFC 6749 section 5.2: 401 when the client did not authenticate, with a challenge (RFC 9110 section 15.5.2), else 400. */
function refusal({ code, message }: TokenError): HttpAnswer {
  const json = { error: code, error_description: message };
  if (code !== "invalid_client") return { status: 400, json };
  return { status: 401, json, headers: { "www-authenticate": 'Basic realm="einvoice"' } };
}
