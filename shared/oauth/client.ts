import { createHash, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { scopes } from "../api/scope.ts";

/** An OAuth client: one program that speaks for one GSTIN. Its secrets are kept as hashes; two may be valid at once. */
export const Client = z.object({
  v: z.literal(1),
  clientId: z.string(),
  gstin: z.string(),
  scopes: z.array(z.enum(scopes)),
  secretHashes: z.array(z.string()).max(2),
  createdAt: z.string(),
});
export type Client = z.infer<typeof Client>;

export interface ClientStore {
  /** Never overwrites. */
  create(client: Client): Promise<"created" | "taken">;
  find(clientId: string): Promise<Client | undefined>;
}

/** SHA-256 in hex. The secrets are 256 random bits, so a slow hash would add nothing but load. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares in constant time. An unknown client is compared too, so that the time does not tell which part was wrong. */
export function holdsSecret(client: Client | undefined, secret: string): client is Client {
  const offered = Buffer.from(hashSecret(secret));
  const hashes = client?.secretHashes ?? [hashSecret("nobody's secret")];
  const matches = hashes.filter((hash) => timingSafeEqual(Buffer.from(hash), offered));
  return client !== undefined && matches.length > 0;
}
