import { expect, it } from "vitest";
import { createHandler } from "../../functions/archive-audit/handler.ts";
import { keyOf } from "../../shared/audit/chain.ts";
import { anArchive, GSTIN, OTHER } from "../shared/audit/an-archive.ts";
import { aContext } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

/** The function with so many seconds left of its time. Two records of two GSTINs are due. */
async function setup() {
  const made = await anArchive({ gstins: [GSTIN, OTHER] });
  for (const gstin of [GSTIN, OTHER]) await made.append(1, gstin);
  await made.clock.sleep(130_000);
  const recorded = recordingLog();
  const { onFailure: _, ...deps } = made.deps;
  const handler = createHandler({ ...deps, log: recorded.log });
  const run = (seconds = 300) => handler({}, { ...aContext(), getRemainingTimeInMillis: () => seconds * 1000 });
  return { ...made, ...recorded, run };
}

it("says what the round came to", async () => {
  const { run, lines, chains } = await setup();
  await run();
  expect(await chains.head(GSTIN)).toMatchObject({ n: 1 });
  expect(lines.at(-1)).toMatch(/^info .*\{ gstins: 2, batches: 2, records: 2, failed: 0, left: 0 \}/s);
});

it("says of whom nothing could be archived, and why", async () => {
  const { run, lines, archive } = await setup();
  archive.objects.set(keyOf(OTHER, 1), { bytes: Buffer.from("x"), keptUntil: new Date(0) });
  await run();
  const warnings = lines.filter((line) => line.startsWith("warn"));
  expect(warnings).toEqual([expect.stringMatching(new RegExp(`gstin: '${OTHER}'.*does not continue the chain`, "s"))]);
  expect(lines.at(-1)).toMatch(/^error .*batches: 1, .*failed: 1/s);
});

it("says which row is not as we put them, and archives it", async () => {
  const { run, lines, table, chains } = await setup();
  const [record] = table.values();
  if (record) table.set(`${GSTIN} 2026#x`, record);
  await run();
  expect(lines.filter((line) => line.startsWith("error"))).toEqual([expect.stringMatching(/place: '2026#x'/)]);
  expect(await chains.head(GSTIN)).toMatchObject({ n: 1, last: { at: record?.at } });
});

it("begins no batch in the last forty seconds of the function's time, and says how many are left", async () => {
  const { run, lines, archive } = await setup();
  await run(40);
  expect(archive.objects.size).toBe(0);
  expect(lines.at(-1)).toMatch(/^error .*gstins: 0, .*left: 2/s);
  await run(41);
  expect(lines.at(-1)).toMatch(/^info .*gstins: 2, .*left: 0/s);
});
