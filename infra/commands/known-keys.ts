import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";
import * as z from "zod";
import { type PortalKeys, portalKeys } from "../../shared/irp/portal-keys.ts";
import { isCertificate, PortalKey } from "../../shared/irp/portals.ts";
import { UsageError } from "./usage.ts";

const KeyFile = z.union([z.object({ keys: z.array(PortalKey) }), PortalKey.transform((key) => ({ keys: [key] }))]);
const Stack = z.object({ irpUrl: z.url() });

/** The keys in the folder, or those of the local cloud's sandbox. Throws a UsageError where there are none. */
export function knownKeys(folder: string | undefined): PortalKeys {
  const keys = folder === undefined ? { jwksUri: sandboxKeys() } : { keys: keysIn(folder) };
  return portalKeys(async () => keys, fetchKeys);
}

/** A file that holds no key is passed over, and said to be. */
function keysIn(folder: string): PortalKey[] {
  const keys = filesIn(folder).flatMap((name) => {
    const found = keysFrom(name, readFileSync(join(folder, name)));
    if (found.length === 0) console.error(`${join(folder, name)}: holds no public key, passed over`);
    return found;
  });
  if (keys.length === 0) throw new UsageError(`--keys ${folder}: there is no PEM, JWK or JWKS file in it`);
  return keys;
}

function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch {
    throw new UsageError(`--keys ${folder}: there is no such folder`);
  }
}

/** A certificate names its key itself; a bare public key is called as its file. */
function keysFrom(name: string, content: Buffer): PortalKey[] {
  const key = isCertificate(content)
    ? { pem: new X509Certificate(content).toString() }
    : (jsonOf(content) ?? { pem: content.toString(), kid: parse(name).name });
  const file = KeyFile.safeParse(key);
  return file.success ? file.data.keys : [];
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}

function sandboxKeys(): string {
  const file = join(process.env["LOCAL_DIR"] ?? ".local", "stack.json");
  try {
    const { irpUrl } = Stack.parse(JSON.parse(readFileSync(file, "utf8")));
    return `${irpUrl}/sandbox/jwks.json`;
  } catch {
    throw new UsageError(
      `there is no ${file} of a local cloud: name a folder of the portals' certificates with --keys DIR`,
    );
  }
}

async function fetchKeys(url: string): Promise<unknown> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok)
    throw new UsageError(`${url} does not answer: start the local cloud with npm start, or name keys with --keys DIR`);
  return response.json();
}
