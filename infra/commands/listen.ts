import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { lineOf, type ReceivedWebhook, webhookReceiver } from "./received-webhooks.ts";
import { UsageError } from "./usage.ts";

const DEFAULT_PORT = "4400";
/** Events are under 20 KB. */
const MOST_BYTES = 1024 * 1024;
/** A receiver to try webhooks with: shows what comes in, and whether it is signed by the endpoint's secret. */
export const listen = {
  usage: "listen [--port N] [--secret whsec_…] [--json]",
  does: `receives webhooks on this machine, on port ${DEFAULT_PORT} unless told, and prints each as it comes: time, type, IRN or e-way bill, id, and whether its signature is right; answers 204, and 401 to what does not verify; --json prints one object a line`,

  async run(args: readonly string[]): Promise<void> {
    const { port, secret, json } = readArguments(args);
    const receive = webhookReceiver({ secret, now: () => new Date() });
    const received: ReceivedWebhook[] = [];
    const server = createServer(async (request, response) => {
      const webhook = await answered(receive, request, response);
      if (!webhook) return;
      received.push({ ...webhook, body: undefined });
      console.log(json ? JSON.stringify(webhook) : lineOf(webhook));
    });
    const url = await listening(server, port);
    console.error(greeting(url, secret !== undefined));
    await stopped();
    server.close();
    server.closeAllConnections();
    console.error(`\n${summary(received)}`);
  },
};

/** Undefined when it was no webhook at all. */
async function answered(
  receive: ReturnType<typeof webhookReceiver>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ReceivedWebhook | undefined> {
  if (request.method !== "POST") {
    response.writeHead(405, { allow: "POST" }).end("webhooks are sent with POST\n");
    return undefined;
  }
  // Who hangs up amid it hears nothing.
  const raw = await bytesOf(request).catch(() => undefined);
  if (!raw) {
    response.writeHead(413).end(`longer than ${MOST_BYTES} bytes\n`);
    return undefined;
  }
  const webhook = receive(request.headers as Record<string, string>, raw);
  if (webhook.signature === "refused") response.writeHead(401).end(`${webhook.reason}\n`);
  else response.writeHead(204).end();
  return webhook;
}

/** Undefined when it is too long: read to its end all the same, so that whoever sent it hears so. */
async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  return bytes <= MOST_BYTES ? Buffer.concat(chunks) : undefined;
}

/** On this machine alone. Throws a UsageError when the port cannot be had. */
async function listening(server: Server, port: number): Promise<string> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    if (code === "EADDRINUSE") throw new UsageError(`port ${port} is taken: stop what uses it, or choose another`);
    if (code === "EACCES") throw new UsageError(`port ${port} is not for everybody: choose one above 1023`);
    throw error;
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Ctrl-C, or nobody reads on. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    process.stdout.once("error", () => resolve());
  });
}

function summary(received: readonly ReceivedWebhook[]): string {
  const refused = received.filter(({ signature }) => signature === "refused").length;
  const repeated = received.filter((webhook) => webhook.repeated).length;
  return `${received.length} received, ${repeated} of them repeated, ${refused} refused`;
}

function greeting(url: string, verifies: boolean): string {
  const { port } = new URL(url);
  const { api, token } = localCloud() ?? { api: "API_URL", token: "TOKEN" };
  const authorization = `-H "authorization: Bearer ${token}"`;
  if (verifies)
    return `Listening on ${url}, Ctrl-C stops. Signatures are verified.

Send a test event to the endpoint, whose id creating it answered:

curl -s -X POST ${api}/webhooks/ENDPOINT_ID/test ${authorization}
`;
  return `Listening on ${url}, Ctrl-C stops. Signatures are NOT verified: there is no --secret yet.

1. Make an endpoint of this URL (a deployed stage reaches https alone: there give the address of a tunnel to this port):

curl -s ${api}/webhooks -H 'content-type: application/json' -d '{"url": "${url}"}' ${authorization}

2. Start again with the "secret" of its answer:

npm run --silent einvoice -- listen --port ${port} --secret whsec_…
`;
}

const Stack = z.object({
  apiUrl: z.string(),
  clients: z.tuple([z.object({ clientId: z.string(), clientSecret: z.string() })]).rest(z.unknown()),
});

/** How to call the local cloud that was started in this folder, if there is one. */
function localCloud(): { readonly api: string; readonly token: string } | undefined {
  try {
    const file = join(process.env["LOCAL_DIR"] ?? ".local", "stack.json");
    const { apiUrl, clients } = Stack.parse(JSON.parse(readFileSync(file, "utf8")));
    const [{ clientId, clientSecret }] = clients;
    const token = `$(curl -s -u ${clientId}:${clientSecret} -d grant_type=client_credentials ${apiUrl}/oauth/token | node -p 'JSON.parse(fs.readFileSync(0)).access_token')`;
    return { api: apiUrl, token };
  } catch {
    return undefined;
  }
}

function readArguments(args: readonly string[]) {
  const { values } = parsed(args);
  const port = values.port ?? DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port must be a number up to 65535, not "${port}"`);
  // Never repeated to whoever looks on: it may be a secret all the same.
  if (values.secret !== undefined && !isSecret(values.secret))
    throw new UsageError(
      "--secret is not one: it is whsec_ and base64, as creating the endpoint answered, or POST /webhooks/{id}/rotate-secret",
    );
  return { port: Number(port), secret: values.secret, json: values.json ?? false };
}

/** Standard Webhooks 1.0.0: 24 to 64 bytes. */
function isSecret(text: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? "";
  const bytes = Buffer.from(base64, "base64");
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString("base64") === base64;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { port: { type: "string" }, secret: { type: "string" }, json: { type: "boolean" } },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
