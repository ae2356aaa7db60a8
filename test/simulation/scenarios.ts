import type { Policy } from "../../shared/budget/policy.ts";
import type { CallerPlan } from "./callers.ts";
import { type GovernmentPlan, quietGovernment } from "./government.ts";
import { calmFate, calmStep, calmWeather, type Fate, type Step, type StepPlan } from "./weather.ts";
import { type EndpointPlan, noWebhooks, type OwnerAct } from "./webhooks.ts";
import type { Setting } from "./world.ts";

/** What happens to the nth call of a kind: a step's label begins with `of`. */
export interface Incident extends Partial<StepPlan> {
  readonly of: string;
  /** An instance whose name begins so; any, when it is not given. */
  readonly by?: string;
  readonly nth: number;
}

/** A story told to the last detail: everything that it does not mention goes well. */
export interface Story {
  readonly name: string;
  readonly callers: readonly Partial<CallerPlan>[];
  readonly government?: Partial<GovernmentPlan>;
  readonly circuits?: Setting["circuits"];
  /** Registrations, in their order; those after them are answered. */
  readonly fates?: readonly Partial<Fate>[];
  readonly lookUps?: readonly Partial<Fate>[];
  /** Changes of registered documents, likewise. */
  readonly changes?: readonly Partial<Fate>[];
  /** How late look-ups show what happens; of single happenings, in their order. */
  readonly lagMs?: number;
  readonly lagsMs?: readonly number[];
  readonly incidents?: readonly Incident[];
  /** What becomes of the step with this number: instead of what the story says. */
  readonly crashes?: ReadonlyMap<number, "die-before" | "die-after">;
  readonly expiryLagMs?: number;
  readonly killLagMs?: number;
  /** Its pairs of deaths would take longer than all they could find is worth. */
  readonly isLong?: true;
  /** Deaths before that time are other stories'. */
  readonly crashesFromMs?: number;
  /** The run goes on at least until then. */
  readonly lastsMs?: number;
  /** The upstream's limit, where it matters. */
  readonly policy?: Partial<Policy>;
  /** Who is told; the sellers' own, of everything, and they answer 200, unless it says otherwise. */
  readonly endpoints?: readonly Partial<EndpointPlan>[];
  readonly acts?: readonly OwnerAct[];
  /** Executions that are stopped instead of being woken, counted over all; and by how much the others are woken late. */
  readonly stopsExecutions?: readonly number[];
  readonly oversleepsMs?: readonly number[];
}

const KEY = "key-1";
const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const aCaller: CallerPlan = {
  content: "first",
  key: KEY,
  flow: "direct",
  atMs: 0,
  waitMs: 800,
  patienceMs: 31 * SECOND,
  tries: 5,
  retryMs: 2 * SECOND,
  repeatsAtMs: [],
  tooLateFromMs: Infinity,
};

const anEndpoint: EndpointPlan = { of: "seller", events: [], isDisabled: false, server: [] };

/** More than a story ever calls. */
const NO_LIMIT: Policy = { calls: 1_000_000, perSeconds: 1, burst: 100_000, reserve: 1 };

/** A setting in which exactly the story happens. */
export function settingOf(story: Story): Setting {
  const { callers, government, circuits = [], endpoints = [], acts = [] } = story;
  return {
    callers: callers.map((caller) => ({ ...aCaller, ...caller })),
    government: { ...quietGovernment, ...government },
    circuits,
    workers: { direct: 3, queued: 3 },
    policy: { ...NO_LIMIT, ...story.policy },
    webhooks: { ...noWebhooks, acts, endpoints: endpoints.map((endpoint) => ({ ...anEndpoint, ...endpoint })) },
    calmFromMs: story.lastsMs ?? 0,
    weather: () => weatherOf(story),
  };
}

