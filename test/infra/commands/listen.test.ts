import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { guardedReceiver } from "../../../shared/net/guarded-receiver.ts";
import { signedHeaders } from "../../../shared/webhook/sign.ts";
import { runEinvoice } from "./run-einvoice.ts";

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;
const BODY = JSON.stringify({ type: "ewb.generated", timestamp: "", data: { ewbNo: "181000000001", place: "पुणे" } });

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "listen-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const started: ChildProcess[] = [];
afterEach(() => {
  for (const command of started.splice(0)) command.kill("SIGKILL");
});

/** The command as it runs: at a free port of its own, until it is stopped. */
async function listening(args: readonly string[], cwd = folder) {
  const file = join(process.cwd(), "infra/commands/einvoice.ts");
  const command = spawn(process.execPath, [file, "listen", "--port", "0", ...args], { cwd, env: {} });
  started.push(command);
  const ended = once(command, "close");
  const written = { stdout: "", stderr: "" };
  command.stdout.on("data", (chunk) => {
    written.stdout += chunk;
  });
  const url = await new Promise<string>((found) =>
    command.stderr.on("data", (chunk) => {
      written.stderr += chunk;
      const [, at] = /Listening on (http:\S+),.*\n\n$/s.exec(written.stderr) ?? [];
      if (at !== undefined) found(at);
    }),
  );
  const stop = async (signal: NodeJS.Signals) => {
    command.kill(signal);
    const [status] = await ended;
    return { status, ...written, lines: written.stdout.trimEnd().split("\n") };
  };
  return { url, stop, hangUp: () => command.stdout.destroy(), ended };
}

/** A delivery as the API makes it. */
async function deliver(url: string, { id = "e-1", body = BODY, secret = SECRET, at = new Date() } = {}) {
  const sender = guardedReceiver({ reach: { schemes: ["http"], addresses: "any" }, monotonicMs: () => 0 });
  const { status, answer } = await sender.post(url, signedHeaders({ id, body }, [secret], at), body);
  return { status, answer };
}

