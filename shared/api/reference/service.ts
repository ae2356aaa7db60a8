import * as z from "zod";
import { Health, KeySet, Token, TokenRefusal } from "../answers/service.ts";
import type { Answer, Operation } from "./operation.ts";

const cached = ["ETag", "Cache-Control"] as const;
const unchanged: Answer = { status: 304, description: "As `If-None-Match` has it.", headers: cached };
const page = (description: string): Answer[] => [
  {
    status: 200,
    description,
    content: { type: "text/html; charset=utf-8", example: "<!doctype html>…" },
    headers: cached,
  },
  unchanged,
];

/** Tokens, health, and this reference itself. */
export const service = {
  "POST /oauth/token": {
    id: "issueToken",
    tag: "Access tokens",
    summary: "Get an access token",
    description:
      "OAuth 2.0 client credentials (RFC 6749 section 4.4). The client authenticates with Basic, or with `client_id` and `client_secret` in the form. The token is good for 15 minutes.",
    bodies: { all: { summary: "With everything you may do", value: { grant_type: "client_credentials" } } },
    answers: [
      {
        status: 200,
        description: "The token.",
        content: {
          schema: Token,
          example: {
            access_token: "eyJ0eXAiOiJhdCtqd3QifQ.e30.c2ln",
            token_type: "Bearer",
            expires_in: 900,
            scope: "irn:write irn:read",
          },
        },
      },
      {
        status: 400,
        description: "The request is not one for a token.",
        content: {
          schema: TokenRefusal,
          example: { error: "invalid_request", error_description: "grant_type is missing" },
        },
      },
      {
        status: 401,
        description: "The client is not who it says it is.",
        content: {
          schema: TokenRefusal,
          example: { error: "invalid_client", error_description: "client id and secret do not match" },
        },
        headers: ["WWW-Authenticate"],
      },
    ],
    problems: [],
  },
  "GET /.well-known/jwks.json": {
    id: "readKeys",
    tag: "Access tokens",
    summary: "The keys that sign access tokens",
    description: "The public halves alone. They change: fetch them anew when a token names one that you do not have.",
    answers: [
      {
        status: 200,
        description: "The keys.",
        content: {
          schema: KeySet,
          example: { keys: [{ kty: "RSA", kid: "2f1c", use: "sig", alg: "RS256", n: "0vx7ago…", e: "AQAB" }] },
        },
        headers: ["Cache-Control"],
      },
    ],
    problems: [],
  },
  "GET /health": {
    id: "readHealth",
    tag: "Service",
    summary: "Is it there?",
    description: "Says that calls reach the functions.",
    answers: [{ status: 200, description: "They do.", content: { schema: Health, example: { status: "ok" } } }],
    problems: [],
  },
  "GET /openapi.json": {
    id: "readOpenApi",
    tag: "Service",
    summary: "This description, as OpenAPI 3.1",
    description: "Made from the tables and schemas that the API itself reads.",
    answers: [
      {
        status: 200,
        description: "The document.",
        content: { schema: z.looseObject({ openapi: z.string() }), example: { openapi: "3.1.1" } },
        headers: cached,
      },
      unchanged,
    ],
    problems: [],
  },
  "GET /docs": {
    id: "readReference",
    tag: "Service",
    summary: "This reference",
    description: "For people. Nothing in it comes from another server.",
    answers: page("The page."),
    problems: [],
  },
  "GET /docs/{asset}": {
    id: "readReferenceAsset",
    tag: "Service",
    summary: "Scripts and styles of the reference",
    description: "`redoc.js`, `start.js` and `docs.css`.",
    answers: [
      {
        status: 200,
        description: "The script or style sheet.",
        content: [{ type: "text/javascript; charset=utf-8" }, { type: "text/css; charset=utf-8" }],
        headers: cached,
      },
      unchanged,
    ],
    problems: ["not_found"],
  },
  "GET /docs/problems": {
    id: "readProblems",
    tag: "Service",
    summary: "Every problem there is",
    description: "The closed list of codes, by status.",
    answers: page("The page."),
    problems: [],
  },
  "GET /docs/problems/{code}": {
    id: "readProblem",
    tag: "Service",
    summary: "What a problem means",
    description: "And what to do about it. The `type` of a problem leads here.",
    answers: page("The page."),
    problems: ["not_found"],
  },
} as const satisfies Record<string, Operation>;
