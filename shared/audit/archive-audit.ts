import { isDeepStrictEqual } from "node:util";
import type { GstinList } from "../irp/irp.ts";
import { toIstMilliseconds } from "../ist.ts";
import type { Archive } from "./archive.ts";
import { continued, decodeBatch, emptyChain, encodeBatch, endOf, keyOf, nextBatch, placeOf } from "./chain.ts";
import type { AuditChains, AuditRows } from "./chains.ts";
import { keptFrom } from "./kept-row.ts";
import { keptUntil } from "./retention.ts";

export interface ArchiveAuditDeps {
  /** Who may have records before a chain was begun. */
  readonly users: GstinList;
  readonly chains: AuditChains;
  readonly trail: AuditRows;
  readonly archive: Archive;
  /** How long after its time a record may still be put. */
  readonly settlesMs: number;
  readonly retentionMonths: number;
  readonly now: () => Date;
  /** Told of each GSTIN that could not be archived. Nobody else is held up by it, and the next round tries again. */
  readonly onFailure: (failure: { readonly gstin: string; readonly error: unknown }) => void;
  /** Told of each row that could not be archived as it is: its text is not well-formed, or it is no record. See keptFrom. */
  readonly onOddRow: (row: { readonly gstin: string; readonly place: string }) => void;
}

/** What a round came to. */
export interface ArchiveRound {
  readonly gstins: number;
  readonly batches: number;
  readonly records: number;
  readonly failed: number;
  /** GSTINs whose turn did not come, or was not over. */
  readonly left: number;
}

const MOST_RECORDS = 1000;
const AT_ONCE = 10;
const ROUND_MS = 5 * 60_000;
/** Steps of this part of a circle come nowhere near each other for the longest: no GSTIN is at the end of many rounds. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Continues the chain of every GSTIN with its records up to `settlesMs` ago: none is put behind that any more, so none is passed
 * over. Two archivers at once, or one after a crash, do no harm. Begins no batch after `until`. Throws only when the GSTINs
 * cannot be listed.
 */
export async function archiveAudit(deps: ArchiveAuditDeps, until: Date): Promise<ArchiveRound> {
  const began = deps.now();
  const to = toIstMilliseconds(new Date(began.getTime() - deps.settlesMs));
  const gstins = inTurn(await everybody(deps), began);
  const waiting = gstins.values();
  const sum = { gstins: 0, batches: 0, records: 0, failed: 0 };
  let left = gstins.length;

  async function archiveOne(gstin: string): Promise<boolean> {
    for (;;) {
      if (deps.now() >= until) return false;
      const page = await archiveNext(deps, gstin, to);
      sum.batches += page.records > 0 ? 1 : 0;
      sum.records += page.records;
      if (!page.isMore) return true;
    }
  }

  async function workOff(): Promise<void> {
    while (deps.now() < until) {
      const { value: gstin } = waiting.next();
      if (gstin === undefined) return;
      sum.gstins += 1;
      const isOver = await archiveOne(gstin).catch((error: unknown) => {
        sum.failed += 1;
        deps.onFailure({ gstin, error });
        return true;
      });
      left -= isOver ? 1 : 0;
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  return { ...sum, left };
}

/** Who has an API user now, and whoever has a chain from when he had one. */
async function everybody({ users, chains }: ArchiveAuditDeps): Promise<string[]> {
  const found = new Set<string>();
  for (const list of [users, chains]) for await (const gstin of list.gstins()) found.add(gstin);
  return [...found].sort();
}

/** Each round begins at another place, so that where time runs out it is not always the same who wait. */
function inTurn(gstins: readonly string[], now: Date): string[] {
  const round = Math.floor(now.getTime() / ROUND_MS);
  const start = Math.floor(gstins.length * ((round * GOLDEN) % 1));
  return [...gstins.slice(start), ...gstins.slice(0, start)];
}

/** One batch, and the head moved behind it. */
async function archiveNext(
  { chains, trail, archive, retentionMonths, now, onOddRow }: ArchiveAuditDeps,
  gstin: string,
  to: string,
): Promise<{ readonly records: number; readonly isMore: boolean }> {
  const end = (await chains.head(gstin)) ?? emptyChain(gstin);
  const after = end.last && placeOf(end.last);
  const { rows, isMore } = await trail.rows(gstin, { after, to, limit: MOST_RECORDS });
  if (rows.length === 0) return { records: 0, isMore: false };
  const records = rows.map((row) => keptFrom(gstin, row));
  const batch = nextBatch(gstin, end, records);
  const head = endOf(batch);
  const key = keyOf(gstin, head.n);
  const until = lockedUntil(head.last.at, retentionMonths, now());
  if ((await archive.put(key, encodeBatch(batch), until)) === "written") {
    for (const [i, { place, record }] of rows.entries())
      if (!isDeepStrictEqual(record, records[i])) onOddRow({ gstin, place });
    await chains.move(gstin, head);
    return { records: rows.length, isMore };
  }
  // An archiver crashed before it moved the head, or is about to.
  const earlier = await archive.get(key);
  const before = earlier && decodeBatch(earlier);
  if (!before || !continued(gstin, end, before)) throw new Error(`${key} does not continue the chain of ${gstin}`);
  await chains.move(gstin, endOf(before));
  return { records: before.entries.length, isMore: true };
}

/** Nothing is locked until a time that is over, and what is no record may have any time, or none: its lock is as of now. */
function lockedUntil(at: string, months: number, now: Date): Date {
  const time = new Date(at);
  const until = time <= now ? keptUntil(time, months) : now;
  return until > now ? until : keptUntil(now, months);
}
