import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoPolicyStore } from "../../../shared/aws/dynamo-policy-store.ts";
import type { PolicyStore } from "../../../shared/budget/policy.ts";
import { type EngineTables, startEngineTables } from "../../contracts/engine-tables.ts";
import { runEinvoice } from "./run-einvoice.ts";

const STAGE = { calls: 60, perSeconds: 60, burst: 20, reserve: 10 };
const GSTIN = "27AAAZA0001A1ZM";
const OTHER_GSTIN = "29AAAZA0001A1ZI";

let folder = "";
let outputs = "";
let tables: EngineTables;
let policies: PolicyStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "limits-"));
  tables = await startEngineTables();
  policies = dynamoPolicyStore(tables.db, tables.names.upstream);
  const stack = { ApiUrl: "https://x", UpstreamTable: tables.names.upstream, Policy: JSON.stringify(STAGE) };
  outputs = file({ "einvoice-sandbox": stack });
});
afterAll(async () => {
  await tables.stop();
  rmSync(folder, { recursive: true });
});

let made = 0;
function file(content: unknown): string {
  const path = join(folder, `outputs-${made++}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function run(args: readonly string[], gstin = GSTIN, stack = outputs) {
  return einvoice([...args, "--outputs", stack, "--gstin", gstin]);
}

function einvoice(args: readonly string[]) {
  const env = {
    AWS_ENDPOINT_URL: tables.url,
    AWS_REGION: "ap-south-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  return runEinvoice(["limits", ...args], { cwd: folder, env });
}

describe("einvoice limits", () => {
  it("shows what holds, changes it for one GSTIN, and goes back to the stage's own", async () => {
    const shown = await run(["show"]);
    expect([shown.status, JSON.parse(shown.stdout), shown.stderr]).toEqual([
      0,
      { gstin: GSTIN, policy: STAGE, from: "stage" },
      "",
    ]);

    const set = await run(["set", "--calls", "5", "--per", "2", "--burst", "9", "--reserve", "3"]);
    const policy = { calls: 5, perSeconds: 2, burst: 9, reserve: 3 };
    expect([set.status, JSON.parse(set.stdout)]).toEqual([0, { gstin: GSTIN, policy, from: "gstin" }]);
    expect(set.stderr).toMatch(/^Holds everywhere from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30 on\.\n$/);
    expect(await policies.find(GSTIN)).toEqual(policy);
    expect(await policies.find(OTHER_GSTIN)).toBeUndefined();
    expect(JSON.parse((await run(["show"])).stdout)).toEqual({ gstin: GSTIN, policy, from: "gstin" });

    const reset = await run(["reset"]);
    expect(JSON.parse(reset.stdout)).toEqual({ gstin: GSTIN, policy: STAGE, from: "stage" });
    expect(reset.stderr).toContain("Holds everywhere from ");
    expect(await policies.find(GSTIN)).toBeUndefined();
  });

  it("keeps what is not named: of the stage's at first, then of its own; 0 calls stop all", async () => {
    await run(["set", "--burst", "30"], OTHER_GSTIN);
    expect(await policies.find(OTHER_GSTIN)).toEqual({ ...STAGE, burst: 30 });
    await run(["set", "--calls", "0"], OTHER_GSTIN);
    expect(await policies.find(OTHER_GSTIN)).toEqual({ ...STAGE, burst: 30, calls: 0 });
  });

  it.each<[readonly string[], string]>([
    [["set", "--burst", "10"], "reserve must leave at least one of the burst to the queue"],
    [["set", "--per", "0"], "perSeconds"],
    [["set", "--calls", "1e3"], '--calls must be a whole number, not "1e3"'],
    [["set", "--calls", "9999999"], "calls"],
    [["set"], "takes at least one of --calls, --per, --burst and --reserve"],
    [["show", "--calls", "5"], "`limits set`, and it alone"],
    [["reset", "--calls", "5"], "`limits set`, and it alone"],
    [["frobnicate"], "`limits` does one of show, set and reset"],
    [["show", "set"], "`limits` does one of show, set and reset"],
    [[], "`limits` does one of show, set and reset"],
    [["show", "--frobnicate"], "Unknown option '--frobnicate'"],
  ])("explains its usage for %j, and changes nothing", async (args, message) => {
    const gstin = "27AAAZB0002B1ZI";
    const { status, stdout, stderr } = await run(args, gstin);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: limits show|set|reset");
    expect(await policies.find(gstin)).toBeUndefined();
  });

  it("wants a GSTIN and the outputs of one stack", async () => {
    expect((await run(["show"], "27AAAZA0001A1ZX")).stderr).toContain(
      "27AAAZA0001A1ZX is not a GSTIN: check character",
    );
    expect((await einvoice(["show", "--gstin", GSTIN])).stderr).toContain("`limits` needs --outputs and --gstin");
    expect((await run(["show"], GSTIN, "absent.json")).stderr).toContain("absent.json cannot be read as JSON");
    const one = { UpstreamTable: "t", Policy: JSON.stringify(STAGE) };
    for (const content of [{ a: one, b: one }, { a: { ...one, Policy: "{" } }, {}, []]) {
      const { status, stderr } = await run(["show"], GSTIN, file(content));
      expect([status, stderr]).toEqual([2, expect.stringContaining("must hold the outputs of one einvoice stack")]);
    }
  });
});
