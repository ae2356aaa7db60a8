interface Happening {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: what is to happen, in the order of its time, ties in the order in which they were planned. */
export interface Scheduler {
  nowMs(): number;
  after(ms: number, run: () => void): void;
  /** Says that code of an instance has been woken: before time goes on, it runs as far as it can. */
  woken(): void;
  /** When the next thing happens; Infinity when nothing is to happen any more. */
  nextMs(): number;
  /** Lets everything happen up to and including that time. */
  runUntil(untilMs: number): Promise<void>;
}

export function newScheduler(): Scheduler {
  const heap: Happening[] = [];
  let nowMs = 0;
  let planned = 0;
  let isWoken = false;

  async function runUntil(untilMs: number): Promise<void> {
    for (let [next] = heap; next && next.atMs <= untilMs; [next] = heap) {
      pop(heap);
      nowMs = Math.max(nowMs, next.atMs);
      next.run();
      if (isWoken) await drained();
      isWoken = false;
    }
    nowMs = Math.max(nowMs, untilMs);
  }

  return {
    nowMs: () => nowMs,
    after: (ms, run) => push(heap, { atMs: nowMs + Math.max(0, ms), order: planned++, run }),
    woken() {
      isWoken = true;
    },
    nextMs: () => heap[0]?.atMs ?? Infinity,
    runUntil,
  };
}

/** Node runs an immediate once every promise that can settle has settled. */
function drained(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A binary heap: the parent of i is at (i - 1) / 2. */
function push(heap: Happening[], item: Happening): void {
  let i = heap.length;
  for (let up = (i - 1) >> 1; i > 0; up = (i - 1) >> 1) {
    const parent = heap[up];
    if (!parent || !isBefore(item, parent)) break;
    heap[i] = parent;
    i = up;
  }
  heap[i] = item;
}

function pop(heap: Happening[]): void {
  const item = heap.pop();
  if (!item || heap.length === 0) return;
  let i = 0;
  for (let down = 1; down < heap.length; down = 2 * i + 1) {
    const [left, right] = [heap[down], heap[down + 1]];
    const [child, at] = right && left && isBefore(right, left) ? [right, down + 1] : [left, down];
    if (!child || !isBefore(child, item)) break;
    heap[i] = child;
    i = at;
  }
  heap[i] = item;
}
