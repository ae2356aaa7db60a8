import type { Registry } from "../invoice/check-context.ts";
import { toDocumentDate } from "../ist.ts";
import { distanceKm } from "./distance.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";
import { changesBySync, taxpayerWith } from "./taxpayers.ts";

/** The look-ups of the rules, for a document with these parties. */
export async function registryOf(
  deps: SandboxDeps,
  request: SessionRequest,
  gstins: readonly string[],
): Promise<Registry> {
  const asked = gstins.filter(changesBySync);
  const synced = await Promise.all(asked.map(async (gstin) => ((await isSynced(deps, request, gstin)) ? [gstin] : [])));
  const known = new Set(synced.flat());
  return { taxpayer: (gstin) => taxpayerWith(gstin, known.has(gstin)), distance: distanceKm, hsn };
}

/** The customs tariff has chapters 01 to 98 without 77, services are 99. The sandbox has no list of the codes below them. */
function hsn(code: string): false | undefined {
  return /^(00|77)/.test(code) ? false : undefined;
}

/** Whether this caller has asked for synchronisation of the GSTIN today. Nobody sees what another has synchronised. */
export async function isSynced({ store }: SandboxDeps, request: SessionRequest, gstin: string): Promise<boolean> {
  return changesBySync(gstin) && (await store.findNote(noteOf(request, gstin))) !== undefined;
}

/** Takes the GSTIN over from the common portal; it lasts until the day in India ends, so that it can be tried again. */
export async function synchronise({ store }: SandboxDeps, request: SessionRequest, gstin: string): Promise<void> {
  if (changesBySync(gstin)) await store.keepNote(noteOf(request, gstin), request.at.toISOString());
}

function noteOf({ session, at }: SessionRequest, gstin: string): string {
  return `synced#${session.gstin}#${gstin}#${toDocumentDate(at)}`;
}
