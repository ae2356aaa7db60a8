import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import { canonicalJson } from "../canonical-json.ts";
import type { AuditPosition } from "./audit-log.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Position = z.strictObject({ at: z.string(), id: z.string() });

/** A record as it is kept: of any kind, those of later versions included, and every member that it has. */
export const KeptRecord = z.looseObject({ at: z.string(), id: z.string(), gstin: z.string() });
export type KeptRecord = z.infer<typeof KeptRecord>;

const Header = z.strictObject({
  v: z.literal(1),
  gstin: z.string(),
  /** Counts the batches of the GSTIN, from 1. */
  n: z.int().positive(),
  /** The last hash of the batch before; of the first one, the hash of the GSTIN. */
  previous: Hash,
  /** The last record of the batch before: it tells how old what is gone was, once the oldest batches have had their time. */
  after: Position.optional(),
});
const Entry = z.strictObject({ hash: Hash, record: KeptRecord });
/** A batch of one GSTIN's records: its own line, and one for each record, by time and id. */
const Batch = z.object({ header: Header, entries: z.array(Entry).min(1) });
export type Batch = z.infer<typeof Batch>;
export type Entry = z.infer<typeof Entry>;

/** The end of a chain as it is stored. */
export const StoredHead = z.object({ v: z.literal(1), n: z.int().positive(), hash: Hash, last: Position });

/** Where a chain ends, and the next batch goes on. */
export interface ChainEnd {
  /** Of the last batch; 0 before the first one. */
  readonly n: number;
  readonly hash: string;
  readonly last?: AuditPosition | undefined;
}

/** The end of a chain that has a batch. */
export interface ChainHead extends ChainEnd {
  readonly last: AuditPosition;
}

/** No batch is larger than this by far: what is, was not made by us. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A chain before its first batch. */
export function emptyChain(gstin: string): ChainEnd {
  return { n: 0, hash: hashed("", gstin) };
}

/** Under which key a batch is archived. */
export function keyOf(gstin: string, n: number): string {
  return `AUDIT/${gstin}/${String(n).padStart(10, "0")}.ndjson.gz`;
}

/**
 * The batch that continues a chain. Each hash is the SHA-256, in hex, of the hash before and the line's canonical JSON; the
 * header's line is the first, so that number, GSTIN and place in the chain are held too.
 */
export function nextBatch(gstin: string, end: ChainEnd, records: readonly KeptRecord[]): Batch {
  const after = end.last && { after: { at: end.last.at, id: end.last.id } };
  const header: Header = { v: 1, gstin, n: end.n + 1, previous: end.hash, ...after };
  let hash = headerHash(header);
  const entries = records.map((record) => {
    hash = hashed(hash, canonicalJson(record));
    return { hash, record };
  });
  return { header, entries };
}

/** NDJSON, each line canonical, compressed: whoever reads it needs no tools of ours. */
export function encodeBatch(batch: Batch): Uint8Array {
  return gzipSync(textOf(batch));
}

/** Undefined for anything that encodeBatch does not write. Says nothing about hashes. */
export function decodeBatch(bytes: Uint8Array): Batch | undefined {
  try {
    const text = gunzipSync(bytes, { maxOutputLength: MOST_BYTES }).toString();
    const [header, ...entries] = text.trimEnd().split("\n").map(parsed);
    const batch = Batch.parse({ header, entries });
    return textOf(batch) === text ? batch : undefined;
  } catch {
    return undefined;
  }
}

/** The chain's end behind the batch; undefined where the batch does not continue the chain, or one of its hashes is wrong. */
export function continued(gstin: string, end: ChainEnd, { header, entries }: Batch): ChainHead | undefined {
  const expected = nextBatch(
    gstin,
    end,
    entries.map(({ record }) => record),
  );
  const isSame = canonicalJson({ header, entries }) === canonicalJson(expected);
  if (!isSame || !isInOrder(end.last, entries)) return undefined;
  return endOf(expected);
}

/** Where the chain ends that this batch is the last of, by its own word. */
export function endOf({ header, entries }: Batch): ChainHead {
  const last = entries.at(-1);
  if (!last) throw new RangeError("a batch without records");
  const { at, id } = last.record;
  return { n: header.n, hash: last.hash, last: { at, id } };
}

/** Positions as text: it sorts as they do. No record is without an id: what is, is kept by its time alone. */
export function placeOf({ at, id }: AuditPosition): string {
  return id === "" ? at : `${at}#${id}`;
}

/** By time and id, each once, and all behind where the chain ended. */
export function isInOrder(after: AuditPosition | undefined, entries: readonly Entry[]): boolean {
  const places = [...(after ? [after] : []), ...entries.map(({ record }) => record)].map(placeOf);
  return places.every((place, i) => i === 0 || place > (places[i - 1] ?? ""));
}

type Header = z.infer<typeof Header>;

function headerHash(header: Header): string {
  return hashed(header.previous, canonicalJson(header));
}

function textOf({ header, entries }: Batch): string {
  return [header, ...entries].map((line) => `${canonicalJson(line)}\n`).join("");
}

function parsed(line: string): unknown {
  return JSON.parse(line);
}

function hashed(before: string, text: string): string {
  return createHash("sha256").update(before).update(text).digest("hex");
}
