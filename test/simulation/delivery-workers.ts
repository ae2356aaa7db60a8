import type { ReceivedMessage } from "../../infra/local/engines/message-queue.ts";
import { type DeliverDeps, deliver } from "../../shared/webhook/deliver.ts";
import { DeliveryMessage } from "../../shared/webhook/delivery-queue.ts";
import type { Climb, Ladder } from "../../shared/webhook/ladder.ts";
import type { Instance } from "./instance.ts";
import type { World } from "./world.ts";

export type DeliverWorkDeps = DeliverDeps & { readonly ladder: Ladder };

/** As the constructs set them up. */
const TIMEOUT_MS = 30_000;
const BATCH = 10;
const WORKERS = 3;
const TASK_MS = 60_000;
const MOST_RETRIES = 6;
const FIRST_RETRY_MS = 2_000;

/** The deliveries' queue, the state machine, and the function behind both. */
export function startDeliveries(world: World): void {
  startFirstAttempts(world);
  startLadder(world);
}

function startFirstAttempts(world: World): void {
  const { scheduler, weather, webhooks } = world;
  let busy = 0;
  let nextPollMs = Infinity;

  function pollAt(ms: number): void {
    if (ms >= nextPollMs) return;
    nextPollMs = ms;
    scheduler.after(ms - scheduler.nowMs(), () => {
      if (nextPollMs !== ms) return;
      nextPollMs = Infinity;
      poll();
    });
  }

  function poll(): void {
    while (busy < WORKERS) {
      const messages = webhooks.queue.receive({ max: BATCH });
      if (messages.length === 0) break;
      for (const each of messages.filter(({ receiveCount }) => receiveCount > 1)) again(each);
      busy++;
      const acknowledge = (done: readonly ReceivedMessage[]) => {
        busy--;
        for (const { receiptHandle } of done) if (!weather.losesAcknowledgement()) webhooks.queue.delete(receiptHandle);
        webhooks.on.message();
      };
      invoked(world, "deliver", (instance) => batch(world, instance, messages), TIMEOUT_MS + MINUTE_MS).then(
        (done) => acknowledge(done ?? []),
        () => acknowledge([]),
      );
    }
    pollAt(webhooks.queue.nextVisibleAt() ?? Infinity);
  }

  function again({ body }: ReceivedMessage): void {
    world.counts.redeliveries++;
    world.watch.deliveries.excuse(DeliveryMessage.parse(JSON.parse(body)));
  }

  webhooks.on.message = () => pollAt(scheduler.nowMs() + weather.pollMs());
}

const MINUTE_MS = 60_000;

/** Records stand or fall alone. Gives the messages that are done. */
async function batch(
  world: World,
  instance: Instance,
  messages: readonly ReceivedMessage[],
): Promise<readonly ReceivedMessage[]> {
  const done = await Promise.all(
    messages.map(async (received) => {
      const message = DeliveryMessage.parse(JSON.parse(received.body));
      try {
        const deps = depsOf(world, instance, message);
        const delivered = await deliver(deps, message);
        if (delivered.is === "wait") await deps.ladder.start(delivered.climb);
        return [received];
      } catch {
        return [];
      }
    }),
  );
  return done.flat();
}

/** Executions of the state machine: wait, have the attempt made, go on as the function says. */
function startLadder(world: World): void {
  const { scheduler, weather, watch, webhooks } = world;

  function wait(climb: Climb): void {
    scheduler.after(climb.waitSeconds * 1000 + weather.oversleepsMs(), () => {
      if (weather.stopsExecution()) lost("is stopped", climb);
      else attempt(climb, 0);
    });
  }

  function attempt(climb: Climb, retries: number): void {
    const { waitSeconds: _, ...message } = climb;
    const failed = () => {
      if (retries === MOST_RETRIES) return lost("fails", climb);
      watch.deliveries.excuse(climb);
      scheduler.after(FIRST_RETRY_MS * 2 ** retries * weather.jitter(), () => attempt(climb, retries + 1));
    };
    const climbed = async (instance: Instance) => {
      const delivered = await deliver(depsOf(world, instance, message), climb);
      return { ...delivered, by: instance.name };
    };
    invoked(world, "climb", climbed, TASK_MS).then((delivered) => {
      if (!delivered) return failed();
      watch.deliveries.climbed(climb, delivered.is === "wait" ? delivered.by : undefined);
      if (delivered.is === "wait") wait(delivered.climb);
    }, failed);
  }

  function lost(why: string, climb: Climb): void {
    world.counts.lostExecutions++;
    world.trace.tell(`the execution ${climb.deliveryId}-g${climb.generation} ${why}`);
    watch.deliveries.climbed(climb);
  }

  webhooks.on.climb = (climb) => {
    world.counts.executions++;
    watch.deliveries.started(climb);
    wait(climb);
  };
}

/** One invocation of the function, in an instance of its own. Undefined when it dies or takes too long; throws what it throws. */
function invoked<Result>(
  world: World,
  kind: string,
  work: (instance: Instance) => Promise<Result>,
  patienceMs: number,
): Promise<Result | undefined> {
  const { scheduler, weather } = world;
  const instance = world.instance(kind);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const over = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      settle();
      scheduler.woken();
    };
    scheduler.woken();
    let isDone = false;
    const done = (settle: () => void) => {
      isDone = true;
      over(settle);
    };
    work(instance).then(
      (result) => done(() => resolve(result)),
      (error) => done(() => reject(error)),
    );
    const check = () => {
      if (isOver) return;
      if (instance.isDead()) over(() => resolve(undefined));
      else scheduler.after(1_000, check);
    };
    scheduler.after(1_000, check);
    scheduler.after(TIMEOUT_MS + weather.killLagMs(), () => {
      if (!isDone) instance.die("it took too long");
    });
    scheduler.after(patienceMs, () => over(() => resolve(undefined)));
  });
}

function depsOf(world: World, instance: Instance, message: DeliveryMessage): DeliverWorkDeps {
  const { webhooks, stores, sabotage, weather } = world;
  const deps: DeliverWorkDeps = {
    deliveries: instance.port("deliveries", webhooks.deliveries),
    endpoints: instance.port("endpoints", webhooks.endpoints),
    events: instance.port("events", stores.events),
    bus: instance.port("bus", world.bus),
    vault: instance.port("vault", webhooks.vault),
    receiver: world.receiverFor(instance, message),
    ladder: instance.port("ladder", webhooks.ladder),
    now: instance.now,
    random: weather.jitter,
  };
  return sabotage.deliver?.(deps, message) ?? deps;
}
