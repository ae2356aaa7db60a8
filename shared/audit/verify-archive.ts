import type { Archive } from "./archive.ts";
import { type Batch, type ChainEnd, continued, decodeBatch, emptyChain, keyOf, placeOf } from "./chain.ts";
import type { AuditChains, AuditRow, AuditRows } from "./chains.ts";
import { type Difference, firstDifference } from "./compare-batch.ts";
import { keptUntil } from "./retention.ts";

export interface VerifyArchiveDeps {
  readonly chains: Pick<AuditChains, "head">;
  readonly trail: AuditRows;
  readonly archive: Pick<Archive, "get">;
  readonly retentionMonths: number;
  readonly now: () => Date;
  /** Told of each batch that is as it was. */
  readonly onBatch: (gstin: string, n: number) => void;
}

/** What is wrong, and at which place it is seen first. */
export interface Finding {
  readonly what: "removed" | "added" | "reordered" | "changed";
  readonly where: string;
}

export interface Verdict {
  readonly gstin: string;
  /** What is as it was, up to a finding. */
  readonly records: number;
  readonly batches: number;
  /** The last of its hashes: who writes it down can ask later whether the chain still contains it. */
  readonly head: string;
  readonly finding?: Finding;
}

const ROWS_AT_ONCE = 1000;

/**
 * Walks a GSTIN's chain from its first batch, and holds it against the rows of the table: everything that was archived must be
 * there unchanged, as long as the law wants it kept, and every row that the chain has come to must be archived. With `wanted`,
 * the chain must contain that hash. Throws when a store does not answer.
 */
export async function verifyArchive(deps: VerifyArchiveDeps, gstin: string, wanted?: string): Promise<Verdict> {
  const walk = { end: emptyChain(gstin), records: 0, batches: 0, hasWanted: wanted === undefined };
  walk.hasWanted ||= walk.end.hash === wanted;
  const finding = await firstFinding(deps, gstin, walk, wanted);
  const { records, batches, end } = walk;
  return { gstin, records, batches, head: end.hash, ...(finding && { finding }) };
}

interface Walk {
  end: ChainEnd;
  records: number;
  batches: number;
  hasWanted: boolean;
}

async function firstFinding(
  deps: VerifyArchiveDeps,
  gstin: string,
  walk: Walk,
  wanted: string | undefined,
): Promise<Finding | undefined> {
  const head = await deps.chains.head(gstin);
  walk.end = await beginning(deps, gstin, head?.n ?? 0);
  for (;;) {
    const n = walk.end.n + 1;
    const bytes = await deps.archive.get(keyOf(gstin, n));
    if (!bytes && n <= (head?.n ?? 0)) return { what: "removed", where: `batch ${n} is not in the archive` };
    if (!bytes) break;
    const batch = decodeBatch(bytes);
    if (!batch) return { what: "changed", where: `batch ${n} cannot be read` };
    const finding = await findingIn(deps, gstin, { end: walk.end, batch, head });
    if (finding) return finding;
    walk.hasWanted ||= batch.entries.some(({ hash }) => hash === wanted);
    walk.end = continued(gstin, walk.end, batch) ?? walk.end;
    walk.records += batch.entries.length;
    walk.batches += 1;
    if (n === head?.n && walk.end.hash !== head.hash) return headFinding(deps, gstin, walk.end, head);
    deps.onBatch(gstin, n);
  }
  return (await behind(deps, gstin, walk.end)) ?? (walk.hasWanted ? undefined : missing(wanted));
}

function missing(wanted: string | undefined): Finding {
  return { what: "removed", where: `the chain does not contain ${wanted}: it was cut and made anew` };
}

/**
 * Where the walk begins: behind the batches whose time is over, which are gone. What was the last record before tells whether
 * it is; where it does not, the walk begins with the first batch, and misses it.
 */
async function beginning(deps: VerifyArchiveDeps, gstin: string, last: number): Promise<ChainEnd> {
  const { archive } = deps;
  const isThere = async (n: number) => (await archive.get(keyOf(gstin, n))) !== undefined;
  if (last <= 1 || (await isThere(1))) return emptyChain(gstin);
  let [gone, there] = [1, last];
  while (there - gone > 1) {
    const middle = Math.floor((gone + there) / 2);
    if (await isThere(middle)) there = middle;
    else gone = middle;
  }
  const bytes = await archive.get(keyOf(gstin, there));
  const header = bytes && decodeBatch(bytes)?.header;
  if (!header?.after || isKept(deps, header.after.at)) return emptyChain(gstin);
  return { n: there - 1, hash: header.previous, last: header.after };
}

