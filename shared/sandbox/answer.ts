import type { Fault } from "./codes.ts";

/** One entry of `InfoDtls`: something to know beside success or failure. Clients select by `InfCd`. */
export interface Info {
  readonly InfCd: "DUPIRN" | "DUPIRNGLP" | "EWBERR" | "EWBPPD";
  readonly Desc: unknown;
}

/** Ways of writing an answer that are in the portals' documents or in captures, beside the usual one. */
export type Variant = "details-text" | "details-base64" | "text-status" | "inner-base64" | "no-info";

/** How an answer goes out when it does not go out as usual. Never part of the answer itself. */
export interface Manner {
  /** A gateway speaks in the portal's place. */
  readonly status?: 502 | 504;
  /** The answer breaks off in the middle. */
  readonly cut?: boolean;
  readonly delaySeconds?: number;
  readonly variant?: Variant | undefined;
  /** `ewayapi` has members and an encoding of errors of its own. */
  readonly envelope?: "ewayapi";
}

/** What every endpoint answers. All four members are always there. */
export interface Answer {
  readonly Status: 0 | 1;
  readonly Data: unknown;
  readonly ErrorDetails: readonly Fault[] | null;
  readonly InfoDtls: readonly Info[] | null;
  readonly manner?: Manner;
}

export function succeed(Data: unknown, ...info: Info[]): Answer {
  return { Status: 1, Data, ErrorDetails: null, InfoDtls: info.length > 0 ? info : null };
}

export function refuse(faults: readonly Fault[], ...info: Info[]): Answer {
  return { Status: 0, Data: null, ErrorDetails: faults, InfoDtls: info.length > 0 ? info : null };
}

/** The same answer, gone out in this manner; what was said of its manner before stays where this says nothing. */
export function inManner(answer: Answer, manner: Manner): Answer {
  return { ...answer, manner: { ...answer.manner, ...manner } };
}
