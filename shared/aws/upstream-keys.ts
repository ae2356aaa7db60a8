import { type PortalKeys, portalKeys } from "../irp/portal-keys.ts";
import type { ReadSecret } from "./secret-upstream.ts";

const TIMEOUT_MS = 5_000;

/** The portals' public keys, from the upstream secret or the address that it names. */
export function upstreamKeys(secret: () => Promise<Pick<ReadSecret, "keys">>): PortalKeys {
  return portalKeys(
    async () => (await secret()).keys,
    async (url) => (await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })).json(),
  );
}
