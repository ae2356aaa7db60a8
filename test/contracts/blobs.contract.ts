import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import type { Blobs } from "../../shared/blobs.ts";
import { fresh } from "../fakes/a-request.ts";

/** What all Blobs must do. Each test uses keys of its own. */
export function blobsContract(makeBlobs: () => Blobs): void {
  it.each([0, 1, 3 * 1024 * 1024])("gives back the %i bytes that were put", async (size) => {
    const [blobs, key, bytes] = [makeBlobs(), `PAY/${fresh()}`, randomBytes(size)];
    await blobs.put(key, bytes);
    expect(Buffer.compare(await blobs.get(key), bytes)).toBe(0);
  });

  it("keeps what a key has first been given", async () => {
    const [blobs, key] = [makeBlobs(), `PAY/${fresh()}`];
    await blobs.put(key, Buffer.from("first"));
    await blobs.put(key, Buffer.from("second"));
    expect(Buffer.from(await blobs.get(key)).toString()).toBe("first");
  });

  it("takes one and the same from many at the same time", async () => {
    const [blobs, key, bytes] = [makeBlobs(), `PAY/${fresh()}`, randomBytes(1000)];
    await Promise.all(Array.from({ length: 20 }, () => blobs.put(key, bytes)));
    expect(Buffer.compare(await blobs.get(key), bytes)).toBe(0);
  });

  it("tells apart keys that are nearly the same", async () => {
    const [blobs, id] = [makeBlobs(), fresh()];
    const keys = [`PAY/${id}`, `PAY/${id}/`, `PAY/${id}/x`, `PAY/${id}.x`, `PAY/${id} (x)+~*!'é%2F`, `PAY//${id}`];
    for (const key of keys) await blobs.put(key, Buffer.from(key));
    for (const key of keys) expect(Buffer.from(await blobs.get(key)).toString()).toBe(key);
  });

  it("throws, and names the key, where nothing was put", async () => {
    const key = `PAY/${fresh()}`;
    await expect(makeBlobs().get(key)).rejects.toThrow(key);
  });
}
