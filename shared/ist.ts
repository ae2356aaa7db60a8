/**
 * Indian Standard Time. The portals speak wall-clock IST without an offset (irp-protocol: "yyyy-MM-dd HH:mm:ss",
 * documents "dd/MM/yyyy"); everything of ours speaks RFC 3339 with +05:30.
 */
const IST_OFFSET_MS = 5.5 * 60 * 60 * 1000;

/** Instant → `2026-08-18T14:03:09+05:30`. */
export function toIstTimestamp(at: Date): string {
  return `${shifted(at).toISOString().slice(0, 19)}+05:30`;
}

/** Instant → `2026-08-18T14:03:09.123+05:30`. */
export function toIstMilliseconds(at: Date): string {
  return `${shifted(at).toISOString().slice(0, 23)}+05:30`;
}

/** Instant → `2026-08-18 14:03:09`, the portals' own form. */
export function toPortalTime(at: Date): string {
  return shifted(at).toISOString().slice(0, 19).replace("T", " ");
}

/** `2026-08-18 14:03:09` (portal, IST) → `2026-08-18T14:03:09+05:30`. Throws a RangeError on any other shape. */
export function portalTimeToTimestamp(portalTime: string): string {
  const timestamp = `${portalTime.replace(" ", "T")}+05:30`;
  // The way to an instant and back tells a day of the calendar from 30 February.
  const isShaped = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(portalTime);
  if (!isShaped || toIstTimestamp(new Date(timestamp)) !== timestamp) throw new RangeError("not a portal time");
  return timestamp;
}

/** The portal's wall clock as an instant. */
export function portalTimeToDate(portalTime: string): Date {
  return new Date(portalTimeToTimestamp(portalTime));
}

/** Instant → `18/08/2026`, the day in India as documents write it. */
export function toDocumentDate(at: Date): string {
  const [year, month, day] = shifted(at).toISOString().slice(0, 10).split("-");
  return `${day}/${month}/${year}`;
}

/** The midnight in India that ends the instant's day. */
export function endOfDayInIndia(at: Date): Date {
  const day = shifted(at).toISOString().slice(0, 10);
  return new Date(Date.parse(`${day}T00:00:00+05:30`) + 24 * 60 * 60 * 1000);
}

/** The calendar year in whose March the instant's financial year ends. */
export function financialYearEnd(at: Date): number {
  const inIndia = shifted(at);
  return inIndia.getUTCFullYear() + (inIndia.getUTCMonth() >= 3 ? 1 : 0);
}

function shifted(at: Date): Date {
  return new Date(at.getTime() + IST_OFFSET_MS);
}
