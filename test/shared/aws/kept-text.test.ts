import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { keepBytes } from "../../../shared/aws/kept-bytes.ts";
import { keepText, keptText } from "../../../shared/aws/kept-text.ts";
import { memoryBlobs } from "../../fakes/memory-blobs.ts";

const ITEM_BYTES = 350 * 1024;
/** Text that packs into about as many bytes. */
const textOf = (bytes: number) => JSON.stringify({ text: randomBytes(bytes).toString("hex") });
const LONG = textOf(ITEM_BYTES + 20_000);

describe("text that an item keeps", () => {
  it("is packed into it, and nothing is put elsewhere", async () => {
    const blobs = memoryBlobs();
    const text = textOf(ITEM_BYTES - 60_000);
    const kept = await keepText(blobs, "PAY/rid", text);
    expect(kept).toEqual({ v: 2, bytes: expect.any(Uint8Array) });
    expect(blobs.objects.size).toBe(0);
    expect(await keptText(undefined, { pk: "x", ...kept, expiresAt: 1 })).toBe(text);
  });

  it("is in an object where the item would be too large, named by kind, id and hash", async () => {
    const blobs = memoryBlobs();
    const kept = await keepText(blobs, "RESP/irn", LONG);
    const [[key, bytes] = ["", new Uint8Array()], ...others] = blobs.objects;
    expect(others).toEqual([]);
    expect(key).toBe(`RESP/irn/${createHash("sha256").update(bytes).digest("hex")}`);
    expect(kept).toEqual({ v: 2, blob: key });
    expect(await keptText(blobs, kept)).toBe(LONG);
  });

  it("fits an item up to 350 KB", async () => {
    const [most, tooMany] = [randomBytes(ITEM_BYTES), randomBytes(ITEM_BYTES + 1)];
    expect(await keepBytes(undefined, "SANDBOX/irn", most)).toEqual({ bytes: most });
    const kept = await keepBytes(memoryBlobs(), "SANDBOX/irn", tooMany);
    expect(kept).toEqual({ blob: expect.stringMatching(/^SANDBOX\/irn\/[0-9a-f]{64}$/) });
  });

  it("never shares an object with another text of the same id", async () => {
    const blobs = memoryBlobs();
    const texts = [LONG, textOf(ITEM_BYTES + 20_000)];
    const kept = [];
    for (const text of texts) kept.push(await keepText(blobs, "RESP/irn", text));
    for (const [i, text] of texts.entries()) expect(await keptText(blobs, kept[i])).toBe(text);
  });

  it("is not referred to before it is put, and not at all where it cannot be", async () => {
    const failing = { ...memoryBlobs(), put: () => Promise.reject(new Error("S3 is away")) };
    await expect(keepText(failing, "PAY/rid", LONG)).rejects.toThrow("S3 is away");
    await expect(keepText(undefined, "PAY/rid", LONG)).rejects.toThrow(/\d+ bytes of PAY\/rid fit no item/);
  });

  it("is not read from an object that was changed, is missing or lies elsewhere", async () => {
    const blobs = memoryBlobs();
    const kept = await keepText(blobs, "RESP/irn", LONG);
    const other = await keepText(blobs, "RESP/irn", textOf(ITEM_BYTES + 20_000));
    const [key = "", otherKey = ""] = blobs.objects.keys();
    expect([kept, other]).toEqual([
      { v: 2, blob: key },
      { v: 2, blob: otherKey },
    ]);
    blobs.objects.set(key, blobs.objects.get(otherKey) ?? new Uint8Array());
    await expect(keptText(blobs, kept)).rejects.toThrow("is not what was put there");
    blobs.objects.delete(key);
    await expect(keptText(blobs, kept)).rejects.toThrow(key);
    await expect(keptText(undefined, other)).rejects.toThrow("where this function does not look");
  });

  it("is still read from items of version 1, which held gzip of it", async () => {
    const text = '{"b":1,"a":"उदाहरण ₹ 😀 \\u00e9","n":1.0 }';
    expect(await keptText(undefined, { pk: "RESP#irn", v: 1, body: gzipSync(text) })).toBe(text);
    expect(await keptText(undefined, { pk: "key", sk: "PAY#rid", v: 1, payload: gzipSync(text) })).toBe(text);
  });

  it.each([{}, { v: 1 }, { v: 2 }, { v: 3, bytes: gzipSync("x") }, { v: 2, blob: 1 }])(
    "is no text: %j",
    async (item) => {
      await expect(keptText(memoryBlobs(), item)).rejects.toThrow();
    },
  );
});