interface Link {
  /** Where the chain ended before. */
  readonly end: ChainEnd;
  readonly batch: Batch;
  readonly head: ChainEnd | undefined;
}

async function findingIn(deps: VerifyArchiveDeps, gstin: string, link: Link): Promise<Finding | undefined> {
  const { end, batch, head } = link;
  const n = end.n + 1;
  if (batch.header.n !== n)
    return { what: "reordered", where: `batch ${n} is batch ${batch.header.n} by its own word` };
  const behind = continued(gstin, end, batch);
  const rows = await rowsBetween(deps, gstin, end.last && placeOf(end.last), lastPlace(batch));
  const difference = firstDifference(batch.entries, rows, (at) => isKept(deps, at));
  if (!behind) return inTheArchive(n, difference);
  if (!difference) return undefined;
  return (await isConfirmed(deps, gstin, behind, head)) ? inTheTable(n, difference) : inTheArchive(n, difference);
}

/** Whether what comes next, the head at last, says so too: a batch alone can be hashed anew. */
async function isConfirmed(
  { archive }: VerifyArchiveDeps,
  gstin: string,
  { n, hash }: ChainEnd,
  head: ChainEnd | undefined,
): Promise<boolean> {
  if (n === head?.n) return hash === head.hash;
  const bytes = await archive.get(keyOf(gstin, n + 1));
  const next = bytes && decodeBatch(bytes);
  return !next || next.header.previous === hash;
}

/** What is no time has none to be over. */
function isKept({ retentionMonths, now }: VerifyArchiveDeps, at: string): boolean {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) || keptUntil(time, retentionMonths) > now();
}

function lastPlace({ entries }: Batch): string {
  return entries.map(({ record }) => placeOf(record)).reduce((last, place) => (place > last ? place : last));
}

/** The hashes are right: the archive is the witness, unless all of it that follows was made anew. */
function inTheTable(n: number, { is, place }: Difference): Finding {
  const where = { "no-row": "is gone from", "no-entry": "is only in", differs: "is in the archive otherwise than in" };
  const what = { "no-row": "removed", "no-entry": "added", differs: "changed" } as const;
  if (is === "unordered") return { what: "reordered", where: `batch ${n}, record ${place}` };
  return { what: what[is], where: `${place} (batch ${n}) ${where[is]} the table` };
}

/** The hashes are wrong: the table is the witness, for as long as it has the rows. */
function inTheArchive(n: number, difference: Difference | undefined): Finding {
  if (!difference) return { what: "changed", where: `batch ${n} does not continue the chain` };
  const what = { "no-row": "added", "no-entry": "removed", differs: "changed", unordered: "reordered" } as const;
  return { what: what[difference.is], where: `batch ${n} of the archive, record ${difference.place}` };
}

/** The archive is whole, and does not end where the head says: the last records were taken out, or the head was changed. */
async function headFinding(deps: VerifyArchiveDeps, gstin: string, end: ChainEnd, head: ChainEnd): Promise<Finding> {
  const [cut] = await rowsBetween(deps, gstin, end.last && placeOf(end.last), head.last ? placeOf(head.last) : "");
  if (cut) return { what: "removed", where: `batch ${end.n} of the archive, record ${cut.place}` };
  return { what: "changed", where: `batch ${end.n} does not end as the head in the table says` };
}

/** An archiver puts a batch, moves the head, and only then puts the next: no chain is further ahead of its head than that. */
async function behind({ chains }: VerifyArchiveDeps, gstin: string, end: ChainEnd): Promise<Finding | undefined> {
  const n = (await chains.head(gstin))?.n ?? 0;
  if (end.n <= n + 1) return undefined;
  return {
    what: "changed",
    where: `the head in the table is at batch ${n}, and the archive goes on to batch ${end.n}`,
  };
}

async function rowsBetween(
  { trail }: VerifyArchiveDeps,
  gstin: string,
  from: string | undefined,
  to: string,
): Promise<AuditRow[]> {
  const found: AuditRow[] = [];
  for (let after = from; ; ) {
    const { rows, isMore } = await trail.rows(gstin, { after, to, limit: ROWS_AT_ONCE });
    found.push(...rows);
    const last = rows.at(-1);
    if (!isMore || !last) return found;
    after = last.place;
  }
}
