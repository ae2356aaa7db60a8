import * as z from "zod";
import { portalTimeToTimestamp } from "../../ist.ts";

/** The portals' time, as the IRN or as the e-way bill system writes it, in RFC 3339 with +05:30. */
export const PortalTime = z.string().transform((written, { addIssue }) => {
  try {
    return portalTimeToTimestamp(inOneForm(written.trim()));
  } catch {
    addIssue({ code: "custom", message: "not a portal time" });
    return z.NEVER;
  }
});

const EWAY_BILL_FORM = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{1,2})(:\d{2}:\d{2})(?: ([AP]M))?$/i;

/** `20/09/2022 12:10:00 PM` → `2022-09-20 12:10:00`; what is not in the e-way bill system's form, as it is. */
function inOneForm(written: string): string {
  const [whole, day, month, year, hour = "", rest, half] = EWAY_BILL_FORM.exec(written) ?? [];
  return whole === undefined ? written : `${year}-${month}-${day} ${hourOfDay(hour, half)}${rest}`;
}

function hourOfDay(hour: string, half: string | undefined): string {
  const hours = Number(hour);
  if (half === undefined) return hour.padStart(2, "0");
  if (hours < 1 || hours > 12) return ""; // No clock with a morning and an afternoon shows it.
  return String((hours % 12) + (half.toUpperCase() === "PM" ? 12 : 0)).padStart(2, "0");
}
