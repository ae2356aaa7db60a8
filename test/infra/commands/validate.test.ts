import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { anInvoice } from "../../fakes/an-invoice.ts";

const VALID = "test/vectors/invoices/valid";
const INVALID = "test/vectors/invoices/invalid";

/** Without network, AWS region or credentials: as on an ERP team's machine. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["infra/commands/einvoice.ts", "validate", ...args], {
    encoding: "utf8",
    env: {},
  });
  return { status, stdout, stderr };
}

const Output = z.array(
  z.strictObject({
    file: z.string(),
    findings: z.array(z.looseObject({ code: z.string(), irpCode: z.string().optional(), severity: z.string() })),
  }),
);
function json(...args: string[]) {
  const { status, stdout, stderr } = run(...args, "--json");
  return { status, stderr, results: Output.parse(JSON.parse(stdout)) };
}
const codes = (result: z.infer<typeof Output>[number] | undefined) => result?.findings.map(({ code }) => code);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "validate-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("einvoice validate", () => {
  it("says ok, and exits with 0", () => {
    const path = file("bare.json", anInvoice());
    const { status, stdout } = run(path, "--as-of", "2026-08-20");
    expect(status).toBe(0);
    expect(stdout).toBe(`${path}  ok\n\n1 file, 0 with errors, 0 errors, 0 e-way bill notes, 0 warnings\n`);
  });

  it("prints what is wrong, where, and how to mend it, and exits with 1", () => {
    const { status, stdout } = run(join(INVALID, "I49-igst-just-below-tolerance.json"));
    expect(status).toBe(1);
    expect(stdout).toContain("  error  X-6  2235  ItemList[0].IgstAmt  IgstAmt is not AssAmt × GstRt / 100\n");
    expect(stdout).toContain("AssAmt × GstRt / 100 is 2345.04 (2344.00 to 2347.00 is accepted).");
  });

  it("gives programs every file with its findings, and exits with 0 on warnings and e-way bill notes", () => {
    const { status, results } = json(
      join(VALID, "V31-ewb-only-distance.json"),
      join(VALID, "V39-totamt-not-qty-x-price.json"),
    );
    expect(status).toBe(0);
    expect(results.map(codes)).toEqual([["W-1"], ["A-1"]]);
    expect(results[0]?.findings[0]).toMatchObject({ irpCode: "4019", severity: "ewb", path: "EwbDtls.TransId" });
  });

  it("takes the day from --as-of, else from the clock", () => {
    const path = file("late.json", anInvoice({ docDate: "18/08/2026" }));
    expect(codes(json(path, "--as-of", "2026-09-18").results[0])).toEqual(["D-5"]);
    expect(codes(json(path, "--as-of", "2026-08-17").results[0])).toEqual(["D-3"]);
    const longAgo = file("long-ago.json", anInvoice({ docDate: "01/01/2020" }));
    expect(codes(json(longAgo).results[0])).toEqual(["D-4", "D-5"]);
  });

  it("takes the supplier's profile from --context", () => {
    const path = file("old.json", anInvoice({ docDate: "01/05/2026" }));
    const context = file("context.json", { turnoverCrore: 5, switches: { "D-3": "off" } });
    expect(json(path, "--as-of", "2026-08-20", "--context", context).status).toBe(0);
    expect(json(path, "--as-of", "2026-08-20").status).toBe(1);
  });

  it("lets a vector's own day and context count", () => {
    const context = file("strict.json", { cutoff: "01/08/2026" });
    const { results } = json(
      join(VALID, "V37-old-document-small-supplier.json"),
      "--as-of",
      "2020-01-01",
      "--context",
      context,
    );
    expect(results.map(codes)).toEqual([[]]);
    const byOperator = file("operator.json", { asOf: "20/08/2026", context: { agent: "eco" }, request: anInvoice() });
    expect(codes(json(byOperator).results[0])).toEqual(["T-7"]);
  });

  it("takes a vector without day and context as it takes an invoice", () => {
    const path = file("request.json", { irn: "x", request: anInvoice() });
    expect(json(path, "--as-of", "2026-08-20").results.map(codes)).toEqual([[]]);
  });

  it("carries out the recipes of large vectors", () => {
    const { results } = json(join(VALID, "G01-1000-lines.json"), join(INVALID, "G02-1001-lines.json"));
    expect(results.map(({ findings }) => findings.map(({ irpCode }) => irpCode))).toEqual([[], ["2173"]]);
  });

  it("says which files it can not read, checks the others and exits with 2", () => {
    const broken = file("broken.json", '{"Version": ');
    const wrong = file("wrong.json", { asOf: "2026-08-20", request: {} });
    const { status, results } = json(
      join(folder, "absent.json"),
      broken,
      folder,
      wrong,
      join(VALID, "V01-b2b-intra-goods.json"),
    );
    expect(status).toBe(2);
    expect(results.map(({ findings }) => findings[0]?.["message"])).toEqual([
      "there is no such file",
      expect.stringMatching(/^not JSON: /),
      "it is a folder: name the files in it",
      expect.stringMatching(/^not a test vector: .*asOf/s),
      undefined,
    ]);
  });

  it("tells on stderr how far it is when there are many files", () => {
    const files = readdirSync(INVALID).map((name) => join(INVALID, name));
    const { stderr, results } = json(...files, ...files);
    expect(stderr).toMatch(/^checked 100 of \d+ files\n/);
    expect(results).toHaveLength(files.length * 2);
  });

  it.each([
    [[], "say which files to check"],
    [["a.json", "--as-of", "2026-02-30"], "--as-of takes a day as YYYY-MM-DD, not 2026-02-30"],
    [["a.json", "--as-of", "20/08/2026"], "--as-of takes a day as YYYY-MM-DD, not 20/08/2026"],
    [["a.json", "--context", "absent.json"], "--context absent.json: there is no such file"],
    [["a.json", "--context", "package.json"], "--context package.json does not fit"],
    [["a.json", "--frobnicate"], "Unknown option '--frobnicate'"],
  ])("explains its usage for %j", (args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: validate FILE...");
  });
});
