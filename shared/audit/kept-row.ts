import { KeptRecord, placeOf } from "./chain.ts";
import type { AuditRow } from "./chains.ts";
import { timeOf } from "./retention.ts";

/** Under it is archived what a row holds that is no record: no record has such a member. */
const NO_RECORD = "noRecord";

/**
 * A row as it is archived, and compared later. Nothing in a row stops its GSTIN's chain: text that UTF-8 has no form for is made
 * well-formed, and what is kept under another GSTIN, time or id than its own was not put by us and is archived under its place,
 * as `{at, id, gstin, noRecord}`.
 */
export function keptFrom(gstin: string, { place, record }: AuditRow): KeptRecord {
  const { success, data } = KeptRecord.safeParse(record);
  const isRecord = success && timeOf(data.at) && data.id !== "" && data.gstin === gstin && placeOf(data) === place;
  return KeptRecord.parse(wellFormed(isRecord ? data : { ...positionAt(place), gstin, [NO_RECORD]: record }));
}

export function isNoRecord(record: KeptRecord): boolean {
  return NO_RECORD in record;
}

/** What placeOf makes this place of. */
function positionAt(place: string) {
  const [at = "", ...id] = place.split("#");
  return id.join("#") === "" ? { at: place, id: "" } : { at, id: id.join("#") };
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
}
