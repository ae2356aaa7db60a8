import type { ReceivedMessage } from "./message-queue.ts";
import type { Queue } from "./queues.ts";

/** How often a waiting receive looks at the clock at least, since an injected clock may be moved without a word. */
const lookAgainMs = 1000;

/** Receives, and waits for up to `waitMs` of real time while there is nothing; asleep until something can have changed. */
export async function longPoll(
  { model, changed }: Queue,
  receive: () => ReceivedMessage[],
  options: { waitMs: number; now: () => number; signal?: AbortSignal | undefined },
): Promise<ReceivedMessage[]> {
  const { waitMs, now, signal } = options;
  const deadline = performance.now() + waitMs;
  for (;;) {
    if (signal?.aborted) return [];
    const messages = receive();
    const left = deadline - performance.now();
    if (messages.length > 0 || left <= 0) return messages;
    const untilVisible = (model.nextVisibleAt() ?? Infinity) - now();
    await change(changed, Math.min(left, untilVisible, lookAgainMs), signal);
  }
}

/** Resolves when the queue changes, the time is up or the caller hangs up. */
function change(changed: EventTarget, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(1, Math.ceil(ms)));
    changed.addEventListener("changed", done);
    signal?.addEventListener("abort", done);

    function done() {
      clearTimeout(timer);
      changed.removeEventListener("changed", done);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
