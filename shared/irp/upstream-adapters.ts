import type { Irp } from "./irp.ts";
import { nicIrp } from "./nic/client.ts";
import type { SessionDeps } from "./nic/session.ts";
import { nicWire, type WireDeps } from "./nic/wire.ts";
import type { Upstream } from "./portals.ts";

/** What an adapter may need to speak with its upstream. */
export type AdapterDeps = Omit<SessionDeps, "send"> & Omit<WireDeps, "upstream"> & { readonly upstream: Upstream };

/** How each protocol is spoken. */
const adapters: Readonly<Record<Upstream["protocol"], (deps: AdapterDeps) => Irp>> = {
  nic: (deps) => nicIrp({ ...deps, send: nicWire(deps) }),
};

/** The Irp that the configured upstream is. */
export function upstreamIrp(deps: AdapterDeps): Irp {
  return adapters[deps.upstream.protocol](deps);
}
