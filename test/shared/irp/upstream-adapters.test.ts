import { randomBytes } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { stages } from "../../../infra/config.ts";
import { evidenceOf } from "../../../shared/irp/evidence.ts";
import { Upstream } from "../../../shared/irp/portals.ts";
import { upstreamIrp } from "../../../shared/irp/upstream-adapters.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { memoryIrpUserStore } from "../../fakes/memory-irp-user-store.ts";
import { ENCRYPTION_KEY, GSTIN, refusal, START, USER } from "./nic/a-portal.ts";
import { sessionParts } from "./nic/session-parts.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function aServer(respond: RequestListener): Promise<string> {
  const server = createServer(respond);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function generate(url: string, { known = true, readable = true } = {}) {
  const users = memoryIrpUserStore();
  if (known) await users.save(GSTIN, USER);
  const timeoutsMs = { ...stages.local.upstream.timeoutsMs, login: 100 };
  const irp = upstreamIrp({
    upstream: Upstream.parse({ portals: [{ name: "NIC1", url }], ...stages.local.upstream, timeoutsMs }),
    fetch,
    credentials: async () => {
      if (!readable) throw new Error("the store fails");
      return { clientId: "client", clientSecret: "secret" };
    },
    users,
    keys: { encryption: async () => ENCRYPTION_KEY },
    now: () => START,
    randomBytes,
    ...sessionParts(),
  });
  return irp.generate({ gstin: GSTIN, portal: "NIC1", mayStillSend: () => true }, anInvoice());
}

const answers = (status: number, body: unknown): RequestListener => {
  return (_, response) => void response.writeHead(status).end(JSON.stringify(body));
};

describe("an upstream that speaks NIC's protocol", () => {
  it.each<[string, RequestListener]>([
    ["its gateway fails", answers(503, {})],
    ["it says nothing in time", () => {}],
    ["it breaks off", (request) => void request.socket.destroy()],
    ["a gateway speaks in its place", answers(200, { message: "Endpoint request timed out" })],
    ["a page is shown in its place", (_, response) => void response.end("<html>")],
  ])("is seen to fail when %s", async (_, respond) => {
    expect(evidenceOf(await generate(await aServer(respond)))).toBe("fails");
  });

  it("is seen to fail when nobody listens", async () => {
    const url = await aServer(() => {});
    for (const close of closing.splice(0)) close();

    const answer = await generate(url);
    expect(answer).toEqual({ is: "not-sent", errors: [], reason: "ECONNREFUSED" });
    expect(evidenceOf(answer)).toBe("fails");
  });

  it("is seen to work when it refuses", async () => {
    const answer = await generate(await aServer(answers(200, refusal("1019"))));
    expect(answer).toMatchObject({ is: "not-sent", errors: [{ code: "1019" }] });
    expect(evidenceOf(answer)).toBe("works");
  });

  it.each<[string, Parameters<typeof generate>[1] & object, number]>([
    ["there is no user", { known: false }, 500],
    ["our credentials cannot be read", { readable: false }, 500],
    ["the GSP does not know us", {}, 401],
    ["the GSP had too many calls", {}, 429],
  ])("is not blamed when %s", async (_, options, status) => {
    expect(evidenceOf(await generate(await aServer(answers(status, {})), options))).toBe("nothing");
  });
});
