import { stages } from "../../../infra/config.ts";
import type { Flow } from "../../../shared/budget/flow.ts";
import type { Policy } from "../../../shared/budget/policy.ts";
import type { Window } from "../government.ts";

/** Everything that is settled before a load begins; with the same plan a load is the same load. Times in ms of the run. */
export interface LoadPlan {
  readonly name: string;
  readonly seed: number;
  /** GSTINs with a backlog, how many documents each, and how long one after another they are accepted. */
  readonly busy: number;
  readonly backlog: number;
  readonly acceptEveryMs: number;
  /** The mean pause between two direct calls of a busy GSTIN; Infinity: it makes none. */
  readonly directEveryMs: number;
  /** GSTINs that call now and then, and the mean pause between two calls of one. Every fifth of these calls is queued. */
  readonly quiet: number;
  readonly quietEveryMs: number;
  /** Direct and quiet calls go on until the backlogs have ended, and at least so long. */
  readonly lastsMs: number;
  readonly policy: Policy;
  /** Limits that somebody sets for all busy GSTINs meanwhile, in the order of their times. */
  readonly changes: readonly { readonly atMs: number; readonly policy: Policy }[];
  /** What the event source mappings may run at once. */
  readonly workers: Readonly<Record<Flow, number>>;
  readonly isStormy: boolean;
  /** The share of registrations whose answer never arrives: half of them are registered. */
  readonly lostAnswers: number;
  /** When the budget's table throttles every call, and when nobody can send to a queue. */
  readonly throttled: readonly Window[];
  readonly queueDown: readonly Window[];
  /** Of what the limit allows until a backlog has ended, the share that must be used. */
  readonly leastUse: number;
  /** So long none of a GSTIN's queued requests may end while some wait. */
  readonly longestStillMs: number;
  /** How often one message may be received, and all of them on average. */
  readonly mostReceives: number;
  readonly mostReceivesEach: number;
  /** Of how many minutes' calls messages of one GSTIN may be in the queue: about three, and what is worked on or sent again. */
  readonly mostWindow: number;
  /** By then everything must have ended. */
  readonly mostMs: number;
}

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/**
 * The live stage's own numbers: its limit, and its mappings' maximum concurrency, beyond which Lambda runs no more workers
 * however many messages wait.
 */
const { policy, workers } = stages.live;

const calm: LoadPlan = {
  name: "calm",
  seed: 1,
  busy: 20,
  backlog: 10_000,
  acceptEveryMs: 20,
  directEveryMs: 7_000,
  quiet: 1_000,
  quietEveryMs: 10 * MINUTE,
  lastsMs: 0,
  policy,
  changes: [],
  workers,
  isStormy: false,
  lostAnswers: 0,
  throttled: [],
  queueDown: [],
  leastUse: 0.95,
  // What is put off comes a minute later, with the sweeper's next round.
  longestStillMs: 3 * MINUTE,
  mostReceives: 20,
  mostReceivesEach: 4,
  mostWindow: 5,
  mostMs: 12 * HOUR,
};

const storm = {
  name: "storm",
  isStormy: true,
  lostAnswers: 0.01,
  throttled: [
    { fromMs: 4 * MINUTE, toMs: 5 * MINUTE },
    { fromMs: 90 * MINUTE, toMs: 93 * MINUTE },
  ],
  queueDown: [{ fromMs: 2 * MINUTE, toMs: 3 * MINUTE }],
  // A worker that dies blocks its GSTIN's group for a minute. Slots of workers that died, and of calls whose answer was lost, are used up; nobody sends while the table throttles.
  leastUse: 0.7,
  // An outcome that is not known is looked for, and settled after a minute; a lost message is sent again by the sweeper.
  longestStillMs: 10 * MINUTE,
  // Whoever finds a document locked by a worker that died looks every few seconds until its lease is over, and all behind come again with it.
  mostReceives: 60,
  // What was lost or parked is sent again beside the window, and what was passed by it while its worker died, too.
  mostWindow: 12,
} as const satisfies Partial<LoadPlan>;

/** 200,000 documents, twice, and the quiet ones alone. */
export const bigPlans = {
  alone: { ...calm, name: "quiet alone", busy: 0, lastsMs: 2 * HOUR },
  calm,
  storm: { ...calm, ...storm },
} as const satisfies Record<string, LoadPlan>;

const few = { busy: 4, backlog: 250, quiet: 20, quietEveryMs: 2 * MINUTE, workers: { direct: 10, queued: 2 } } as const;

/** The same proportions of GSTINs to workers, for a test. */
export const smallPlans = {
  /** More direct calls than the limit allows. */
  crowded: {
    ...calm,
    ...few,
    name: "crowded",
    busy: 1,
    backlog: 20,
    quiet: 2,
    directEveryMs: 700,
    leastUse: 0,
    mostMs: HOUR / 4,
  },
  /** Half of the limit goes to direct calls, which the queue's estimate does not know of. */
  shared: { ...calm, ...few, name: "shared", busy: 1, backlog: 700, quiet: 10, directEveryMs: 2_000, mostWindow: 6 },
  alone: { ...calm, ...few, name: "quiet alone", busy: 0, lastsMs: 10 * MINUTE },
  calm: { ...calm, ...few },
  // In ten minutes two are without slots or without a queue, and one dead worker is much.
  storm: { ...calm, ...few, ...storm, leastUse: 0.55 },
} as const satisfies Record<string, LoadPlan>;
