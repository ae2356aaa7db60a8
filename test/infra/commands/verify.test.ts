import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { financialYear, irnOf } from "../../../shared/invoice/irn.ts";
import { aCertificate } from "../../fakes/a-certificate.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { runEinvoice } from "./run-einvoice.ts";

const KID = "EDC57DE1358B300BA9F79340A6696831F3C85047";
const portal = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = portal.publicKey.export({ type: "spki", format: "pem" }).toString();
const jwk = { ...portal.publicKey.export({ format: "jwk" }), kid: KID };

let folder = "";
let keys = "";
let keyServer: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "verify-"));
  keys = aKeyFolder({ [`${KID}.pem`]: pem });
  keyServer = createServer((request, response) =>
    response.end(JSON.stringify(request.url === "/irp/sandbox/jwks.json" ? { keys: [jwk] } : {})),
  );
  await new Promise<void>((listening) => keyServer.listen(0, "127.0.0.1", listening));
});
afterAll(() => {
  keyServer.close();
  rmSync(folder, { recursive: true });
});

let made = 0;
function aKeyFolder(files: Readonly<Record<string, string | Buffer>>): string {
  const path = join(folder, `keys-${made++}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

function file(content: unknown): string {
  const path = join(folder, `file-${made++}`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runEinvoice(["verify", ...args], { cwd: folder, env });
}

function jwt(data: unknown, { key = portal.privateKey, kid = KID }: { key?: KeyObject; kid?: string } = {}): string {
  const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${segment({ alg: "RS256", kid })}.${segment({ data: JSON.stringify(data), iss: "NIC" })}`;
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

const { SellerDtls, DocDtls } = anInvoice();
const identity = { sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt };
const IRN = irnOf(identity);
const invoice = { AckNo: 172621144003124, AckDt: "2026-08-18 14:32:38", Irn: IRN, ...anInvoice() };
const qrOf = (Irn: string, DocNo = DocDtls.No) => ({
  SellerGstin: SellerDtls.Gstin,
  DocNo,
  DocTyp: "INV",
  DocDt: DocDtls.Dt,
  TotInvVal: 1180,
  Irn,
});
const pretty = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value, null, 2)}\n`).join("");
const GENUINE = `genuine, signed by NIC with the key ${KID}\nits IRN fits the content\n`;

describe("einvoice verify", () => {
  it("prints a genuine invoice and says so, and exits with 0", async () => {
    expect(await run(["--keys", keys, jwt(invoice)])).toEqual({
      status: 0,
      stdout: pretty(invoice),
      stderr: `invoice: ${GENUINE}`,
    });
  });

  it.each([
    ["our API", "signedInvoice", "signedQrCode"],
    ["the portals", "SignedInvoice", "SignedQRCode"],
    ["other tools", "signedInvoice", "signedQr"],
  ])("reads both tokens as %s names them", async (_, invoiceName, qrName) => {
    const path = file({ irn: IRN, [invoiceName]: jwt(invoice), [qrName]: jwt(qrOf(IRN)), other: null });

    expect(await run([path, "--keys", keys])).toEqual({
      status: 0,
      stdout: pretty(invoice, qrOf(IRN)),
      stderr: `invoice: ${GENUINE}QR code: ${GENUINE}`,
    });
  });

  it("reads a file that holds one token, as a scanner writes it", async () => {
    const { status, stderr } = await run(["--keys", keys, file(`\ufeff${jwt(qrOf(IRN))}\r\n`)]);
    expect([status, stderr]).toEqual([0, `QR code: ${GENUINE}`]);
  });

  it("says why a token is not genuine, prints what it claims, and exits with 1", async () => {
    const forged = jwt(qrOf(IRN), { key: stranger.privateKey });
    expect(await run(["--keys", keys, forged])).toEqual({
      status: 1,
      stdout: pretty(qrOf(IRN)),
      stderr: "QR code: not genuine: signature verification failed\n",
    });
    const unknown = await run(["--keys", keys, jwt(qrOf(IRN), { kid: "OTHER" })]);
    expect([unknown.status, unknown.stderr]).toEqual([
      1,
      "QR code: not genuine: it is signed with a key that is not known (OTHER)\n",
    ]);
  });

  it("is not content with one genuine token of two", async () => {
    const path = file({ signedInvoice: jwt(invoice, { key: stranger.privateKey }), signedQrCode: jwt(qrOf(IRN)) });
    const { status, stderr } = await run(["--keys", keys, path]);

    expect(status).toBe(1);
    expect(stderr).toBe(`invoice: not genuine: signature verification failed\nQR code: ${GENUINE}`);
  });

  it("does not let the invoice of one document pass with the QR code of another", async () => {
    const other = qrOf(irnOf({ ...identity, docNo: "OTHER/1" }), "OTHER/1");
    const path = file({ signedInvoice: jwt(invoice), signedQrCode: jwt(other) });
    const { status, stderr } = await run(["--keys", keys, path]);

    expect(status).toBe(1);
    expect(stderr).toContain("different IRNs");
  });

  it("says whether the IRN fits the content, also for a number that was hashed as typed", async () => {
    const wrong = await run(["--keys", keys, jwt({ ...invoice, Irn: "a".repeat(64) })]);
    expect([wrong.status, wrong.stderr]).toEqual([
      0,
      expect.stringContaining(`its IRN does not fit the content: it would be ${IRN}\n`),
    ]);
    // What irnOf gives for a number in small letters, had it kept them.
    const old = { ...identity, docNo: "inv/a", docDate: "01/05/2021" };
    const text = `${old.sellerGstin}${financialYear(old.docDate)}INVinv/a`;
    const asTyped = { ...qrOf(Buffer.from(await sha256(text)).toString("hex"), "inv/a"), DocDt: old.docDate };
    expect((await run(["--keys", keys, jwt(asTyped)])).stderr).toContain(
      "its IRN fits the content, with the number as",
    );
    expect((await run(["--keys", keys, jwt({ ...qrOf(IRN), DocDt: "x" })])).stderr).toContain("not a document date");
  });

  it("tells the content of anything else that a portal signed", async () => {
    const { status, stdout, stderr } = await run(["--keys", keys, jwt({ other: 1 })]);
    expect([status, stdout]).toEqual([0, pretty({ other: 1 })]);
    expect(stderr).toBe(`token: genuine, signed by NIC with the key ${KID}\n`);
  });

  const keyFolders: [string, () => Readonly<Record<string, string | Buffer>>, string][] = [
    ["a bare key, called as its file", () => ({ "OWN.key.pem": pem }), "OWN.key"],
    ["a JWK", () => ({ "any.json": JSON.stringify(jwk) }), KID],
    ["a JWKS", () => ({ "any.json": JSON.stringify({ keys: [jwk] }) }), KID],
  ];
  it.each(keyFolders)("takes %s", async (_, files, kid) => {
    expect((await run(["--keys", aKeyFolder(files()), jwt(qrOf(IRN), { kid })])).status).toBe(0);
  });

  it("takes certificates in PEM and DER, called by their thumbprint whatever their file's name", async () => {
    const certificate = aCertificate(portal.privateKey);
    const der = Buffer.from(certificate.replaceAll(/-----.*-----|\s/g, ""), "base64");
    const kid = Buffer.from(await crypto.subtle.digest("SHA-1", der))
      .toString("hex")
      .toUpperCase();

    for (const content of [certificate, der])
      expect((await run(["--keys", aKeyFolder({ "nic.cer": content }), jwt(qrOf(IRN), { kid })])).status).toBe(0);
  });

  it("passes over what holds no public key, and says so", async () => {
    const privatePem = portal.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const mixed = aKeyFolder({
      [`${KID}.pem`]: pem,
      "README.md": "keys",
      "index.json": "{}",
      "private.pem": privatePem,
    });
    mkdirSync(join(mixed, "old"));
    const { status, stderr } = await run(["--keys", mixed, jwt(qrOf(IRN))]);

    expect(status).toBe(0);
    for (const name of ["README.md", "index.json", "private.pem"])
      expect(stderr).toContain(`${join(mixed, name)}: holds no public key, passed over\n`);
    expect(stderr).not.toContain(`${KID}.pem`);
  });

  it("takes the local cloud's keys where none are named", async () => {
    const { port } = keyServer.address() as AddressInfo;
    const local = aKeyFolder({ "stack.json": JSON.stringify({ irpUrl: `http://127.0.0.1:${port}/irp` }) });

    expect((await run([jwt(qrOf(IRN))], { LOCAL_DIR: local })).status).toBe(0);
    const forged = jwt(qrOf(IRN), { key: stranger.privateKey });
    expect((await run([forged], { LOCAL_DIR: local })).status).toBe(1);
  });

  it("says how to name keys where there is no local cloud, or none that answers", async () => {
    const none = await run([jwt(qrOf(IRN))]);
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("with --keys DIR")]);
    const stopped = aKeyFolder({ "stack.json": JSON.stringify({ irpUrl: "http://127.0.0.1:1" }) });
    const { status, stderr } = await run([jwt(qrOf(IRN))], { LOCAL_DIR: stopped });
    expect([status, stderr]).toEqual([2, expect.stringContaining("npm start")]);
  });

  it.each<[string, () => string, string]>([
    ["absent.json", () => "absent.json", "there is no such file"],
    ["a folder", () => folder, "it is a folder"],
    ["an invoice", () => file(anInvoice()), "holds neither a signed invoice nor a signed QR code"],
    ["null", () => file("null"), "is neither a token nor a JSON object"],
    ["any text", () => file("text"), "is neither a token nor a JSON object"],
  ])("can not read %s, and exits with 2", async (_, source, message) => {
    const { status, stdout, stderr } = await run(["--keys", keys, source()]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it.each<[readonly string[], string]>([
    [[], "name one file, or give one token"],
    [["a.json", "b.json"], "name one file, or give one token"],
    [["a.json", "--frobnicate"], "Unknown option '--frobnicate'"],
    [["a.b.c", "--keys", "absent"], "--keys absent: there is no such folder"],
  ])("explains its usage for %j", async (args, message) => {
    const { status, stdout, stderr } = await run(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: verify [--keys DIR] FILE|JWT");
  });

  it("wants a key in the folder", async () => {
    const { status, stderr } = await run(["--keys", aKeyFolder({ "README.md": "none" }), jwt(qrOf(IRN))]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("there is no PEM, JWK or JWKS file in it")]);
  });
});

function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", Buffer.from(text));
}
