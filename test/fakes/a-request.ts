import { randomBytes } from "node:crypto";
import type { Outcome } from "../../shared/request/request.ts";
import type { NewRequest } from "../../shared/request/request-store.ts";

export const AT = new Date("2026-08-18T09:00:00.000Z");

/** The time so many milliseconds after AT. */
export function at(ms: number): Date {
  return new Date(AT.getTime() + ms);
}

/** Text that no other test has used. */
export function fresh(): string {
  return randomBytes(12).toString("hex");
}

/** A claim in the making; `key` makes it another one for the same key. */
export function aRequest({ key = fresh(), ...rest }: Partial<NewRequest> = {}): NewRequest {
  return {
    key,
    rid: `${key}.${fresh()}`,
    owner: fresh(),
    gstin: "27AAAZA0001A1ZM",
    fp: "fp",
    docFp: "doc-fp",
    irn: fresh(),
    op: "register",
    flow: "direct",
    createdAt: AT.toISOString(),
    ...rest,
  };
}

export const REGISTERED: Outcome = { kind: "registered", status: 201, irn: "irn" };
