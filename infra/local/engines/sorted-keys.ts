export interface KeyRange {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  reverse?: boolean;
  /** -1: no limit. */
  limit?: number;
}

/** A chunk is split when it grows beyond this: a new key moves so many at the most. */
const mostInChunk = 1024;

/** Keys in order, in chunks. A range may be read while keys come and go; each step looks for its place afresh. */
export function sortedKeys() {
  const chunks: string[][] = [[]];

  /** The last chunk that begins at or before the key. */
  const chunkOf = (key: string) => Math.max(0, firstIndex(chunks.length, (at) => (chunks[at]?.[0] ?? "") > key) - 1);
  const placeIn = (chunk: string[], key: string) => firstIndex(chunk.length, (at) => (chunk[at] ?? "") >= key);

  /** The nearest key above, or the key itself where that counts too. */
  function next(key: string, isIncluded: boolean): string | undefined {
    const at = chunkOf(key);
    const chunk = chunks[at] ?? [];
    const place = placeIn(chunk, key);
    return chunk[chunk[place] === key && !isIncluded ? place + 1 : place] ?? chunks[at + 1]?.[0];
  }

  function previous(key: string, isIncluded: boolean): string | undefined {
    const at = chunkOf(key);
    const chunk = chunks[at] ?? [];
    const place = placeIn(chunk, key);
    return chunk[chunk[place] === key && isIncluded ? place : place - 1] ?? chunks[at - 1]?.at(-1);
  }

  function* upwards({ gt, gte, lt, lte }: KeyRange): Generator<string> {
    for (let key = next(gte ?? gt ?? "", gt === undefined); key !== undefined; key = next(key, false)) {
      if ((lte !== undefined && key > lte) || (lt !== undefined && key >= lt)) return;
      yield key;
    }
  }

  function* downwards({ gt, gte, lt, lte }: KeyRange): Generator<string> {
    for (let key = previous(lte ?? lt ?? "\uffff", lt === undefined); key !== undefined; key = previous(key, false)) {
      if ((gte !== undefined && key < gte) || (gt !== undefined && key <= gt)) return;
      yield key;
    }
  }

  return {
    add(key: string) {
      const at = chunkOf(key);
      const chunk = chunks[at] ?? [];
      chunk.splice(placeIn(chunk, key), 0, key);
      if (chunk.length > mostInChunk) chunks.splice(at + 1, 0, chunk.splice(mostInChunk / 2));
    },

    /** Removes a key that is there. */
    remove(key: string) {
      const at = chunkOf(key);
      const chunk = chunks[at] ?? [];
      chunk.splice(placeIn(chunk, key), 1);
      if (chunk.length === 0 && chunks.length > 1) chunks.splice(at, 1);
    },

    *range({ reverse = false, limit = -1, ...bounds }: KeyRange): Generator<string> {
      let left = limit < 0 ? Infinity : limit;
      for (const key of reverse ? downwards(bounds) : upwards(bounds)) {
        if (left-- <= 0) return;
        yield key;
      }
    },
  };
}

/** The first index below `length` that `isPast`, which holds from some index on; `length` when there is none. */
function firstIndex(length: number, isPast: (index: number) => boolean): number {
  let low = 0;
  for (let high = length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (isPast(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
