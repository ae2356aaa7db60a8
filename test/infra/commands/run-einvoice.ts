import { spawn } from "node:child_process";
import { join } from "node:path";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run --silent einvoice -- …` in a folder of its own and with this environment alone, so that nothing of the machine has a say. */
export function runEinvoice(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> {
  const command = spawn(process.execPath, [join(process.cwd(), "infra/commands/einvoice.ts"), ...args], { cwd, env });
  const written = { stdout: "", stderr: "" };
  command.stdout.on("data", (chunk) => {
    written.stdout += chunk;
  });
  command.stderr.on("data", (chunk) => {
    written.stderr += chunk;
  });
  return new Promise((ended) => command.on("close", (status) => ended({ status, ...written })));
}
