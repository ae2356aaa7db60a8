import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `work` with the stack file of a local cloud that is started for it, as `npm start` does, and ended after it. */
export async function withLocalCloud<Result>(
  work: (stackFile: string) => Promise<Result>,
  variables: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "einvoice-"));
  const cloud = spawn(process.execPath, ["infra/local/start.ts"], {
    env: { ...process.env, ...variables, PORT: "0", LOCAL_DIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => cloud.once("exit", done));
  try {
    await listening(cloud);
    return await work(join(folder, "stack.json"));
  } finally {
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
