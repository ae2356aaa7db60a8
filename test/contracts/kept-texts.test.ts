import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { dynamoDocumentReader, dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { AT, aRequest, fresh } from "../fakes/a-request.ts";
import { memoryBlobs } from "../fakes/memory-blobs.ts";
import { type EngineTables, startEngineTables } from "./engine-tables.ts";

const StoredItem = z.object({ item: z.record(z.string(), z.unknown()), text: z.string() });
const v1 = z
  .object({ answer: StoredItem, payload: StoredItem })
  .parse(JSON.parse(readFileSync("test/vectors/stored-items/v1.json", "utf8")));

let tables: EngineTables;
beforeAll(async () => {
  tables = await startEngineTables();
});
afterAll(() => tables.stop());

function setup(blobs = memoryBlobs()) {
  const { db, names } = tables;
  const itemOf = async (TableName: string, Key: Record<string, string>) =>
    (await db.send(new GetCommand({ TableName, Key }))).Item;
  return {
    blobs,
    requests: dynamoRequestStore(db, names.requests, blobs),
    documents: dynamoDocumentStore(db, names, blobs),
    answerItem: (irn: string) => itemOf(names.documents, { pk: `RESP#${irn}` }),
    payloadItem: (key: string, rid: string) => itemOf(names.requests, { pk: key, sk: `PAY#${rid}` }),
    put: (TableName: string, Item: Record<string, unknown>) => db.send(new PutCommand({ TableName, Item })),
  };
}

/** A megabyte that nothing makes smaller. */
const largeText = () => JSON.stringify({ text: randomBytes(700_000).toString("base64") });
const aPayload = (body: unknown = {}) => ({ method: "POST", path: "/irn", query: {}, body });

describe("items of version 1", () => {
  it("are answers that are still read, and stand against later ones", async () => {
    const { documents, put } = setup();
    const { item, text } = v1.answer;
    await put(tables.names.documents, { ...item, body: Buffer.from(String(item["body"]), "base64") });
    const irn = String(item["pk"]).replace("RESP#", "");

    expect(await documents.answer(irn)).toBe(text);
    expect(await documents.freezeAnswer(irn, "later")).toBe(text);
  });

  it("are payloads that are still read", async () => {
    const { requests, put } = setup();
    const { item, text } = v1.payload;
    await put(tables.names.requests, { ...item, payload: Buffer.from(String(item["payload"]), "base64") });
    const [key, rid] = [String(item["pk"]), String(item["sk"]).replace("PAY#", "")];
    const request = aRequest({ key, rid });
    await requests.claim(request, AT);
    await requests.accept(rid, request.owner, AT);

    expect(JSON.stringify((await requests.open(rid))?.payload)).toBe(text);
  });
});

describe("a text that fits an item", () => {
  it("is in it, and there is no object", async () => {
    const { requests, documents, blobs, answerItem, payloadItem } = setup();
    const [irn, { key, rid }] = [fresh(), aRequest()];
    await documents.freezeAnswer(irn, "{}");
    await requests.savePayload(rid, aPayload(), AT);

    expect(await answerItem(irn)).toEqual({ pk: `RESP#${irn}`, v: 2, bytes: expect.any(Uint8Array) });
    expect(await payloadItem(key, rid)).toEqual({
      ...{ pk: key, sk: `PAY#${rid}`, v: 2, bytes: expect.any(Uint8Array) },
      expiresAt: AT.getTime() / 1000 + 15 * 86_400,
    });
    expect(blobs.objects.size).toBe(0);
  });
});

describe("a text that fits no item", () => {
  it("is an object that the item refers to, and the item is short", async () => {
    const { requests, documents, blobs, answerItem, payloadItem } = setup();
    const [irn, { key, rid }] = [fresh(), aRequest()];
    await documents.freezeAnswer(irn, largeText());
    await requests.savePayload(rid, aPayload(largeText()), AT);

    const [answer = "", payload = ""] = blobs.objects.keys();
    expect(answer).toMatch(new RegExp(`^RESP/${irn}/[0-9a-f]{64}$`));
    expect(payload).toMatch(new RegExp(`^PAY/${rid.replace(".", "\\.")}/[0-9a-f]{64}$`));
    expect(await answerItem(irn)).toEqual({ pk: `RESP#${irn}`, v: 2, blob: answer });
    const expiresAt = AT.getTime() / 1000 + 15 * 86_400;
    expect(await payloadItem(key, rid)).toEqual({ pk: key, sk: `PAY#${rid}`, v: 2, blob: payload, expiresAt });
  });

  it("of whoever comes second leaves an object that nobody refers to", async () => {
    const { documents, blobs } = setup();
    const [irn, first, second] = [fresh(), largeText(), largeText()];
    expect((await documents.freezeAnswer(irn, first)) === first).toBe(true);
    expect((await documents.freezeAnswer(irn, second)) === first).toBe(true);
    expect((await documents.answer(irn)) === first).toBe(true);
    expect(blobs.objects.size).toBe(2);
  });

  it("is one for all who freeze it at the same time", async () => {
    const { documents } = setup();
    const [irn, texts] = [fresh(), Array.from({ length: 8 }, largeText)];
    const frozen = await Promise.all(texts.map((text) => documents.freezeAnswer(irn, text)));
    expect(new Set(frozen).size).toBe(1);
    expect(texts).toContain(frozen[0]);
    expect((await documents.answer(irn)) === frozen[0]).toBe(true);
  });

  it("is not referred to when it could not be put", async () => {
    const failing = { ...memoryBlobs(), put: () => Promise.reject(new Error("S3 is away")) };
    const { requests, documents, answerItem, payloadItem } = setup(failing);
    const [irn, { key, rid }] = [fresh(), aRequest()];
    await expect(documents.freezeAnswer(irn, largeText())).rejects.toThrow("S3 is away");
    await expect(requests.savePayload(rid, aPayload(largeText()), AT)).rejects.toThrow("S3 is away");
    expect(await answerItem(irn)).toBeUndefined();
    expect(await payloadItem(key, rid)).toBeUndefined();
  });

  it("is not read when its object was changed or is gone, and the other answers are", async () => {
    const { documents, blobs } = setup();
    const [irn, other] = [fresh(), fresh()];
    await documents.freezeAnswer(irn, largeText());
    await documents.freezeAnswer(other, "{}");
    const [key = ""] = blobs.objects.keys();
    blobs.objects.set(key, randomBytes(10));
    await expect(documents.answer(irn)).rejects.toThrow(`${key} is not what was put there`);
    blobs.objects.delete(key);
    await expect(documents.answer(irn)).rejects.toThrow(key);
    const { db, names } = tables;
    await expect(dynamoDocumentReader(db, names.documents).answer(irn)).rejects.toThrow("does not look");
    expect(await dynamoDocumentReader(db, names.documents).answer(other)).toBe("{}");
  });
});
