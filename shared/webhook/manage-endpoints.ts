import { Problem } from "../api/problem.ts";
import type { Vault } from "../vault.ts";
import type { Endpoint } from "./endpoint.ts";
import { type EndpointStore, MOST_ENDPOINTS } from "./endpoint-store.ts";
import { newSecret, sealSecret } from "./secrets.ts";

export interface ManageDeps {
  readonly endpoints: EndpointStore;
  readonly vault: Pick<Vault, "seal">;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** What a caller may say of an endpoint. */
export interface EndpointSettings {
  readonly url: string;
  readonly events?: Endpoint["events"] | undefined;
  readonly description?: string | undefined;
}

/** After a rotation the old secret signs beside the new one for so long. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** A new endpoint with its secret, which is shown this once. Throws a Problem when the GSTIN has as many as it may. */
export async function createEndpoint(
  deps: ManageDeps,
  gstin: string,
  settings: EndpointSettings,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string }> {
  if ((await deps.endpoints.list(gstin)).length >= MOST_ENDPOINTS)
    throw new Problem(
      "too_many_endpoints",
      `a GSTIN has up to ${MOST_ENDPOINTS} endpoints; delete one that is not used`,
    );
  const id = `we_${deps.newId()}`;
  const secret = newSecret(deps.randomBytes);
  const sealed = await sealSecret(deps.vault, { gstin, id }, secret);
  const createdAt = deps.now().toISOString();
  const secrets = [{ sealed }];
  const endpoint = withSettings({ v: 1, id, gstin, url: "", events: [], secrets, createdAt, revision: 1 }, settings);
  await deps.endpoints.create(endpoint);
  return { endpoint, secret };
}

/** Throws a Problem: 404 for another GSTIN's too. */
export async function ownEndpoint(
  { endpoints }: { readonly endpoints: Pick<EndpointStore, "find"> },
  gstin: string,
  id: string,
): Promise<Endpoint> {
  const endpoint = /^we_[\w-]{1,60}$/.test(id) ? await endpoints.find(gstin, id) : undefined;
  if (!endpoint) throw new Problem("not_found", "there is no such endpoint");
  return endpoint;
}

/** One that something can be sent to; throws a Problem. */
export async function enabledEndpoint(
  deps: { readonly endpoints: Pick<EndpointStore, "find"> },
  gstin: string,
  id: string,
): Promise<Endpoint> {
  const endpoint = await ownEndpoint(deps, gstin, id);
  if (endpoint.disabled) throw new Problem("endpoint_disabled", "enable the endpoint first");
  return endpoint;
}

/** The change of an endpoint as it is; made again on what somebody else changed meanwhile. Nothing is written of what is no change. */
export async function changeEndpoint(
  deps: { readonly endpoints: Pick<EndpointStore, "find" | "update"> },
  gstin: string,
  id: string,
  change: (endpoint: Endpoint) => Endpoint | Promise<Endpoint>,
): Promise<Endpoint> {
  const endpoint = await ownEndpoint(deps, gstin, id);
  const wanted = await change(endpoint);
  if (wanted === endpoint) return endpoint;
  const changed = { ...wanted, revision: endpoint.revision + 1 };
  const is = await deps.endpoints.update(changed);
  return is === "updated" ? changed : changeEndpoint(deps, gstin, id, change);
}

/** A new secret signs from now on, the old one beside it for a day. An older one ends at once. */
export async function rotateSecret(deps: ManageDeps, gstin: string, id: string) {
  const secret = newSecret(deps.randomBytes);
  const sealed = await sealSecret(deps.vault, { gstin, id }, secret);
  const until = new Date(deps.now().getTime() + GRACE_MS).toISOString();
  const endpoint = await changeEndpoint(deps, gstin, id, (before) => {
    const [current] = before.secrets;
    return { ...before, secrets: [{ sealed }, ...(current ? [{ ...current, until }] : [])] };
  });
  return { endpoint, secret, until };
}

/** What is left out stays as it is; an empty description is none. Another server does not answer for the last one's failures. */
export function withSettings(
  { description: before, failingSince, ...endpoint }: Endpoint,
  {
    url = endpoint.url,
    events = endpoint.events,
    description = before,
  }: { [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined },
): Endpoint {
  return {
    ...endpoint,
    url,
    events: [...new Set(events)],
    ...(description && { description }),
    ...(failingSince !== undefined && url === endpoint.url && { failingSince }),
  };
}

export function disabledByOwner(endpoint: Endpoint, at: Date): Endpoint {
  return endpoint.disabled ? endpoint : { ...endpoint, disabled: { at: at.toISOString(), reason: "by_owner" } };
}

/** Enabled again, with a clean record: what failed before does not count against it. */
export function enabled(endpoint: Endpoint): Endpoint {
  if (!endpoint.disabled) return endpoint;
  const { disabled: _, failingSince: __, ...rest } = endpoint;
  return rest;
}
