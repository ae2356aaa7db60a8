import { generateKeyPair, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { createHandler } from "../../functions/sandbox-irp/handler.ts";
import { keyRing } from "../../shared/sandbox/keys.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { memorySandboxStore } from "../fakes/memory-sandbox-store.ts";

export interface JudgedIrp {
  readonly url: string;
  /** Stops its clock at an instant. Absent where the clock is not ours. */
  readonly stopClockAt?: (instant: string) => void;
  readonly stop: () => Promise<void>;
}

/** The portal at `IRP_URL`, or else a sandbox of this working copy: this file alone of the suite knows the project. */
export async function reachIrp(): Promise<JudgedIrp> {
  const given = process.env["IRP_URL"];
  if (given) return { url: given.replace(/\/$/, ""), stop: async () => undefined };
  return startSandbox();
}

async function startSandbox(): Promise<JudgedIrp> {
  const store = memorySandboxStore();
  const faults: unknown[] = [];
  let stopped: Date | undefined;
  const handle = createHandler({
    store,
    keys: keyRing({ store, newKeyPem }),
    randomBytes,
    settings: { tokenLifeSeconds: 3600, retrievalDays: 3 },
    now: () => stopped ?? new Date(),
    sleep: (seconds) => setTimeout(seconds * 1000),
    onFault: (error) => faults.push(error),
  });

  const server = createServer(async (request, response) => {
    const { statusCode = 500, headers = {}, body = "" } = await handle(await toEvent(request));
    response.writeHead(
      statusCode,
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}`])),
    );
    response.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;

  return {
    url: `http://127.0.0.1:${port}`,
    stopClockAt: (instant) => {
      stopped = new Date(instant);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      if (faults.length > 0) throw new AggregateError(faults, "the sandbox had faults of its own");
    },
  };
}

async function toEvent(request: IncomingMessage): Promise<object> {
  const { method = "GET", url = "/" } = request;
  const [path = "/", query = ""] = url.split("?");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, `${value}`]));
  const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks).toString() };
  return { ...anApiEvent({ method, path, headers, ...body }), rawQueryString: query };
}

async function newKeyPem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
