import type { Vault } from "../vault.ts";
import type { Endpoint } from "./endpoint.ts";

/** 32 random bytes as Standard Webhooks writes them. */
export function newSecret(randomBytes: (size: number) => Uint8Array): string {
  return `whsec_${Buffer.from(randomBytes(32)).toString("base64")}`;
}

type Of = Pick<Endpoint, "gstin" | "id">;

export function sealSecret(vault: Pick<Vault, "seal">, endpoint: Of, secret: string): Promise<string> {
  return vault.seal(contextOf(endpoint), secret);
}

/** Those that sign now, the newest first: after a rotation two, until the old one's time is over. */
export function openSecrets(vault: Pick<Vault, "open">, endpoint: Endpoint, now: Date): Promise<string[]> {
  const valid = endpoint.secrets.filter(({ until }) => until === undefined || now.getTime() < Date.parse(until));
  return Promise.all(valid.map(({ sealed }) => vault.open(contextOf(endpoint), sealed)));
}

function contextOf({ gstin, id }: Of): string {
  return `webhook#${gstin}#${id}`;
}