function weatherOf({ fates = [], lookUps = [], changes = [], incidents = [], crashes, ...rest }: Story) {
  const { lagMs = 0, lagsMs = [], expiryLagMs = MINUTE, killLagMs = 0, stopsExecutions = [], oversleepsMs = [] } = rest;
  const seen = incidents.map(() => 0);
  let happened = 0;
  let woken = 0;
  let slept = 0;

  function incidentOf(step: Step): Incident | undefined {
    return incidents.find((incident, i) => {
      const isMeant = step.label.startsWith(incident.of) && step.instance.startsWith(incident.by ?? "");
      if (isMeant) seen[i] = (seen[i] ?? 0) + 1;
      return isMeant && seen[i] === incident.nth;
    });
  }

  return {
    ...calmWeather,
    step(step: Step): StepPlan {
      const { of: _, by: __, nth: ___, ...incident } = { of: "", nth: 0, ...incidentOf(step) };
      const fault = crashes?.get(step.n);
      return { ...calmStep, ...incident, ...(fault ? { fault } : {}) };
    },
    register: ({ nth }: { nth: number }) => ({ ...calmFate, ...fates[nth - 1] }),
    lookUp: ({ nth }: { nth: number }) => ({ ...calmFate, ...lookUps[nth - 1] }),
    change: ({ nth }: { nth: number }) => ({ ...calmFate, ...changes[nth - 1] }),
    lagMs: () => lagsMs[happened++] ?? lagMs,
    expiryLagMs: () => expiryLagMs,
    killLagMs: () => killLagMs,
    stopsExecution: () => stopsExecutions.includes(++woken),
    oversleepsMs: () => oversleepsMs[slept++] ?? 0,
  };
}

/** The answer is lost; the document is registered all the same. */
export const LOST: Partial<Fate> = { ends: "reset" };
/** The portal takes longer than the client waits. */
export const TOO_SLOW: Partial<Fate> = { ends: "silent", workMs: 25_300 };
export const GATEWAY: Partial<Fate> = { ends: "gateway" };
export const NOT_SENT: Partial<Fate> = { ends: "unreachable" };
export const SECOND_KEY = "key-2";
export const THIRD_KEY = "key-3";

/** What crashes are tried in: one story for each way through the protocol. */
export const stories = [
  { name: "one call", callers: [{}] },
  { name: "twins with one key", callers: [{}, { atMs: 3 }] },
  { name: "the same document under two keys", callers: [{}, { key: SECOND_KEY, content: "respelled", atMs: 3 }] },
  { name: "two contents of one number", callers: [{}, { key: SECOND_KEY, content: "other", atMs: 3 }] },
  { name: "the same document direct and queued", callers: [{}, { key: SECOND_KEY, flow: "queued", atMs: 3 }] },
  { name: "the answer is lost and found", callers: [{}], fates: [LOST], lagMs: 4 * SECOND },
  { name: "refused", callers: [{}], government: { refuses: ["first"] } },
  { name: "not sent, then sent", callers: [{}], fates: [NOT_SENT] },
  { name: "unknown, absent, sent again", callers: [{}], fates: [GATEWAY] },
  {
    name: "refused at the second submission, registered by the first",
    callers: [{}],
    fates: [LOST],
    lagMs: 15 * SECOND,
    government: { dateRule: [{ fromMs: 1_000, toMs: Infinity }] },
  },
  {
    name: "refused at the second submission",
    callers: [{}],
    fates: [GATEWAY],
    government: { dateRule: [{ fromMs: 1_000, toMs: Infinity }] },
  },
  {
    name: "found, registered by somebody else",
    callers: [{}],
    lagMs: 4 * SECOND,
    government: { others: [{ atMs: 0, at: "NIC2", content: "other" }] },
  },
  {
    name: "found, the same content registered by somebody else",
    callers: [{}, { key: SECOND_KEY, content: "respelled", atMs: 3 }],
    lagMs: 4 * SECOND,
    government: { others: [{ atMs: 0, at: "NIC2", content: "first" }] },
  },
  {
    name: "found, the content of two that wait, registered by somebody else",
    callers: [
      { tries: 1 },
      { key: SECOND_KEY, content: "other", atMs: 20 * SECOND, tries: 1 },
      { key: THIRD_KEY, content: "other", atMs: 300, flow: "queued", tries: 1 },
    ],
    lagMs: 4 * SECOND,
    government: { others: [{ atMs: 0, at: "NIC2", content: "other" }] },
  },
] as const satisfies readonly Story[];
