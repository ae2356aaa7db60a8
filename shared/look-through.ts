/** What is asked for stands in no index, so that it is looked for; never further than so many rows in one call. */
const MOST_READS = 5;
const READ_SIZE = 100;

export interface Pages<Row, Entry, Position> {
  /** The rows behind a position, so many at the most; without one, from the first on. */
  read(limit: number, before: Position | undefined): Promise<Page<Row, Position>>;
  /** What there is to show of the rows, in their order. */
  show(rows: readonly Row[]): Promise<readonly Entry[]>;
  positionOf(entry: Entry): Position;
}

export interface Page<Row, Position> {
  readonly rows: readonly Row[];
  /** Absent when there is nothing more. */
  readonly next?: Position | undefined;
}

interface Wanted<Position> {
  /** How many entries to show, 1 to 100. */
  readonly limit: number;
  /** Whether rows are passed over, so that it pays to read many at once. */
  readonly isFiltered: boolean;
  readonly before: Position | undefined;
}

/** The entries that a list shows. It may be shorter than asked for, even empty, and go on at `next`. */
export async function lookThrough<Row, Entry, Position extends object>(
  pages: Pages<Row, Entry, Position>,
  { limit, isFiltered, before }: Wanted<Position>,
): Promise<{ readonly found: readonly Entry[]; readonly next?: Position }> {
  const found: Entry[] = [];
  let next = before;
  for (let reads = 0; reads < MOST_READS; reads++) {
    const page = await pages.read(isFiltered ? READ_SIZE : limit, next);
    found.push(...(await pages.show(page.rows)));
    const last = found[limit - 1];
    if (last && found.length > limit) return { found: found.slice(0, limit), next: pages.positionOf(last) };
    next = page.next;
    if (last || !next) break;
  }
  return { found, ...(next && { next }) };
}
