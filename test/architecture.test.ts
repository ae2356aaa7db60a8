import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { functionNames } from "../infra/bundle.ts";
import { synthesize } from "../infra/local/synthesize.ts";
import { routes } from "../shared/api/routes.ts";

/** Who may import whom, as prefixes: a file's first matching row holds, and its imports must match one of the row's. */
const order: readonly (readonly [importer: string, allowed: readonly string[]])[] = [
  // The government's side and ours are written apart, so that they cannot agree on a mistake.
  ["shared/sandbox/", ["shared/sandbox/", "shared/invoice/", "shared/ist.ts", "shared/canonical-json.ts"]],
  ["shared/aws/dynamo-sandbox-store.ts", ["shared/sandbox/", "shared/aws/", "shared/blobs.ts"]],
  [
    "functions/sandbox-irp/",
    ["functions/sandbox-irp/", "shared/sandbox/", "shared/aws/dynamo", "shared/aws/s3-blobs.ts", "shared/env.ts"],
  ],
  ["shared/invoice/", ["shared/invoice/", "shared/money.ts", "shared/gstin.ts"]],
  // What only the documentation loads: it describes what every noun says.
  ...["answers/", "reference/", "openapi.ts"].map((part): readonly [string, readonly string[]] => [
    `shared/api/${part}`,
    ["shared/api/", "shared/invoice/", "shared/irp/irp.ts", ...nouns()],
  ]),
  [
    "shared/api/",
    ["shared/api/", "shared/invoice/", "shared/budget/budget.ts", "shared/event/event.ts", "shared/irp/irp.ts"],
  ],
  ["shared/irp/nic/", ["shared/irp/", "shared/invoice/", "shared/ist.ts"]],
  ["shared/irp/", ["shared/irp/", "shared/invoice/", "shared/document/document-fingerprint.ts", "shared/ist.ts"]],
  ["shared/aws/", ["shared/"]],
  // Sockets and names: what reaches a server that a customer named. Wiring alone passes it on.
  ["shared/net/", ["shared/net/", "shared/webhook/"]],
  ["shared/", ["shared/api/", "shared/invoice/", ...registering(), ...nouns(), ...values()]],
  [
    "functions/pipeline/",
    [
      "functions/pipeline/",
      "shared/irp/circuits.ts",
      "shared/gstin.ts",
      "shared/ist.ts",
      "shared/api/",
      "shared/audit/",
      "shared/invoice/",
      "shared/oauth/",
      "shared/request/",
      "shared/document/",
    ],
  ],
  // Wiring alone knows AWS.
  ["functions/*/index.ts", ["functions/", "shared/"]],
  ["functions/", ["functions/", "shared/api/", "shared/invoice/", ...registering(), ...nouns(), ...values()]],
  // The local cloud knows no product: it reads the template. Seeding does.
  ["infra/local/seed.ts", ["infra/local/", "shared/"]],
  ["infra/local/run.ts", ["infra/"]],
  ["infra/local/s", ["infra/"]],
  ["infra/local/", ["infra/local/"]],
  ["infra/commands/", ["infra/", "shared/"]],
  [
    "infra/",
    [
      "infra/",
      "shared/api/",
      "shared/budget/policy.ts",
      "shared/irp/portals.ts",
      "shared/event/event.ts",
      "shared/webhook/endpoint-url.ts",
      "shared/sandbox/accounts.ts",
      "shared/blobs.ts",
    ],
  ],
];

function nouns(): string[] {
  return ["audit", "budget", "document", "event", "idempotency", "oauth", "request", "taxpayer", "webhook"].map(
    (noun) => `shared/${noun}/`,
  );
}

/** What the use cases know of the IRP: its port, what codes mean, and how an open outcome is settled. Never the wire. */
function registering(): string[] {
  const files = ["irp", "verify", "codes", "circuits", "evidence", "outcome", "refused-for-good"];
  return files.map((file) => `shared/irp/${file}.ts`);
}

