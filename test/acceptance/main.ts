import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { withLocalCloud } from "../local-cloud.ts";

/**
 * `npm run acceptance [-- --stack FILE]`: speaks HTTP to the stack that FILE describes (`apiUrl`, `irpUrl`, `clients`, as
 * in .local/stack.json). Without FILE it starts a local cloud of its own, and ends it afterwards; there
 * the ladder's first half hour passes in seconds.
 */
const { values } = parseArgs({ options: { stack: { type: "string" } } });
process.exitCode = values.stack ? await suite(resolve(values.stack)) : await withLocalCloud(suite, { SPEED: "600" });

function suite(stackFile: string): Promise<number> {
  const args = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/acceptance/vitest.config.ts"];
  const vitest = spawn(process.execPath, args, { env: { ...process.env, STACK_FILE: stackFile }, stdio: "inherit" });
  return new Promise((done) => vitest.once("exit", (code) => done(code ?? 1)));
}
