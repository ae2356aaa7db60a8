import * as z from "zod";
import type { Policy } from "../shared/budget/policy.ts";
import { Upstream } from "../shared/irp/portals.ts";
import type { Reach } from "../shared/webhook/endpoint-url.ts";

/** Everything in which one stage differs from another. Nothing else in the project asks where it runs. */
export interface Stage {
  readonly name: "local" | "sandbox" | "live";
  /** A stage is test or live, never both; every document says which. */
  readonly mode: "test" | "live";
  /** The portals to call; `sandbox` deploys our own beside the API. */
  readonly portals: "sandbox" | Upstream["portals"];
  /** How long a portal may take, how late its look-ups may be, and what a GSP wants otherwise than NIC. */
  readonly upstream: Omit<z.input<typeof Upstream>, "portals">;
  /** How many workers may call the IRP at once, per queue. */
  readonly workers: {
    readonly direct: number;
    readonly queued: number;
    /** And how many make first attempts of webhooks, ten at a time each: those that hang for 15 s must leave some free. */
    readonly deliveries: number;
  };
  /** Where webhooks may go. */
  readonly webhooks: Reach;
  /**
   * What the upstream allows for each GSTIN, where nobody set another limit for one. NIC publishes none; 60 a minute is what the
   * one GSP grants that publishes its own (OneFinOps).
   */
  readonly policy: Policy;
  /** How many callers may begin a long wait in ten seconds; the others are answered 202. Each keeps a function busy. */
  readonly longWaits: number;
  /**
   * How long documents and audit records are kept, in months from 31 December after their financial year: section 36 CGST says 72
   * months from the due date of the annual return.
   */
  readonly retentionMonths: number;
  /** The audit archive. */
  readonly archive: {
    /** COMPLIANCE: nobody undoes a lock before its time, the account's owner included. GOVERNANCE: who has the right of its own. */
    readonly lock: "COMPLIANCE" | "GOVERNANCE";
    /**
     * A record is archived when it is so old: longer than its writer may take to put it (30 s) with what clocks differ and calls
     * linger, so that none comes after its place was archived.
     */
    readonly settlesSeconds: number;
    /** Keeps one execution of the account's free for it. A new account has ten, all of which must stay unreserved. */
    readonly isAlone: boolean;
  };
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

const PUBLIC = { schemes: ["https"], ports: [443, 8443], addresses: "public" } satisfies Reach;

const test = {
  mode: "test",
  portals: "sandbox",
  upstream,
  workers: { direct: 10, queued: 5, deliveries: 20 },
  // Our own sandbox has no limit: this one is for trying what happens beyond it.
  policy: { calls: 100, perSeconds: 1, burst: 300, reserve: 100 },
  longWaits: 16,
  retentionMonths: 72,
  archive: { lock: "GOVERNANCE", settlesSeconds: 120, isAlone: false },
  keepData: false,
} as const;

/**
 * Throws a RangeError that names what is wrong with the stage. Of a live stage invoices and passwords go nowhere in the clear;
 * only a test stage may have portals on loopback, and only the local one has webhooks go to its own network.
 */
export function checkedStage<const Checked extends Stage>(stage: Checked): Checked {
  const { addresses, schemes } = stage.webhooks;
  if (stage.name !== "local" && (addresses !== "public" || schemes.includes("http")))
    throw new RangeError(`stage ${stage.name}: webhooks go to public servers by https`);
  if (stage.mode === "test" && stage.portals === "sandbox") return stage;
  if (stage.portals === "sandbox") throw new RangeError(`stage ${stage.name}: our sandbox registers nothing`);
  const upstream = Upstream.safeParse({ ...stage.upstream, portals: stage.portals });
  if (!upstream.success) throw new RangeError(`stage ${stage.name}: ${z.prettifyError(upstream.error)}`);
  const urls = upstream.data.portals.flatMap(({ url, ewayBillUrl = url }) => [url, ewayBillUrl]);
  const inTheClear = urls.find((url) => !url.startsWith("https:"));
  if (stage.mode === "live" && inTheClear) throw new RangeError(`stage ${stage.name}: ${inTheClear} is not https`);
  return stage;
}

export const stages = {
  local: {
    ...test,
    name: "local",
    webhooks: { schemes: ["https", "http"], addresses: "any" },
    // On one machine clocks do not differ and a put takes no time, and nobody wants to wait for minutes.
    archive: { ...test.archive, settlesSeconds: 10 },
    logRetentionDays: 1,
  },
  sandbox: checkedStage({ ...test, name: "sandbox", webhooks: PUBLIC, logRetentionDays: 30 }),
  live: checkedStage({
    name: "live",
    mode: "live",
    // NIC's production portals. A GSP's own addresses go here instead.
    portals: [
      { name: "NIC1", url: "https://api.einvoice1.gst.gov.in", ewayBillUrl: "https://api.ewaybillgst.gov.in" },
      { name: "NIC2", url: "https://api.einvoice2.gst.gov.in", ewayBillUrl: "https://api.ewaybillgst.gov.in" },
    ],
    upstream,
    workers: { direct: 50, queued: 10, deliveries: 100 },
    webhooks: PUBLIC,
    policy: { calls: 60, perSeconds: 60, burst: 20, reserve: 10 },
    longWaits: 400,
    retentionMonths: 72,
    archive: { lock: "COMPLIANCE", settlesSeconds: 120, isAlone: true },
    keepData: true,
    logRetentionDays: 365,
  }),
} as const satisfies Record<Stage["name"], Stage>;
