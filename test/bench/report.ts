import { arch, cpus } from "node:os";
import type { GuardCost, GuardCosts } from "./guards.ts";
import type { QuietCalls } from "./neighbour.ts";
import { percentile } from "./percentile.ts";
import { pricePerMillion, waitingPrice, webhookPricePerMillion } from "./prices.ts";
import { sumOf, type Usage } from "./usage.ts";
import type { WebhookCost, WebhookFigures } from "./webhooks.ts";

export interface Figures {
  readonly command: string;
  readonly firstMs: number;
  readonly api: readonly number[];
  readonly bare: readonly number[];
  readonly lags: readonly number[];
  readonly perSecond: number;
  readonly bound: Usage;
  readonly sandboxPerSecond: number;
  readonly quiet: QuietCalls;
  readonly direct: Usage;
  readonly queued: Usage;
  readonly webhooks: WebhookFigures;
  readonly guards: Readonly<Record<"powertools" | "ours", GuardCosts>>;
}

/** What webhooks need: only the fan-out reads and changes an event, and asks for endpoints. */
const FAN_OUT = /^(GetItem|UpdateItem) .*events|storagewebhooks/;

/** All figures as the tables of the README, in Markdown. */
export function report(figures: Figures): string {
  return `${heading(figures)}\n\n${performanceTable(figures)}\n\n${priceTable(figures)}\n\n${webhookTables(figures)}\n\n${guardTable(figures)}`;
}

function heading({ command }: Figures): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()} (${arch()}), Node ${process.version}`;
  return `${date}, \`${command}\`, a local cloud with its sandbox IRP on ${machine}; 5-line invoices, one caller unless it says otherwise.`;
}

function performanceTable({ firstMs, api, bare, lags, quiet, direct, queued, ...figures }: Figures): string {
  const { alone, beside, backlog } = quiet;
  const ratio = percentile(beside, 99) / percentile(alone, 99);
  return table(
    ["", "p50", "p95", "p99", "goal"],
    ["`POST /irn`, ms", ...quantiles(api), ""],
    ["bare IRP client, same run, ms", ...quantiles(bare), ""],
    ["added by us, ms", ...added(api, bare), "p50 30, p99 120"],
    ["outcome stored to answer had, ms", ...quantiles(lags), "p50 25"],
    ["a quiet GSTIN, ms", ...quantiles(alone), ""],
    [
      `the same beside a neighbour's backlog (${backlog[0]} waiting, ${backlog[1]} at the end), ms`,
      ...quantiles(beside),
      `p99 × ${ratio.toFixed(1)}`,
    ],
    ["first token and IRN after the start, ms", fixed(firstMs, 0), "", "", "2000"],
    ["registrations per second, 8 callers, sandbox included", fixed(figures.perSecond, 1), "", "", "80"],
    ["processor time of a registration, all of the cloud, ms", fixed(direct.cpuMs, 1), "", "", ""],
    ["the same with 8 callers, ms", fixed(figures.bound.cpuMs, 1), "", "", ""],
    ["the sandbox alone, bare client, 8 callers, per second", fixed(figures.sandboxPerSecond, 1), "", "", ""],
  );
}

