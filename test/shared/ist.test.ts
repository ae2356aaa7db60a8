import { describe, expect, it } from "vitest";
import {
  portalTimeToDate,
  portalTimeToTimestamp,
  toDocumentDate,
  toIstTimestamp,
  toPortalTime,
} from "../../shared/ist.ts";

describe("Indian Standard Time", () => {
  it.each([
    ["2026-08-18T08:33:09Z", "2026-08-18T14:03:09+05:30", "18/08/2026"],
    ["2026-08-18T18:29:59Z", "2026-08-18T23:59:59+05:30", "18/08/2026"],
    ["2026-08-18T18:30:00Z", "2026-08-19T00:00:00+05:30", "19/08/2026"],
    ["2026-12-31T18:29:59.999Z", "2026-12-31T23:59:59+05:30", "31/12/2026"],
    ["2026-12-31T18:30:00Z", "2027-01-01T00:00:00+05:30", "01/01/2027"],
    ["2026-03-31T18:29:59Z", "2026-03-31T23:59:59+05:30", "31/03/2026"],
    ["2026-03-31T18:30:00Z", "2026-04-01T00:00:00+05:30", "01/04/2026"],
    ["2028-02-28T18:30:00Z", "2028-02-29T00:00:00+05:30", "29/02/2028"],
    ["2028-02-29T18:30:00Z", "2028-03-01T00:00:00+05:30", "01/03/2028"],
    ["2100-02-28T18:30:00Z", "2100-03-01T00:00:00+05:30", "01/03/2100"],
    ["2026-08-18T14:03:09+05:30", "2026-08-18T14:03:09+05:30", "18/08/2026"],
  ])("%s is %s there, and the day %s", (instant, timestamp, day) => {
    const at = new Date(instant);

    expect(toIstTimestamp(at)).toBe(timestamp);
    expect(toDocumentDate(at)).toBe(day);
    expect(toPortalTime(at)).toBe(timestamp.slice(0, 19).replace("T", " "));
  });

  it.each(["2026-08-18 14:03:09", "2026-12-31 23:59:59", "2027-01-01 00:00:00", "2028-02-29 00:00:00"])(
    "the portals' %s survives the way to an instant and back",
    (portalTime) => {
      expect(toPortalTime(portalTimeToDate(portalTime))).toBe(portalTime);
      expect(new Date(portalTimeToTimestamp(portalTime))).toEqual(portalTimeToDate(portalTime));
    },
  );

  it.each([
    "",
    "2026-08-18",
    "2026-08-18T14:03:09",
    "2026-08-18 14:03",
    "2026-08-18 14:03:09.5",
    "2026-08-18 14:03:09Z",
    " 2026-08-18 14:03:09",
    "2026-08-18 14:03:09\n",
    "18/08/2026 14:03:09",
    "2026-13-18 14:03:09",
    "2026-08-32 14:03:09",
    "2026-02-30 14:03:09",
    "2026-08-18 24:00:00",
    "2026-08-18 25:03:09",
    "2026-08-18 14:60:09",
  ])("%j is no portal time", (text) => {
    expect(() => portalTimeToTimestamp(text)).toThrow(RangeError);
    expect(() => portalTimeToDate(text)).toThrow(RangeError);
  });
});
