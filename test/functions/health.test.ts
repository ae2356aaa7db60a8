import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/health/handler.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { invoke } from "./invoke.ts";

describe("health", () => {
  it("is told to anyone, with or without a token, and never cached", async () => {
    const handler = createHandler({ log: silentLog() });

    for (const headers of [{}, { authorization: "Bearer forged" }]) {
      const answer = await invoke(handler, anApiEvent({ method: "GET", path: "/health", headers, requestId: "r-1" }));

      expect(answer).toMatchObject({ status: 200, json: { status: "ok" } });
      expect(answer.headers).toMatchObject({ "cache-control": "no-store", "x-request-id": "r-1" });
    }
  });
});
