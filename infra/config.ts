import type { Upstream } from "../shared/irp/portals.ts";

/** Everything in which one stage differs from another. Nothing else in the project asks where it runs. */
export interface Stage {
  readonly name: "local" | "sandbox" | "live";
  /** A stage is test or live, never both; every document says which. */
  readonly mode: "test" | "live";
  /** The portals to call; `sandbox` deploys our own beside the API. */
  readonly portals: "sandbox" | Upstream["portals"];
  /** How long a portal may take, and how late its look-ups may be. */
  readonly upstream: Pick<Upstream, "timeoutsMs" | "lookUpLagMs">;
  /** How many workers may call the IRP at once, per queue. */
  readonly workers: { readonly direct: number; readonly queued: number };
  /** Live data outlives its stack. */
  readonly keepData: boolean;
  readonly logRetentionDays: 1 | 30 | 365;
}

const upstream = {
  timeoutsMs: {
    login: 8_000,
    register: 25_000,
    "look-up": 8_000,
    cancel: 15_000,
    "eway-bill": 15_000,
    taxpayer: 8_000,
  },
  lookUpLagMs: 15_000,
} as const;

const test = {
  mode: "test",
  portals: "sandbox",
  upstream,
  workers: { direct: 10, queued: 5 },
  keepData: false,
} as const;

export const stages = {
  local: { ...test, name: "local", logRetentionDays: 1 },
  sandbox: { ...test, name: "sandbox", logRetentionDays: 30 },
  live: {
    name: "live",
    mode: "live",
    // NIC's production portals. A GSP's own addresses go here instead.
    portals: [
      { name: "NIC1", url: "https://api.einvoice1.gst.gov.in" },
      { name: "NIC2", url: "https://api.einvoice2.gst.gov.in" },
    ],
    upstream,
    workers: { direct: 50, queued: 10 },
    keepData: true,
    logRetentionDays: 365,
  },
} as const satisfies Record<Stage["name"], Stage>;
