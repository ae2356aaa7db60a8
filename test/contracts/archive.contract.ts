import { expect, it } from "vitest";
import type { Archive } from "../../shared/audit/archive.ts";
import { fresh } from "../fakes/a-request.ts";

export const KEPT_UNTIL = new Date("2099-12-31T18:30:00.000Z");

/** What every Archive must do. Each test uses keys of its own. */
export function archiveContract(makeArchive: () => Archive): void {
  const newKey = () => `AUDIT/${fresh()}/0000000001.ndjson.gz`;

  it("gives back what was put", async () => {
    const [archive, key, bytes] = [makeArchive(), newKey(), Buffer.from([0, 255, 10, 13])];
    expect(await archive.put(key, bytes, KEPT_UNTIL)).toBe("written");
    expect(Buffer.from((await archive.get(key)) ?? [])).toEqual(bytes);
  });

  it("says what is there already, and leaves it", async () => {
    const [archive, key] = [makeArchive(), newKey()];
    await archive.put(key, Buffer.from("first"), KEPT_UNTIL);
    expect(await archive.put(key, Buffer.from("second"), KEPT_UNTIL)).toBe("exists");
    expect(Buffer.from((await archive.get(key)) ?? []).toString()).toBe("first");
  });

  it("lets one of many at the same time write", async () => {
    const [archive, key] = [makeArchive(), newKey()];
    const puts = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => archive.put(key, Buffer.from(`of ${i}`), KEPT_UNTIL)),
    );
    const winners = puts.flatMap((put, i) => (put === "written" ? [`of ${i}`] : []));
    expect(winners).toEqual([Buffer.from((await archive.get(key)) ?? []).toString()]);
  });

  it("has nothing where nothing was put", async () => {
    expect(await makeArchive().get(newKey())).toBeUndefined();
  });
}
