import { randomBytes } from "node:crypto";
import { stages } from "../../infra/config.ts";
import type { Answer } from "../../shared/irp/irp.ts";
import { nicIrp } from "../../shared/irp/nic/client.ts";
import { nicWire } from "../../shared/irp/nic/wire.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { verifyDocument } from "../../shared/irp/verify.ts";
import { memoryIrpUserStore } from "../fakes/memory-irp-user-store.ts";
import { sessionParts } from "./irp/nic/session-parts.ts";
import { aSandbox, type brokenStore, type Send } from "./sandbox/a-sandbox.ts";

/** Client and server of the wire protocol were written apart; here they meet, byte for byte, below HTTP's own layer. */

export const GSTIN = "27AAAZA0001A1ZM";
const HOST = "https://irp.example";

/** What the network makes of a call; `pass` brings it to the portal. */
export type Network = (pass: () => Promise<Response>, path: string) => Promise<Response>;

/** fetch, with the sandbox's Lambda handler in place of the network. */
function fetchFrom(send: Send, seen: Request[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    seen.push(request.clone());
    const reply = await send({
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: Object.fromEntries(request.headers),
      body: Buffer.from(await request.arrayBuffer()).toString("base64"),
      isBase64Encoded: true,
      requestContext: { http: { method: request.method } },
    });
    return new Response(reply.body ?? null, { status: reply.statusCode ?? 500 });
  };
}

interface Parts {
  readonly gstin?: string;
  readonly password?: string;
  readonly store?: ReturnType<typeof brokenStore>;
}

export async function anIrpAtTheSandbox({ gstin = GSTIN, password = "Sandbox@2026", store }: Parts = {}) {
  const sandbox = aSandbox(store ? { store } : {});
  const seen: Request[] = [];
  const overHttp = fetchFrom(sandbox.send, seen);
  let network: Network = (pass) => pass();
  const users = memoryIrpUserStore();
  await users.save(gstin, { userName: `API_${gstin}`, password });
  const keys = portalKeys(
    async () => ({ jwksUri: `${HOST}/sandbox/jwks.json` }),
    async (url) => (await overHttp(url)).json(),
  );
  const upstream = {
    portals: [
      { name: "NIC1", url: `${HOST}/nic1` },
      { name: "NIC2", url: `${HOST}/nic2/` },
    ],
    ...stages.local.upstream,
  };
  const credentials = async () => ({ clientId: "einvoice-sandbox", clientSecret: "einvoice-sandbox-secret" });
  let ms = Date.parse("2026-08-18T09:00:00Z");
  const now = () => new Date(ms);
  const meddled: typeof fetch = (input, init) =>
    network(() => overHttp(input, init), new URL(new Request(input, init).url).pathname);
  const send = nicWire({ upstream, fetch: meddled, credentials });
  const paths = () => seen.map(({ url }) => new URL(url).pathname);
  return {
    irp: nicIrp({ send, users, keys, now, randomBytes, ...sessionParts() }),
    verify: (document: Parameters<typeof verifyDocument>[1]) => verifyDocument(keys, document),
    sandbox,
    /** What the portals were sent, logins and keys included. */
    seen,
    paths,
    logins: () => paths().filter((path) => path.endsWith("/auth")).length,
    /** From now on. */
    meddle: (next: Network) => {
      network = next;
    },
    /** Moves the client's clock and the sandbox's. */
    wait: (minutes: number) => {
      ms += minutes * 60_000;
      sandbox.wait({ minutes });
    },
  };
}

/** How a call of this GSTIN goes to this portal. */
export function to(portal: "NIC1" | "NIC2", gstin = GSTIN) {
  return { gstin, portal, mayStillSend: () => true };
}

export function okValue<T>(answer: Answer<T>): T {
  if (answer.is !== "ok") throw new Error(JSON.stringify(answer));
  return answer.value;
}
