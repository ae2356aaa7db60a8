import * as z from "zod";
import { scopes } from "../scope.ts";
import { component } from "./component.ts";
import { Finding } from "./problem.ts";

export const Health = component("Health", z.object({ status: z.literal("ok") }));

component(
  "TokenRequest",
  z.object({
    grant_type: z.literal("client_credentials"),
    scope: z
      .string()
      .optional()
      .describe(`Separated by spaces, of: ${scopes.join(", ")}. Left out: all you may have.`),
    client_id: z.string().max(255).optional().describe("Where they are not sent with Basic authentication."),
    client_secret: z.string().optional(),
  }),
);
export const Token = component(
  "Token",
  z.object({
    access_token: z.string().describe("To be sent as Authorization: Bearer …"),
    token_type: z.literal("Bearer"),
    expires_in: z.int().describe("Seconds."),
    scope: z.string(),
  }),
);
export const TokenRefusal = component(
  "TokenError",
  z
    .object({
      error: z.enum(["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"]),
      error_description: z.string(),
    })
    .describe("RFC 6749 section 5.2."),
);
export const KeySet = component(
  "KeySet",
  z.object({
    keys: z.array(
      z.object({
        kty: z.literal("RSA"),
        kid: z.string(),
        use: z.literal("sig"),
        alg: z.literal("RS256"),
        n: z.string(),
        e: z.string(),
      }),
    ),
  }),
);

export const Validation = component(
  "Validation",
  z.object({
    valid: z.boolean().describe("Whether POST /irn would take it: no finding is an error."),
    findings: z.array(Finding),
    patch: z
      .array(z.object({ op: z.enum(["add", "replace"]), path: z.string(), value: z.number() }))
      .describe("A JSON Patch (RFC 6902) that mends the arithmetic; empty where there is nothing to mend."),
  }),
);
