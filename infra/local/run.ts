import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { bundleFunctions } from "../bundle.ts";
import { UsageError } from "../commands/usage.ts";
import { type RunningCloud, startCloud } from "./cloud.ts";
import { type Stack, seed } from "./seed.ts";
import { synthesize } from "./synthesize.ts";

/** Where the local cloud keeps everything. The acceptance run takes a folder of its own. */
const FOLDER = process.env["LOCAL_DIR"] ?? ".local";
const began = performance.now();

/** Brings the local cloud up and says how to use it. Throws a UsageError when the environment asks for what cannot be. */
export async function runLocalCloud(): Promise<void> {
  const port = numberFrom("PORT", 3000, { least: 0, most: 65_000 });
  const speed = numberFrom("SPEED", 1, { least: 1, most: 100_000 });
  await requireFree(port);
  mkdirSync(FOLDER, { recursive: true });
  progress("bundling the functions");
  await bundleFunctions();
  progress("synthesizing the stack");
  const synthesized = synthesize(`${FOLDER}/cdk.out`);
  progress("starting the engines and the functions");
  const cloud = await startCloud({ ...synthesized, dataFolder: FOLDER, port, speed, progress });
  stopOnSignals(cloud);
  const { outputs, awsUrl } = cloud;
  const stack = await seed({ folder: FOLDER, outputs, awsUrl, region: "ap-south-1", speed });
  // The sandbox makes its keys on first use; nobody's first invoice should wait for that.
  await fetch(`${stack.irpUrl}/sandbox/jwks.json`);
  progress("ready");
  console.log(greeting(stack));
}

function stopOnSignals(cloud: RunningCloud): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(130);
    stopping = true;
    console.log("\nstopping; what was accepted is kept in .local/");
    cloud.close().finally(() => process.exit(0));
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

function progress(line: string): void {
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`);
}

function greeting({ apiUrl, irpUrl, clients }: Stack): string {
  const [client] = clients;
  const token = `$(curl -s -u ${client?.clientId}:${client?.clientSecret} -d grant_type=client_credentials ${apiUrl}/oauth/token | node -p 'JSON.parse(fs.readFileSync(0)).access_token')`;
  return `
The E-Invoice API (test mode)   ${apiUrl}
Reference                       ${apiUrl}/docs
Sandbox IRP                     ${irpUrl}
Clients, secrets, addresses     ${FOLDER}/stack.json
Logs                            ${FOLDER}/logs/

Register ${FOLDER}/invoice.json, your first IRN:

curl -s ${apiUrl}/irn -H 'content-type: application/json' -d @${FOLDER}/invoice.json -H "authorization: Bearer ${token}"

Ctrl-C stops.`;
}

/** Tried before anything else is done: nobody should wait to hear that a port is taken. */
function requireFree(port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}

function numberFrom(variable: string, otherwise: number, { least, most }: { least: number; most: number }): number {
  const text = process.env[variable];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text !== "" && value >= least && value <= most) return value;
  throw new UsageError(`${variable} must be a number from ${least} to ${most}, not "${text}".`);
}
