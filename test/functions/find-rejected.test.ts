import { expect, it } from "vitest";
import { createHandler } from "../../functions/find-rejected/handler.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { aDocument, aRound, GSTIN, OTHER } from "../shared/document/a-round.ts";
import { aContext } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

/** The function with so many minutes left of its time. */
async function setup(gstins: string[] = [GSTIN, OTHER]) {
  const round = await aRound({ gstins });
  const recorded = recordingLog();
  const { onFailure: _, ...deps } = round.deps;
  const handler = createHandler({ ...deps, log: recorded.log, journal: anAuditTrail(() => new Date(0)).journal });
  const run = (minutes = 15) => handler({}, { ...aContext(), getRemainingTimeInMillis: () => minutes * 60_000 });
  return { ...round, ...recorded, run };
}

it("says what the round came to", async () => {
  const { rejects, run, lines, stored } = await setup();
  const document = aDocument();
  rejects([document]);
  await run();
  expect(stored(document.irn)?.status).toBe("REJ");
  expect(lines.at(-1)).toMatch(/^info .*\{ gstins: 2, marked: 1, busy: 0, failed: 0, days: 4, left: 0 \}/s);
});

it("says of whom it did not find out, and why", async () => {
  const { lists, run, lines } = await setup();
  lists.set(OTHER, { is: "refused", errors: [{ code: "3029", message: "m" }] });
  await run();
  const warnings = lines.filter((line) => line.startsWith("warn"));
  expect(warnings).toEqual([expect.stringContaining("refused: 3029"), expect.stringContaining(`gstin: '${OTHER}'`)]);
  expect(lines.at(-1)).toMatch(/^error .*gstins: 2, .*failed: 1, .*left: 0/s);
});

it("begins nobody in the last minute and a half of the function's time, and says how many are left", async () => {
  const { run, lines, asked } = await setup();
  await run(1.5);
  expect(asked).toEqual([]);
  expect(lines.at(-1)).toMatch(/^error .*gstins: 0, .*left: 2/s);
  await run(1.6);
  expect(lines.at(-1)).toMatch(/^info .*gstins: 2, .*left: 0/s);
});

it("fails when the GSTINs cannot be listed, so that Lambda tries again", async () => {
  const { deps } = await aRound();
  const gstins = () => {
    throw new Error("the table did not answer");
  };
  const handler = createHandler({
    ...deps,
    users: { gstins },
    log: recordingLog().log,
    journal: anAuditTrail(() => new Date(0)).journal,
  });
  await expect(handler({}, aContext())).rejects.toThrow("the table did not answer");
});
