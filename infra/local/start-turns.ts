import { availableParallelism } from "node:os";

/** Runs a start when its turn comes; resolves and rejects with it. */
export type StartTurn = <Result>(start: () => Promise<Result>) => Promise<Result>;

/**
 * At most as many starts at once as there are cores, in the order they were asked for. A start is nothing but work for a
 * core: a hundred at once are all late, and so is everything else on the machine.
 */
export function startTurns(most = availableParallelism()): StartTurn {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (start) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await start();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
