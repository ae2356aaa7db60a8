import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "orval";
import { afterAll, describe, expect, it } from "vitest";
import { accessToken, newInvoice, stack, supplier } from "./stack.ts";

mkdirSync(".build", { recursive: true });
/** Within the project, so that the compiler finds what every program has. */
const folder = mkdtempSync(join(".build", "client-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As strict as the project itself, with `fetch` as browsers have it. */
const TSCONFIG = {
  extends: "../../tsconfig.json",
  compilerOptions: { lib: ["es2024", "dom"] },
  include: ["."],
};

/** What somebody writes who has nothing but the generated client: each member that is read here must be known to be there. */
const PROGRAM = `import { readFileSync } from "node:fs";
import { type Invoice, readDocument, registerDocument } from "./client.ts";

const { token, invoice }: { token: string; invoice: Invoice } = JSON.parse(readFileSync(0, "utf8"));
const options = { headers: { authorization: \`Bearer \${token}\` } };
const answer = await registerDocument(invoice, { include: "qr" }, options);
if (answer.status !== 201) throw new Error("code" in answer.data ? answer.data.code : String(answer.status));
const irn: string = answer.data.irn;
const read = await readDocument(irn, undefined, options);
if (read.status !== 200) throw new Error("it cannot be read");
const status: "ACT" | "CNL" | "REJ" = read.data.status;
console.log(JSON.stringify({ irn, status, qr: answer.data.qr?.slice(0, 22) }));
`;

describe("a client that a generator made of the description", () => {
  it("compiles as strictly as the project itself, and registers an invoice", async () => {
    await generate({
      input: { target: `${stack.apiUrl}/openapi.json` },
      output: { target: join(folder, "client.ts"), client: "fetch", baseUrl: stack.apiUrl, clean: false },
    });
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    const compiled = execFileSync("node_modules/.bin/tsc", ["-p", folder], { encoding: "utf8" });
    expect(compiled).toBe("");

    const input = JSON.stringify({ token: await accessToken(supplier), invoice: newInvoice() });
    const told = execFileSync(process.execPath, [join(folder, "program.ts")], { input, encoding: "utf8" });

    expect(JSON.parse(told)).toEqual({
      irn: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: "ACT",
      qr: "data:image/png;base64,",
    });
  }, 120_000);
});
