import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The public members of an RSA key as JWKS print them. */
export interface RsaJwk {
  readonly n: string;
  readonly e: string;
}

/** No configuration of the machine has a say in a verdict; reading none is faster, too. */
const env = { ...process.env, OPENSSL_CONF: "/dev/null" };

/** Why nothing can be judged here, or undefined. Only Node and npm are sure to be on a machine. */
export const noOpenssl =
  spawnSync("openssl", ["version"]).status === 0 ? undefined : "`openssl version` can not run on this machine";

/** Every cryptographic step of the suite is one run of this command; Node only encodes and decodes base64. */
function openssl(args: readonly string[], input: Uint8Array | string = ""): Buffer {
  return execFileSync("openssl", args, { input, env, stdio: ["pipe", "pipe", "pipe"] });
}

export function randomBytes(count: number): Buffer {
  return openssl(["rand", String(count)]);
}

export function sha256Hex(text: string): string {
  return openssl(["dgst", "-sha256", "-binary"], text).toString("hex");
}

/** ECB takes no IV; `enc` pads as PKCS7 does. */
export function encryptAes(key: Buffer, plain: Uint8Array | string): string {
  return openssl(["enc", "-aes-256-ecb", "-K", key.toString("hex")], plain).toString("base64");
}

export function decryptAes(key: Buffer, base64: string): Buffer {
  return openssl(["enc", "-d", "-aes-256-ecb", "-K", key.toString("hex")], Buffer.from(base64, "base64"));
}

export function encryptRsa(publicPem: string, plain: string): string {
  return withFiles({ key: publicPem }, ({ key }) =>
    openssl(["pkeyutl", "-encrypt", "-pubin", "-inkey", key, "-pkeyopt", "rsa_padding_mode:pkcs1"], plain),
  ).toString("base64");
}

export function decryptRsa(privatePem: string, base64: string): string {
  return withFiles({ key: privatePem }, ({ key }) =>
    openssl(
      ["pkeyutl", "-decrypt", "-inkey", key, "-pkeyopt", "rsa_padding_mode:pkcs1"],
      Buffer.from(base64, "base64"),
    ),
  ).toString();
}

/** Is the third segment an RS256 signature over the first two, just as they were sent? */
export function isSignedBy(publicPem: string, jwt: string): boolean {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  return withFiles({ key: publicPem, signature: Buffer.from(signature, "base64url") }, (paths) => {
    const args = ["dgst", "-sha256", "-verify", paths.key, "-signature", paths.signature];
    return spawnSync("openssl", args, { input: `${header}.${payload}`, env }).status === 0;
  });
}

/** A SubjectPublicKeyInfo built member by member. */
export function pemOf({ n, e }: RsaJwk): string {
  const conf = [
    "asn1=SEQUENCE:info",
    "[info]\nalgorithm=SEQUENCE:rsa\nkey=BITWRAP,SEQUENCE:numbers",
    "[rsa]\noid=OID:rsaEncryption\nparameters=NULL",
    `[numbers]\nn=INTEGER:0x${hex(n)}\ne=INTEGER:0x${hex(e)}`,
  ].join("\n");
  return withFiles({ conf, der: "" }, (paths) => {
    openssl(["asn1parse", "-genconf", paths.conf, "-noout", "-out", paths.der]);
    return openssl(["pkey", "-pubin", "-inform", "DER", "-in", paths.der]).toString();
  });
}

export function newPrivatePem(): string {
  return openssl(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]).toString();
}

export function publicPemOf(privatePem: string): string {
  return openssl(["pkey", "-pubout"], privatePem).toString();
}

function hex(base64url: string): string {
  return Buffer.from(base64url, "base64url").toString("hex");
}

/** The command reads keys and signatures from files only. They live as long as the work on them. */
function withFiles<Name extends string, Result>(
  contents: Readonly<Record<Name, string | Uint8Array>>,
  work: (paths: Readonly<Record<Name, string>>) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    const names = Object.keys(contents) as Name[];
    for (const name of names) writeFileSync(join(folder, name), contents[name]);
    return work(Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Record<Name, string>);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
