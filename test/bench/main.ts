import { parseArgs } from "node:util";
import { withLocalCloud } from "../local-cloud.ts";
import { bareClient } from "./bare-client.ts";
import { benchGuards } from "./guards.ts";
import { benchIrpClient } from "./irp-client.ts";
import { benchNeighbour } from "./neighbour.ts";
import { outcomeLags, type Received } from "./outcome-lag.ts";
import { timed, together } from "./percentile.ts";
import { type Figures, report } from "./report.ts";
import { benchRules } from "./rules.ts";
import { readStack, type Stack } from "./stack.ts";
import { sumOf, type Usage, usageOf } from "./usage.ts";
import { benchWebhooks, LADDER_SPEED } from "./webhooks.ts";

/** `npm run bench`: figures of this machine, on a local cloud of its own. The tables of the README go to standard output. */
const { backlog, command } = readArguments();
const began = performance.now();
const WARM_UP = 40;
const ROUNDS = 200;
const CALLERS = 8;
const SUSTAINED = 600;
const QUEUED = 200;

progress("rules and IRP client");
benchRules();
await benchIrpClient();
progress("idempotency guards");
const guards = await benchGuards();
progress("starting a local cloud");
const figures = await withLocalCloud((stackFile) => benchStack(readStack(stackFile)));
progress("webhooks, in a local cloud whose ladder is fast");
const speed = { SPEED: String(LADDER_SPEED) };
const webhooks = await withLocalCloud((stackFile) => benchWebhooks(readStack(stackFile)), speed);
showCalls("per webhook delivered", webhooks.delivered.usage);
showCalls("per webhook exhausted", webhooks.exhausted.usage);
console.log(report({ ...figures, webhooks, guards, command }));

async function benchStack(stack: Stack): Promise<Omit<Figures, "guards" | "webhooks" | "command">> {
  const { seller, neighbour, irpUrl, awsUrl } = stack;
  const [firstMs = 0] = await timed(1, seller.register);
  const irp = bareClient(irpUrl, seller.gstin);
  await timed(WARM_UP, async () => [await seller.register(), await irp(), await neighbour.enqueue()]);

  progress(`${ROUNDS} direct calls, counted`);
  const received: Received[] = [];
  const direct = await usageOf(stack, ROUNDS, () =>
    timed(ROUNDS, async () => received.push({ irn: await seller.register(), at: Date.now() })),
  );
  showCalls("per IRN, direct", direct);
  const lags = await outcomeLags(awsUrl, received);
  progress(`${ROUNDS} calls beside the bare client's`);
  const [api, bare]: [number[], number[]] = [[], []];
  for (let i = 0; i < ROUNDS; i++) {
    bare.push(...(await timed(1, irp)));
    api.push(...(await timed(1, seller.register)));
  }

  progress(`${QUEUED} queued calls, counted`);
  const queued = await usageOf(stack, QUEUED, () => together(2, QUEUED, neighbour.enqueue));
  showCalls("per IRN, queued", queued);
  progress(`${SUSTAINED} calls of ${CALLERS} callers`);
  const sellers = [seller, neighbour];
  let turn = 0;
  const next = () => sellers[turn++ % sellers.length]?.register() ?? Promise.reject();
  await together(CALLERS, SUSTAINED / 4, next);
  let seconds = 0;
  const bound = await usageOf(stack, SUSTAINED, async () => {
    seconds = await together(CALLERS, SUSTAINED, next);
  });
  const sandboxPerSecond = SUSTAINED / (await together(CALLERS, SUSTAINED, irp));
  progress(`a neighbour's backlog of ${backlog}`);
  const quiet = await benchNeighbour(stack, backlog, ROUNDS);
  return { firstMs, api, bare, lags, direct, queued, perSecond: SUSTAINED / seconds, bound, sandboxPerSecond, quiet };
}

function showCalls(flow: string, usage: Usage): void {
  console.error(`\nAWS calls, write and read units, ${flow} (retries included)`);
  const rows = Object.entries(usage.calls).filter(([, { calls }]) => calls > 0);
  for (const [name, { calls, writeUnits, readUnits }] of rows.sort())
    console.error(`${[calls, writeUnits, readUnits].map((figure) => figure.toFixed(2).padStart(7)).join("")}  ${name}`);
  const all = (["calls", "writeUnits", "readUnits"] as const).map((number) => sumOf(usage, number));
  console.error(`${all.map((figure) => figure.toFixed(2).padStart(7)).join("")}  together\n`);
}

function progress(line: string): void {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
}

function readArguments() {
  const { values } = parseArgs({ options: { backlog: { type: "string", default: "10000" } } });
  const more = process.argv.slice(2).join(" ");
  return { backlog: Number(values.backlog), command: `npm run bench${more && ` -- ${more}`}` };
}