function priceTable({ direct, queued }: Figures): string {
  const [directUsd, queuedUsd] = [pricePerMillion(direct), pricePerMillion(queued)];
  const total = (prices: Readonly<Record<string, number>>) =>
    Object.values(prices).reduce((sum, each) => sum + each, 0);
  const units = (title: string, number: "calls" | "readUnits" | "writeUnits", goal = "", name = /./) => [
    title,
    ...[direct, queued].map((usage) => fixed(sumOf(usage, number, name), 2)),
    goal,
  ];
  return `${table(
    ["per registration", "direct", "queued", "goal"],
    units("AWS calls at the SDK", "calls", "16"),
    units("of which the fan-out's, which the goal leaves out", "calls", "", FAN_OUT),
    units("DynamoDB write units", "writeUnits", "18"),
    units("of which the fan-out's, which the goal leaves out", "writeUnits", "", FAN_OUT),
    units("DynamoDB read units", "readUnits"),
    ...Object.keys(directUsd).map((part) => [
      `${part}, USD per million`,
      fixed(directUsd[part] ?? 0, 2),
      fixed(queuedUsd[part] ?? 0, 2),
      "",
    ]),
    ["**list price, USD per million**", fixed(total(directUsd), 2), fixed(total(queuedUsd), 2), "35 direct, 28 queued"],
    [
      "and for each 100 ms that the portal takes",
      fixed(waitingPrice(2, 100), 2),
      `${fixed(waitingPrice(1, 100) / 10, 2)} to ${fixed(waitingPrice(1, 100), 2)}`,
      "",
    ],
  )}

Prices: \`test/bench/prices.ts\`; Lambda time as this machine took it. The looks at a queued request's outcome are not in it.`;
}

function webhookTables({ webhooks: { lags, perSecond, delivered, exhausted } }: Figures): string {
  const costs = [delivered, exhausted];
  const prices = costs.map(webhookPricePerMillion);
  const row = (title: string, figure: (cost: WebhookCost) => number) => [
    title,
    ...costs.map((each) => fixed(figure(each), 2)),
  ];
  const total = (price: Readonly<Record<string, number>>) => Object.values(price).reduce((sum, each) => sum + each, 0);
  return `${table(
    ["webhooks", "p50", "p95", "p99"],
    ["event stored to first byte at its receiver, ms", ...quantiles(lags)],
    ["deliveries per second, 20 endpoints", fixed(perSecond, 0), "", ""],
  )}

${table(
  ["per webhook", "delivered", "exhausted"],
  row("state transitions", ({ transitions }) => transitions),
  row("AWS calls at the SDK", ({ usage }) => sumOf(usage, "calls")),
  row("DynamoDB write units", ({ usage }) => sumOf(usage, "writeUnits")),
  row("DynamoDB read units", ({ usage }) => sumOf(usage, "readUnits")),
  ...Object.keys(prices[0] ?? {}).map((part) => [
    `${part}, USD per million`,
    ...prices.map((price) => fixed(price[part] ?? 0, 2)),
  ]),
  ["**list price, USD per million**", ...prices.map((price) => fixed(total(price), 2))],
  ["and for each 100 ms that a receiver takes, per attempt", ...costs.map(() => fixed(waitingPrice(0.5, 100), 2))],
)}

Delivered at the first attempt, alone with its fan-out, which is in the figures of its registration too; exhausted after six, one
of ten endpoints that failed together. The event's row and its place on the bus are the registration's.`;
}

function guardTable({ guards: { powertools, ours } }: Figures): string {
  return `${table(
    ["one handler, guarded by", "calls", "write units", "read units", "p50 ms"],
    guardRow("Powertools' idempotency, first call", powertools.first),
    guardRow("Powertools' idempotency, repeated", powertools.again),
    guardRow("our claim, payload, accept, answer, finish, first call", ours.first),
    guardRow("ours, repeated", ours.again),
  )}

Powertools: one stored result for a key; a run that outlives its lock is overtaken, and its late result overwrites the other's.
Ours: what was accepted ends, whoever dies; every write states whose turn it is, and the first answer stands byte for byte.`;
}

function guardRow(name: string, { calls, writeUnits, readUnits, p50 }: GuardCost): string[] {
  return [name, fixed(calls, 2), fixed(writeUnits, 2), fixed(readUnits, 2), fixed(p50, 1)];
}

function quantiles(samples: readonly number[]): string[] {
  return [50, 95, 99].map((p) => fixed(percentile(samples, p), 1));
}

function added(api: readonly number[], bare: readonly number[]): string[] {
  return [50, 95, 99].map((p) => fixed(percentile(api, p) - percentile(bare, p), 1));
}

function fixed(figure: number, digits: number): string {
  return figure.toFixed(digits);
}

function table(head: readonly string[], ...rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
