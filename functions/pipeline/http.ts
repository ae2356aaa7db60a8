import type { About, Asked } from "../../shared/audit/record.ts";

/** One parsed, authenticated HTTP call, as operations see it. */
export interface Call<Body = undefined> {
  readonly requestId: string;
  readonly method: string;
  /** The concrete path, with its parameters filled in. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Checked by the route's schema. */
  readonly body: Body;
  /** Who calls; the route table says which routes ask for a token. */
  readonly caller: { readonly clientId: string; readonly gstin: string } | undefined;
  /** How the audit trail names the call; there where there is a caller. */
  readonly asked: Asked | undefined;
  /** Adds to what the audit trail says of the call. */
  readonly note: (about: CallNotes) => void;
}

/** `isAccepted`: the intent is recorded and the outcome will be, so that the call needs no record of its own. */
export interface CallNotes extends About {
  readonly isAccepted?: true;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON is written once; `text` and `bytes` go out as they are, byte for byte. */
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
}

export type Operation<Body = undefined> = (call: Call<Body>) => Promise<HttpAnswer>;

export function ok(json: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status: 200, json, headers };
}
