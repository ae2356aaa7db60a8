import { expect, it } from "vitest";
import { keptUntil } from "../../../shared/audit/retention.ts";

it.each([
  ["the first moment of a financial year", "2026-04-01T00:00:00+05:30", 72, "2034-01-01T00:00:00+05:30"],
  ["the last moment of the year before", "2026-03-31T23:59:59+05:30", 72, "2033-01-01T00:00:00+05:30"],
  ["a moment that is in March only in Greenwich", "2026-03-31T18:30:00Z", 72, "2034-01-01T00:00:00+05:30"],
  ["December", "2026-12-31T23:59:59+05:30", 72, "2034-01-01T00:00:00+05:30"],
  ["a leap day", "2028-02-29T12:00:00+05:30", 72, "2035-01-01T00:00:00+05:30"],
  ["the due date itself", "2026-08-18T12:00:00+05:30", 0, "2028-01-01T00:00:00+05:30"],
  ["a stage that keeps for some months more", "2026-08-18T12:00:00+05:30", 75, "2034-04-01T00:00:00+05:30"],
])("of %s (%s, %i months): %s", (_, at, months, until) => {
  expect(keptUntil(new Date(at), months)).toEqual(new Date(until));
});