function values(): string[] {
  return ["gstin", "money", "ist", "canonical-json", "env", "look-through", "in-steps", "vault"].map(
    (value) => `shared/${value}.ts`,
  );
}

const sources = ["infra", "functions", "shared"].flatMap(filesBelow).filter((file) => file.endsWith(".ts"));
const core = sources.filter((file) => file.startsWith("shared/") && !file.startsWith("shared/aws/"));

describe("imports run one way", () => {
  it.each(sources)("%s", (file) => {
    const allowed = order.find(([importer]) => matches(file, importer))?.[1] ?? [];
    const wrong = importsOf(file).filter((target) => !allowed.some((prefix) => target.startsWith(prefix)));
    expect(wrong).toEqual([]);
  });
});

describe("the core knows no AWS, clock, dice or environment", () => {
  it.each(core)("%s", (file) => {
    const text = readFileSync(file, "utf8");
    expect(text).not.toMatch(/["'](@aws-sdk|@aws-lambda-powertools|@middy|aws-cdk-lib|aws-lambda|[./]+aws\/)/);
    expect(text).not.toMatch(/\bDate\.now\(|new Date\(\)|Math\.random|randomUUID|performance\.now|setTimeout\(/);
    expect(text).not.toMatch(/import [^;]*\b(random\w+|generateKey\w*)\b[^;]* from "(node:crypto|jose)"/);
    if (file !== "shared/env.ts") expect(text).not.toMatch(/process\.env/);
  });
});

describe("the house", () => {
  it.each(sources)("%s has no default export and switches off no check", (file) => {
    const text = readFileSync(file, "utf8");
    expect(text).not.toMatch(/^export default|@ts-(ignore|nocheck)|biome-ignore/m);
  });

  it("names no folder after a kind of thing", () => {
    const banned = /\/(types|utils|helpers|services|interfaces|dtos|common|constants)\//;
    expect(sources.filter((file) => banned.test(file))).toEqual([]);
  });

  it("gives every Lambda a handler and a wiring", () => {
    const folders = readdirSync("functions").filter((name) => name !== "pipeline");
    expect(functionNames()).toEqual(folders);
    expect(folders.filter((name) => !existsSync(join("functions", name, "handler.ts")))).toEqual([]);
  });

  it("lets nothing that is deployed ask where it runs", () => {
    const deployed = sources.filter((file) => !file.startsWith("infra/") && file !== "shared/env.ts");
    const asking = deployed.filter((file) =>
      /process\.env|NODE_ENV|localhost|127\.0\.0\.1/.test(readFileSync(file, "utf8")),
    );
    expect(asking).toEqual([]);
  });
});

describe("the local cloud knows nothing of the product", () => {
  const cloud = sources.filter(
    (file) => file.startsWith("infra/local/") && !/\/(seed|sample-invoice|run|start|synthesize)\.ts$/.test(file),
  );
  const { template } = synthesize(".build/architecture-test");
  const names = [...routes.map(({ path }) => path), ...functionNames(), ...ownNames(JSON.stringify(template))];

  it.each(cloud)("%s", (file) => {
    const text = readFileSync(file, "utf8");
    expect(names.filter((name) => new RegExp(`["'\`/]${escaped(name)}["'\`/]`).test(text))).toEqual([]);
  });
});

/** Queue, bus and variable names that the template gives. */
function ownNames(template: string): string[] {
  return [...template.matchAll(/"(?:QueueName|Name|StateMachineName)":"([^"]+)"|"([A-Z]+(?:_[A-Z]+)+)":/g)].map(
    ([, name, variable]) => name ?? variable ?? "",
  );
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)].map((match) => match[1] ?? "");
  return found.map((relative) => normalize(join(dirname(file), relative)));
}

function matches(file: string, importer: string): boolean {
  return new RegExp(`^${importer.split("*").map(escaped).join("[^/]+")}`).test(file);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
