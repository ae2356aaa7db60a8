/** How many callers wait long at the same time: each of them keeps a function busy that others need. */
export interface WaitingRoom {
  /** Takes a place for one long wait, or says that there is none. Throws when the store fails. */
  enter(now: Date): Promise<"entered" | "full">;
}

/**
 * Places are counted by when waits begin, not given back: nothing is owed by a function that dies, and no wait lasts much
 * longer than such a window.
 */
export const WINDOW_MS = 10_000;
