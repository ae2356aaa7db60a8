import type { Fault } from "./codes.ts";

/** One entry of `InfoDtls`: something to know beside success or failure. Clients select by `InfCd`. */
export interface Info {
  readonly InfCd: "DUPIRN" | "DUPIRNGLP" | "EWBERR";
  readonly Desc: unknown;
}

/** What every endpoint answers. All four members are always there. */
export interface Answer {
  readonly Status: 0 | 1;
  readonly Data: unknown;
  readonly ErrorDetails: readonly Fault[] | null;
  readonly InfoDtls: readonly Info[] | null;
}

export function succeed(Data: unknown, ...info: Info[]): Answer {
  return { Status: 1, Data, ErrorDetails: null, InfoDtls: info.length > 0 ? info : null };
}

export function refuse(faults: readonly Fault[], ...info: Info[]): Answer {
  return { Status: 0, Data: null, ErrorDetails: faults, InfoDtls: info.length > 0 ? info : null };
}
