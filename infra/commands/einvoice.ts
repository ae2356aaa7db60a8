import { audit } from "./audit-verify.ts";
import { clients } from "./clients.ts";
import { limits } from "./limits.ts";
import { listen } from "./listen.ts";
import { openapi } from "./openapi.ts";
import { UsageError } from "./usage.ts";
import { validate } from "./validate.ts";
import { verify } from "./verify.ts";

/** A verb of `npm run --silent einvoice -- VERB …`: one file each. */
interface Verb {
  readonly usage: string;
  readonly does: string;
  run(args: readonly string[]): Promise<void>;
}

const verbs: Readonly<Record<string, Verb>> = { audit, clients, limits, listen, openapi, validate, verify };

const [name = "", ...args] = process.argv.slice(2);
const verb = verbs[name];
if (verb) await verb.run(args).catch(report);
else help();

function report(error: unknown): void {
  console.error(error instanceof UsageError ? `${error.message}\n\nusage: ${verb?.usage}` : error);
  process.exitCode = 2;
}

function help(): void {
  console.error("usage: npm run --silent einvoice -- VERB\n");
  for (const { usage, does } of Object.values(verbs)) console.error(`  ${usage}\n      ${does}`);
  process.exitCode = 2;
}
