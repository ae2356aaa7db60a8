import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { accessToken, newInvoice, post, supplier } from "./stack.ts";

const STACK_FILE = process.env["STACK_FILE"] ?? "";
const Local = z.object({
  awsUrl: z.string(),
  outputs: z.object({ ArchiveAudit: z.string(), ArchiveBucket: z.string() }),
});
/** Rounds cannot be had, nor objects be tampered with, but on the local cloud, whose files are ours. */
const local = Local.safeParse(JSON.parse(readFileSync(STACK_FILE, "utf8"))).data;
const PATIENCE_MS = 30_000;

async function archive(): Promise<void> {
  const url = `${local?.awsUrl}/2015-03-31/functions/${local?.outputs.ArchiveAudit}/invocations`;
  const answer = await fetch(url, { method: "POST", body: "{}" });
  expect([answer.status, answer.headers.get("x-amz-function-error")]).toEqual([200, null]);
}

/** The batches of the supplier's chain, the last one last. */
function batches(): { readonly file: string; readonly text: string }[] {
  const folder = join(dirname(STACK_FILE), "data", "s3", local?.outputs.ArchiveBucket ?? "");
  const own = readdirSync(folder).filter((name) => decodeURIComponent(name).startsWith(`AUDIT/${supplier.gstin}/`));
  return own.sort().map((name) => {
    const file = join(folder, name);
    return { file, text: gunzipSync(readFileSync(file)).toString() };
  });
}

/** What the archive has of a document. */
function kindsOf(irn: string): (string | undefined)[] {
  const lines = batches().flatMap(({ text }) => text.split("\n").filter((line) => line.includes(irn)));
  return [...new Set(lines.map((line) => /"kind":"(\w+)"/.exec(line)?.[1]))];
}

async function verify(): Promise<{ status: number | null; verdict: Record<string, unknown> }> {
  const args = ["infra/commands/einvoice.ts", "audit", "verify", "--gstin", supplier.gstin];
  const env = { ...process.env, LOCAL_DIR: dirname(STACK_FILE) };
  const command = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  command.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const status = await new Promise<number | null>((ended) => command.on("close", ended));
  return { status, verdict: JSON.parse(text) };
}

describe.skipIf(!local)("the audit archive", () => {
  it("gets what was done for a document, verifies, and shows that a record was changed", async () => {
    const token = await accessToken(supplier);
    const { status, json } = await post("/irn", token, newInvoice());
    expect(status).toBe(201);
    const irn = String(json["irn"]);
    const deadline = Date.now() + PATIENCE_MS;
    do {
      await sleep(2_000);
      await archive();
    } while (kindsOf(irn).length < 3 && Date.now() < deadline);
    expect(kindsOf(irn).sort()).toEqual(["intent", "outcome", "upstream"]);
    expect(await verify()).toMatchObject({ status: 0, verdict: { ok: true } });

    const { file = "", text = "" } = batches().find((batch) => batch.text.includes('"answer":"ok"')) ?? {};
    const kept = readFileSync(file);
    writeFileSync(file, gzipSync(text.replace('"answer":"ok"', '"answer":"unknown"')));
    const found = await verify();
    writeFileSync(file, kept);
    expect(found).toMatchObject({ status: 1, verdict: { ok: false, what: "changed" } });
    expect(await verify()).toMatchObject({ status: 0, verdict: { ok: true } });
  });
});
