import type { DeliveryMessage } from "../../shared/webhook/delivery-queue.ts";
import type { Received, Receiver } from "../../shared/webhook/receiver.ts";
import type { Counts } from "./counts.ts";
import type { Instance } from "./instance.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Misfortune, StepPlan, Weather } from "./weather.ts";
import { placeOf, type WebhookPlan } from "./webhooks.ts";

/** An attempt as it leaves, and what its server made of it, whether anybody heard of that or not. */
export interface Post {
  readonly instance: string;
  readonly message: DeliveryMessage;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly atMs: number;
  status?: number;
}

/** The greatest time that an attempt may take, as the guarded receiver keeps it. */
export const ATTEMPT_MS = 15_000;
export const RETRY_AFTER_SECONDS = 7_200;
const NETWORK_MS = 10;
const WORK_MS = 30;

const answers: Readonly<Record<Misfortune | "answers", Omit<Received, "latencyMs">>> = {
  answers: { status: 200 },
  fails: { status: 500 },
  busy: { status: 503, retryAfter: String(RETRY_AFTER_SECONDS) },
  gone: { status: 410 },
  silent: { failure: "timeout" },
  deaf: { failure: "connect" },
};

export interface ReceiverModelDeps {
  readonly plan: WebhookPlan;
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly counts: Counts;
  readonly tell: (text: string) => void;
  /** Told when the bytes leave. */
  readonly posted: (post: Post) => void;
}

/** Ways to customers' servers: an attempt is a step of its instance. What its step meets with, it meets with on the network. */
export function receiverModel({ plan, scheduler, weather, counts, tell, posted }: ReceiverModelDeps) {
  return (instance: Instance, message: DeliveryMessage): Receiver => ({
    post(url, headers, body) {
      const step = instance.begin("receiver.post", true);
      return new Promise((resolve) => {
        instance.wake(step.effectMs, () => {
          if (step.fault === "die-before") instance.die("before the attempt");
          else leave(step, { instance: instance.name, message, url, headers, body, atMs: scheduler.nowMs() }, resolve);
        });
      });

      function leave(step: StepPlan, post: Post, resolve: (received: Received) => void): void {
        const { n, moves } = placeOf(url);
        const is = moves > 0 ? undefined : misfortuneOf(n);
        const outcome = answers[is ?? weather.post() ?? "answers"];
        const isLost = step.fault === "lost" || step.fault === "late";
        const isCut = step.fault === "error" || outcome.failure === "connect";
        counts.posts++;
        posted(post);
        const heard: Omit<Received, "latencyMs"> = isCut
          ? { failure: "connect" }
          : isLost
            ? { failure: "reset" }
            : outcome;
        const tookMs = outcome.failure === "timeout" && !isCut && !isLost ? ATTEMPT_MS : NETWORK_MS + WORK_MS;
        if (!isCut)
          scheduler.after(NETWORK_MS, () => {
            if (outcome.status !== undefined) post.status = outcome.status;
            tell(`${url} takes ${headers["webhook-id"]}: ${outcome.status ?? "nothing"}`);
          });
        scheduler.after(tookMs, () => {
          if (step.fault === "die-after") instance.die("after the attempt");
          instance.standStill(step.pauseMs);
          instance.wake(step.answerMs, () => resolve({ ...heard, latencyMs: tookMs }));
        });
      }
    },
  });

  function misfortuneOf(n: number): Misfortune | undefined {
    const nowMs = scheduler.nowMs();
    return plan.endpoints[n]?.server.find(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs)?.is;
  }
}
