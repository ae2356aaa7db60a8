import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { stack } from "./stack.ts";

const README = readFileSync("README.md", "utf8");
const WRITTEN_FOR = "http://127.0.0.1:3000";
/** Where the stack under test keeps what a newcomer has in .local/. */
const KEPT = dirname(resolve(process.env["STACK_FILE"] ?? ""));
const MARK = "-- the block is over --";

interface Step {
  readonly commands: string;
  /** What the README says that they print. */
  readonly prints: string;
}

/** The commands of the chapter in their order, each with the output that stands below it. */
const steps: readonly Step[] = [
  ...chapter("First calls").matchAll(/```sh\n(?<commands>.*?)```(?:\n\n```text\n(?<prints>.*?)```)?/gs),
].map(({ groups: { commands = "", prints = "" } = {} }) => ({ commands, prints }));

/** A folder that looks like the one in which the README has been followed so far. */
const folder = mkdtempSync(join(tmpdir(), "einvoice-readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the README", () => {
  it("begins with what brings up the stack that this run is about", () => {
    expect(chapter("Run it")).toContain("npm ci && npm start");
    expect(JSON.parse(readFileSync("package.json", "utf8")).scripts.start).toBe("node infra/local/start.ts");
  });

  it("has first calls that work as they stand, and print what it says", ({ skip }) => {
    skip(!existsSync(join(KEPT, "invoice.json")), "this stack is not a local one, as the README has it");
    skip(spawnSync("curl", ["--version"]).error !== undefined, "THIS MACHINE HAS NO CURL: the README was not tried");
    expect(steps.length).toBeGreaterThanOrEqual(4);
    for (const name of ["package.json", "node_modules", "infra", "shared"])
      symlinkSync(resolve(name), join(folder, name));
    symlinkSync(KEPT, join(folder, ".local"));

    const script = steps.map(({ commands }) => `{\n${commands}} 2>&1\necho "${MARK}"`).join("\n");
    const { status, stdout } = spawnSync("sh", ["-eu", "-c", script.replaceAll(WRITTEN_FOR, stack.apiUrl)], {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });

    expect([status, stdout]).toEqual([0, expect.anything()]);
    const printed = stdout.split(`${MARK}\n`);
    for (const [n, { prints }] of steps.entries()) expect(printed[n]).toMatch(expected(prints));
    const irn = printed[1]?.split("\n")[1];
    expect(irn).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(readFileSync(join(KEPT, "answer.json"), "utf8"))).toMatchObject({ irn, status: "ACT" });
  }, 90_000);
});

/** `…` and what describes it stands for anything, up to the end of its line. */
function expected(prints: string): RegExp {
  const lines = prints.split("\n").map((line) => line.split("…").map(escaped));
  return new RegExp(`^${lines.map(([start = "", ...rest]) => (rest.length > 0 ? `${start}.*` : start)).join("\\n")}$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function chapter(title: string): string {
  const [, text = ""] = README.split(`\n## ${title}\n`);
  return text.split("\n## ")[0] ?? "";
}
