import { canonicalJson } from "../canonical-json.ts";
import type { Archive } from "./archive.ts";
import { type Batch, type ChainEnd, continued, decodeBatch, emptyChain, keyOf, placeOf } from "./chain.ts";
import { type AuditChains, type AuditRow, type AuditRows, NoHeadError } from "./chains.ts";
import { firstDifference } from "./compare-batch.ts";
import { type Finding, inTheArchive, inTheTable } from "./finding.ts";
import { isNoRecord, keptFrom } from "./kept-row.ts";
import { notArchived } from "./not-archived.ts";
import { keptUntil, LAW_MONTHS, timeOf } from "./retention.ts";

export interface VerifyArchiveDeps {
  readonly chains: Pick<AuditChains, "head">;
  readonly trail: AuditRows;
  readonly archive: Pick<Archive, "get">;
  readonly retentionMonths: number;
  readonly now: () => Date;
  /** Told of each batch that is as it was. */
  readonly onBatch: (gstin: string, n: number) => void;
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
 * there unchanged, as long as the law wants it kept, and every row that the chain has come to must be archived, or will be soon.
 * With `wanted`, the chain must contain that hash: nothing else finds that the end of it was cut off with its rows, and the head
 * set back. Throws when a store does not answer.
 */
export async function verifyArchive(deps: VerifyArchiveDeps, gstin: string, wanted?: string): Promise<Verdict> {
  const walk: Walk = { end: emptyChain(gstin), records: 0, batches: 0, hasWanted: wanted === undefined };
  walk.hasWanted ||= walk.end.hash === wanted;
  const finding = await firstFinding(deps, gstin, walk, wanted).catch(noHead);
  const { records, batches, end } = walk;
  return { gstin, records, batches, head: end.hash, ...(finding && { finding }) };
}

interface Walk {
  end: ChainEnd;
  records: number;
  batches: number;
  hasWanted: boolean;
  /** What was archived though it is no record. It stays in the archive, so it must not hide what is behind it. */
  intruder?: Finding;
}

function noHead(error: unknown): Finding {
  if (!(error instanceof NoHeadError)) throw error;
  return { what: "changed", where: error.message };
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
    const intruder = batch.entries.find(({ record }) => isNoRecord(record));
    if (intruder)
      walk.intruder ??= { what: "added", where: `${placeOf(intruder.record)} (batch ${n}) is no audit record` };
    walk.hasWanted ||= batch.entries.some(({ hash }) => hash === wanted);
    walk.end = continued(gstin, walk.end, batch) ?? walk.end;
    walk.records += batch.entries.length;
    walk.batches += 1;
    const atHead = n === head?.n ? await headFinding(deps, gstin, walk.end, head) : undefined;
    if (atHead) return atHead;
    deps.onBatch(gstin, n);
  }
  const ahead = await behind(deps, gstin, walk.end);
  if (ahead) return ahead;
  if (!walk.hasWanted) return missing(wanted);
  const place = await notArchived(deps, gstin, walk.end);
  return place === undefined ? walk.intruder : { what: "not archived", where: `${place} is only in the table` };
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
  const difference = firstDifference(
    batch.entries,
    rows.map((row) => keptFrom(gstin, row)),
    (record) => !isNoRecord(record) && isKept(deps, record.at),
  );
  if (!behind) return inTheArchive(n, difference);
  if (!difference) return expiryFinding(deps, n, rows);
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
  const time = timeOf(at);
  return !time || keptUntil(time, retentionMonths) > now();
}

/** A row stays as long as the law wants it to. Rows of before a stage was made to keep them longer than that keep their time. */
function expiryFinding(
  { retentionMonths }: VerifyArchiveDeps,
  n: number,
  rows: readonly AuditRow[],
): Finding | undefined {
  const months = Math.min(retentionMonths, LAW_MONTHS);
  const isLate = ({ place, expiresAt }: AuditRow) => {
    const at = timeOf(place.slice(0, place.indexOf("#")));
    if (!at) return true;
    return typeof expiresAt === "number" && expiresAt * 1000 >= keptUntil(at, months).getTime();
  };
  const early = rows.find((row) => !isLate(row));
  return (
    early && { what: "changed", where: `${early.place} (batch ${n}) does not stay in the table until its time is over` }
  );
}

function lastPlace({ entries }: Batch): string {
  return entries.map(({ record }) => placeOf(record)).reduce((last, place) => (place > last ? place : last));
}

/** Where the archive is whole, and does not end as the head says: the last records were taken out, or the head was changed. */
async function headFinding(
  deps: VerifyArchiveDeps,
  gstin: string,
  end: ChainEnd,
  head: ChainEnd,
): Promise<Finding | undefined> {
  const isSame = end.hash === head.hash;
  if (isSame && canonicalJson(end.last ?? {}) === canonicalJson(head.last ?? {})) return undefined;
  if (isSame)
    return { what: "changed", where: `the head in the table names another last record than batch ${end.n} has` };
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
