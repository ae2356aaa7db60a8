import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/**
 * `npm run acceptance [-- --stack FILE]`: speaks HTTP to the stack that FILE describes (`apiUrl`, `irpUrl`, `clients`, as
 * in .local/stack.json). Without FILE it starts a local cloud of its own, as `npm start` does, and ends it afterwards.
 */
const { values } = parseArgs({ options: { stack: { type: "string" } } });
process.exitCode = values.stack ? await suite(resolve(values.stack)) : await suiteOnOwnCloud();

async function suiteOnOwnCloud(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "einvoice-acceptance-"));
  const cloud = spawn(process.execPath, ["infra/local/start.ts"], {
    env: { ...process.env, PORT: "0", LOCAL_DIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await listening(cloud);
    return await suite(join(folder, "stack.json"));
  } finally {
    const ended = new Promise((done) => cloud.once("exit", done));
    cloud.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

function listening(cloud: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    cloud.once("exit", (code) => failed(new Error(`the local cloud ended with ${code} before it listened`)));
    cloud.stdout?.on("data", (text: Buffer) => {
      if (text.includes("Ctrl-C stops")) done();
    });
  });
}

function suite(stackFile: string): Promise<number> {
  const vitest = spawn(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "--config", "test/acceptance/vitest.config.ts"],
    {
      env: { ...process.env, STACK_FILE: stackFile },
      stdio: "inherit",
    },
  );
  return new Promise((done) => vitest.once("exit", (code) => done(code ?? 1)));
}
