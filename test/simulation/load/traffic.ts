import { Problem } from "../../../shared/api/problem.ts";
import type { Flow } from "../../../shared/budget/flow.ts";
import { newPace, type Pace } from "../../../shared/request/pace.ts";
import { type SubmitDeps, submit } from "../../../shared/request/submit.ts";
import { type WaitDeps, waitForOutcome } from "../../../shared/request/wait.ts";
import { memoryWaitingRoom } from "../../fakes/memory-waiting-room.ts";
import { askedBy } from "../../shared/request/a-submission.ts";
import type { Instance } from "../instance.ts";
import { documentOf } from "./documents.ts";
import type { LoadWorld } from "./world.ts";

/** The functions behind POST /irn; each call goes to one of them. */
const ENVIRONMENTS = 16;
const LONG_WAITS = 400;
const WAIT_MS = 10_000;
/** After that a caller takes the connection for lost, and sends the same again. */
const PATIENCE_MS = 31_000;
const RETRY_MS = 2_000;
const MOST_TRIES = 40;
/** Of a quiet GSTIN's calls, one in so many is queued. */
const QUEUED_OF = 5;

interface Environment {
  readonly instance: Instance;
  readonly deps: SubmitDeps & WaitDeps & { readonly pace: Pace };
}

/** `registered` and `pending` were accepted; `refused`: 429; `again`: the same call is to be repeated. */
type Told = "registered" | "pending" | "refused" | "again";

/** What callers do: backlogs, direct calls beside them, and GSTINs that call now and then. Gives a way to ask who is still at it. */
export function startTraffic(world: LoadWorld, busy: readonly string[], quiet: readonly string[]): () => number {
  const { plan, scheduler, dice, watch } = world;
  const sendOne = sender(world);
  const sentBy = new Map<string, number>();
  let active = 0;

  function next(gstin: string): number {
    const n = (sentBy.get(gstin) ?? 0) + 1;
    sentBy.set(gstin, n);
    return n;
  }

  async function call(gstin: string, flow: Flow, isBusy: boolean): Promise<void> {
    active++;
    const startedMs = scheduler.nowMs();
    const told = await sendOne(gstin, next(gstin), flow);
    if (told === "registered" && !isBusy && flow === "direct") watch.answered(scheduler.nowMs() - startedMs);
    active--;
  }

  function backlog(gstin: string, left: number): void {
    if (left === 0) return;
    void call(gstin, "queued", true);
    scheduler.woken();
    scheduler.after(plan.acceptEveryMs, () => backlog(gstin, left - 1));
  }

  function nowAndThen(everyMs: number, run: () => void): void {
    if (everyMs === Infinity) return;
    scheduler.after(dice.between(1, 2 * everyMs), () => {
      if (watch.backlogLeft() === 0 && scheduler.nowMs() >= plan.lastsMs) return;
      run();
      scheduler.woken();
      nowAndThen(everyMs, run);
    });
  }

  for (const gstin of busy) {
    scheduler.after(dice.between(0, 1_000), () => backlog(gstin, plan.backlog));
    nowAndThen(plan.directEveryMs, () => void call(gstin, "direct", true));
  }
  for (const gstin of quiet)
    nowAndThen(
      plan.quietEveryMs,
      () => void call(gstin, dice.between(1, QUEUED_OF) === 1 ? "queued" : "direct", false),
    );
  return () => active;
}

/** Sends one document until it is told something that stands. */
function sender(world: LoadWorld) {
  const { scheduler, dice } = world;
  const environments = Array.from({ length: ENVIRONMENTS }, () => newEnvironment(world));

  function environment(): Environment {
    const i = dice.between(0, ENVIRONMENTS - 1);
    const found = environments[i];
    if (found && !found.instance.isDead()) return found;
    const made = newEnvironment(world);
    environments[i] = made;
    return made;
  }

  return async (gstin: string, n: number, flow: Flow): Promise<Told> => {
    const document = documentOf(gstin, n);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const told = await patiently(world, () => answerOf(environment(), { ...document, n, flow }));
      if (told !== "again") return told;
      await new Promise<void>((resolve) => {
        scheduler.after(RETRY_MS, () => {
          resolve();
          scheduler.woken();
        });
      });
    }
    return "again";
  };
}

/** Never settles later than the caller's patience: a function that died answers nothing. */
function patiently({ scheduler }: LoadWorld, ask: () => Promise<Told>): Promise<Told> {
  return new Promise((resolve) => {
    const over = (told: Told) => {
      resolve(told);
      scheduler.woken();
    };
    void ask().then(over);
    scheduler.after(PATIENCE_MS, () => over("again"));
  });
}

type Document = ReturnType<typeof documentOf> & { readonly n: number; readonly flow: Flow };

async function answerOf({ deps }: Environment, { n, ...document }: Document): Promise<Told> {
  try {
    const submitted = await submit(deps, {
      ...document,
      idempotencyKey: String(n),
      asked: askedBy("/irn", deps.newId()),
    });
    if (submitted.is === "known") return submitted.outcome.kind === "registered" ? "registered" : "refused";
    if (document.flow === "queued") return "pending";
    return (await waitForOutcome(deps, { rid: submitted.rid, irn: document.irn }, WAIT_MS)) ? "registered" : "pending";
  } catch (error) {
    return error instanceof Problem && error.body.status === 429 ? "refused" : "again";
  }
}

function newEnvironment(world: LoadWorld): Environment {
  const instance = world.instance("api");
  const { stores } = world;
  const waitingRoom = memoryWaitingRoom(LONG_WAITS);
  const deps = {
    requests: instance.port("requests", stores.requests),
    documents: instance.port("documents", stores.documents),
    outcomes: instance.port("outcomes", stores.outcomes),
    queue: instance.port("queue", world.queue),
    budget: instance.port("budget", world.budgetFor(instance)),
    // What is on record does not bear on the limit.
    audit: async () => {},
    pace: newPace(),
    mode: "test" as const,
    mayWaitOn: async () => (await waitingRoom.enter(instance.now())) === "entered",
    now: instance.now,
    sleep: instance.sleep,
    newId: () => `${instance.name}:${world.newId()}`,
  };
  return { instance, deps };
}
