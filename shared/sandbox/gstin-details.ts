import type { RegisteredTaxpayer } from "../invoice/check-context.ts";
import { states } from "../invoice/masters/states.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { fault } from "./codes.ts";
import { isSynced, synchronise } from "./registry.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";
import { taxpayerWith } from "./taxpayers.ts";

const TYPE = {
  regular: "REG",
  composition: "COM",
  "sez-unit": "SEZ",
  "sez-developer": "SED",
  casual: "CAS",
  "input-service-distributor": "ISD",
  uin: "UIN",
  tcs: "TCS",
  tds: "TDS",
  other: "OTH",
} as const satisfies Record<RegisteredTaxpayer["type"], string>;

const STATUS = { active: "ACT", suspended: "SUS", cancelled: "CNL", inactive: "INA" } as const;

/** `GET /eivital/v1.04/Master/gstin/{gstin}` */
export async function gstinDetails(deps: SandboxDeps, request: SessionRequest, gstin: string): Promise<Answer> {
  const found = await detailsOf(deps, request, gstin);
  return found === undefined ? refuse([fault("3001")]) : succeed({ ...found.details, ...found.days });
}

/** `GET /eivital/v1.03/Master/gstin/{gstin}`: the older version, without the two days. */
export async function gstinDetailsWithoutDays(
  deps: SandboxDeps,
  request: SessionRequest,
  gstin: string,
): Promise<Answer> {
  const found = await detailsOf(deps, request, gstin);
  return found === undefined ? refuse([fault("3001")]) : succeed(found.details);
}

/** `GET /eivital/v1.04/Master/syncgstin/{gstin}`: fetches the GSTIN from the common portal first. */
export async function syncGstin(deps: SandboxDeps, request: SessionRequest, gstin: string): Promise<Answer> {
  await synchronise(deps, request, gstin);
  return gstinDetails(deps, request, gstin);
}

async function detailsOf(deps: SandboxDeps, request: SessionRequest, gstin: string) {
  const taxpayer = taxpayerWith(gstin, await isSynced(deps, request, gstin));
  if (taxpayer === "nobody") return undefined;
  const { status, registeredOn, cancelledOn } = taxpayer;
  const DtDReg = status === "cancelled" ? isoDay(cancelledOn) : null;
  return { details: described(gstin, taxpayer), days: { DtReg: isoDay(registeredOn), DtDReg } };
}

function described(gstin: string, { type, status }: RegisteredTaxpayer) {
  const StateCode = Number(gstin.slice(0, 2));
  return {
    Gstin: gstin,
    TradeName: `Sandbox ${gstin}`,
    LegalName: `Sandbox ${gstin} Private Limited`,
    AddrBnm: "Sandbox House",
    AddrBno: "1",
    AddrFlno: "2",
    AddrSt: "Test Road",
    AddrLoc: states.get(StateCode)?.name ?? "India",
    StateCode,
    AddrPncd: (states.get(StateCode)?.pins[0]?.[0] ?? 999) * 1000 + 1,
    TxpType: TYPE[type],
    Status: STATUS[status],
    BlkStatus: "U",
  };
}

function isoDay(day: string | undefined): string | null {
  return day === undefined ? null : day.split("/").reverse().join("-");
}
