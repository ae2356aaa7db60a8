import { scopes } from "../api/scope.ts";
import { type ClientStore, hashSecret } from "./client.ts";

export interface RegisterClientDeps {
  readonly clients: ClientStore;
  readonly mode: "test" | "live";
  readonly now: () => Date;
  /** 256 random bits in base64url: both spellings of Basic credentials agree on that alphabet. */
  readonly newSecret: () => string;
  readonly newId: () => string;
}

/** Makes a client for one GSTIN. The secret is returned this once and stored as a hash. */
export async function registerClient(
  deps: RegisterClientDeps,
  gstin: string,
): Promise<{ clientId: string; clientSecret: string }> {
  const clientId = `${deps.mode}_${deps.newId()}`;
  const clientSecret = `eis_${deps.mode}_${deps.newSecret()}`;
  const created = await deps.clients.create({
    v: 1,
    clientId,
    gstin,
    scopes: [...scopes],
    secretHashes: [hashSecret(clientSecret)],
    createdAt: deps.now().toISOString(),
  });
  if (created === "taken") throw new Error("a client with this id exists: the ids are not random");
  return { clientId, clientSecret };
}
