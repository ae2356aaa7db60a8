import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/not-found/handler.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { invoke } from "./invoke.ts";

const send = (method: string, path: string) =>
  invoke(createHandler(silentLog()), anApiEvent({ method, path, routeKey: "$default", requestId: "r-1" }));

describe("not-found", () => {
  it.each([
    ["GET", "/"],
    ["GET", ""],
    ["GET", "/nothing"],
    ["GET", "/irn/a/b"],
    ["GET", "/irn/"],
    ["GET", "/requests/"],
    ["POST", "/IRN"],
    ["GET", "/health/"],
    ["GET", "//health"],
    ["GET", "/{irn}"],
    ["GET", "/__proto__"],
    ["POST", "/irn/../oauth/token"],
  ])("answers 404 to %s %s, for there is no such path", async (method, path) => {
    expect(await send(method, path)).toMatchObject({
      status: 404,
      json: { code: "not_found", requestId: "r-1" },
      headers: { "content-type": "application/problem+json", "x-request-id": "r-1" },
    });
  });

  it.each([
    ["PUT", "/irn", "POST, GET"],
    ["DELETE", "/irn", "POST, GET"],
    ["DELETE", "/irn/abc", "GET"],
    ["GET", "/oauth/token", "POST"],
    ["POST", "/health", "GET"],
    ["HEAD", "/health", "GET"],
    ["OPTIONS", "/.well-known/jwks.json", "GET"],
    ["PATCH", "/requests/r.1", "GET"],
  ])("answers 405 to %s %s and allows %s", async (method, path, allowed) => {
    const answer = await send(method, path);

    expect(answer).toMatchObject({ status: 405, headers: { allow: allowed }, json: { code: "method_not_allowed" } });
  });

  it("says nothing of who calls: no token is asked for", async () => {
    expect((await send("PUT", "/irn")).headers).not.toHaveProperty("www-authenticate");
  });
});
