import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { openApiDocument } from "../../shared/api/openapi.ts";
import { UsageError } from "./usage.ts";

const SOMEWHERE = "https://einvoice.example.in";

/** The OpenAPI document without a stage that serves it: for linters and generators. */
export const openapi = {
  usage: "openapi [--server URL] [--out FILE]",
  does: "writes the OpenAPI 3.1 document that GET /openapi.json answers, for the API at that address",

  async run(args: readonly string[]): Promise<void> {
    const { server = SOMEWHERE, out } = readArguments(args);
    const document = `${JSON.stringify(openApiDocument(server), null, 2)}\n`;
    if (out === undefined) {
      console.log(document.trimEnd());
      return;
    }
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, document);
  },
};

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { server: { type: "string" }, out: { type: "string" } } }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
