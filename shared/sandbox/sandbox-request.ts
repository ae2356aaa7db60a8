import type { KeyRing } from "./keys.ts";
import type { Portal } from "./portal.ts";
import type { SandboxStore, Session } from "./sandbox-store.ts";

export interface SandboxSettings {
  /** 60 minutes in NIC's sandbox, 360 in production. */
  readonly tokenLifeSeconds: number;
  /** How long a registered document can be fetched. NIC's documents say 3 days, older ones 2. */
  readonly retrievalDays: number;
}

export interface SandboxDeps {
  readonly store: SandboxStore;
  readonly keys: KeyRing;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly settings: SandboxSettings;
}

/** A call at one of the portals, HTTP left behind. */
export interface SandboxRequest {
  readonly portal: Portal;
  readonly method: string;
  /** Without the portal's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By name as `headerName` writes it. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The one time that everything about this call goes by. */
  readonly at: Date;
}

/** A call that passed the checks of its caller. */
export interface SessionRequest extends SandboxRequest {
  readonly session: Session;
}

/** Clients write `client_id`, `client-id` and `Client_Id`; all of them are the same header here. */
export function headerName(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}