describe("einvoice listen", () => {
  it("prints each webhook as it is verified, and answers what the API takes for delivered", async () => {
    const { url, stop } = await listening(["--secret", SECRET]);
    expect(await deliver(url)).toEqual({ status: 204, answer: undefined });
    expect(await deliver(`${url}any/path`)).toMatchObject({ status: 204 });
    expect(await deliver(url, { secret: OTHER_SECRET })).toEqual({
      status: 401,
      answer: expect.stringContaining("no signature fits"),
    });
    expect(await deliver(url, { at: new Date(Date.now() - 3_600_000) })).toMatchObject({ status: 401 });

    const { status, lines, stderr } = await stop("SIGINT");
    expect(status).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}ewb\.generated {8}EWB 181000000001 {6}e-1 +verified$/),
      expect.stringMatching(/e-1 +verified, repeated$/),
      expect.stringMatching(/e-1 +refused, no signature fits/),
      expect.stringMatching(/e-1 +refused, its timestamp is more than 5 minutes old/),
    ]);
    expect(stderr).toContain("curl -s -X POST API_URL/webhooks/ENDPOINT_ID/test");
    expect(stderr).toMatch(/\n4 received, 1 of them repeated, 2 refused\n$/);
    expect(stderr).not.toContain(SECRET);
  });

  it("begins without a secret, says so, and how to get one", async () => {
    const { url, stop } = await listening([]);
    expect(await deliver(url, { secret: OTHER_SECRET })).toMatchObject({ status: 204 });
    expect((await fetch(url, { method: "POST", body: "hello" })).status).toBe(204);

    const { status, lines, stderr } = await stop("SIGTERM");
    expect(status).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(/e-1 +not verified$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}no event +not verified$/),
    ]);
    expect(stderr).toContain("NOT verified");
    expect(stderr).toContain(`curl -s API_URL/webhooks -H 'content-type: application/json' -d '{"url": "${url}"}'`);
    expect(stderr).toContain(`listen --port ${new URL(url).port} --secret whsec_…`);
  });

  it("gives lines that work as they are where a local cloud was started", async () => {
    const cloud = mkdtempSync(join(folder, "cloud-"));
    mkdirSync(join(cloud, ".local"));
    const clients = [{ clientId: "client-1", clientSecret: "s3cret" }, { clientId: "client-2" }];
    writeFileSync(join(cloud, ".local", "stack.json"), JSON.stringify({ apiUrl: "http://127.0.0.1:3000", clients }));
    const { stop } = await listening([], cloud);
    const { stderr } = await stop("SIGINT");
    expect(stderr).toContain("curl -s http://127.0.0.1:3000/webhooks ");
    expect(stderr).toContain("curl -s -u client-1:s3cret -d grant_type=client_credentials http://127.0.0.1:3000/oauth");
  });

  it("prints whole objects for programs", async () => {
    const { url, stop } = await listening(["--secret", SECRET, "--json"]);
    await deliver(url);
    await deliver(url, { secret: OTHER_SECRET });
    const { lines } = await stop("SIGINT");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at: expect.any(String), id: "e-1", signature: "verified", repeated: false, body: JSON.parse(BODY) },
      expect.objectContaining({ signature: "refused", reason: expect.stringContaining("no signature fits") }),
    ]);
  });

  it("answers what is no webhook, and goes on", async () => {
    const { url, stop } = await listening(["--secret", SECRET]);
    const got = await fetch(url);
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await fetch(url, { method: "POST", body: "x".repeat(5 * 1024 * 1024) })).status).toBe(413);
    expect((await fetch(url, { method: "POST", body: BODY })).status).toBe(401);
    expect(await deliver(url)).toMatchObject({ status: 204 });
    // One that is still sending holds nobody up.
    const unfinished = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {});
    await once(unfinished, "connect");
    unfinished.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
    await deliver(url, { id: "e-2" });
    const { status, lines } = await stop("SIGINT");
    expect(status).toBe(0);
    expect(lines).toHaveLength(3);
  });

  it("ends when nobody reads on", async () => {
    const { url, hangUp, ended } = await listening([]);
    hangUp();
    // The first line finds the pipe closed, if the write is not told so at once.
    await deliver(url);
    expect(await ended).toEqual([0, null]);
  });

  it("says that its port is taken, and what to do", async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const { port } = other.address() as { port: number };
    const { status, stderr } = await runEinvoice(["listen", "--port", String(port)], { cwd: folder, env: {} });
    other.close();
    expect([status, stderr]).toEqual([2, expect.stringContaining(`port ${port} is taken: stop what uses it`)]);
  });

  it.each<[readonly string[], string]>([
    [["--port", "65536"], '--port must be a number up to 65535, not "65536"'],
    [["--port", "http"], '--port must be a number up to 65535, not "http"'],
    [["--port"], "--port"],
    [["--secret", "hunter2"], "--secret is not one: it is whsec_ and base64"],
    [["--secret", "whsec_"], "--secret is not one"],
    [["--secret", `${SECRET}x`], "--secret is not one"],
    [["--secret", `whsec_${Buffer.alloc(23).toString("base64")}`], "--secret is not one"],
    [["--secret", `whsec_${Buffer.alloc(65).toString("base64")}`], "--secret is not one"],
    [["--secret", SECRET.slice("whsec_".length)], "--secret is not one"],
    [["--frobnicate"], "Unknown option '--frobnicate'"],
    [["4400"], "Unexpected argument '4400'"],
  ])("explains its usage for %j", async (args, message) => {
    const { status, stdout, stderr } = await runEinvoice(["listen", ...args], { cwd: folder, env: {} });
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: listen [--port N]");
    expect(stderr).not.toContain("hunter2");
  });
});
