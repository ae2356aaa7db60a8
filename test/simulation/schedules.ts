import type { Policy } from "../../shared/budget/policy.ts";
import type { CallerPlan } from "./callers.ts";
import { changePlanOf } from "./change-schedules.ts";
import { type Dice, seededDice } from "./dice.ts";
import type { ContentName } from "./documents.ts";
import { type GovernmentPlan, portals, quietGovernment, type Window } from "./government.ts";
import { LOOK_UP_LAG_MS } from "./irp-model.ts";
import {
  calmFate,
  calmStep,
  type Ending,
  type Fate,
  type Misfortune,
  MOST_NETWORK_MS,
  MOST_OVERTIME_MS,
  MOST_SKEW_MS,
  type Step,
  type StepFault,
  type StepPlan,
  type Weather,
} from "./weather.ts";
import { isOnTheWay, webhookPlanOf } from "./webhook-schedules.ts";
import { noWebhooks, type WebhookPlan } from "./webhooks.ts";
import type { Setting } from "./world.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long faults last: mostly minutes, now and then until a request is overdue, or until no portal shows it any more. */
const seasons = [
  { share: 0.93, name: "minutes" },
  { share: 0.05, name: "a day" },
  { share: 0.02, name: "days" },
] as const;
type Season = (typeof seasons)[number]["name"];

/** Everything in a run that chance decides, from one seed. */
export function scheduleOf(seed: number): Setting {
  const dice = seededDice(seed);
  const season = seasonOf(dice);
  const calmFromMs =
    season === "minutes"
      ? dice.between(2 * MINUTE, 10 * MINUTE)
      : season === "a day"
        ? DAY + dice.between(-HOUR, 3 * HOUR)
        : 3 * DAY + dice.between(HOUR, 6 * HOUR);
  const callers = Array.from({ length: dice.between(1, 4) }, () => caller(dice, season, calmFromMs));
  // Dice of their own: the registrations of a seed are the same with what happens to them later and without.
  const changes = changePlanOf(seededDice(seed ^ 0xc4a6e), callers, calmFromMs);
  const planned = government(dice, season, calmFromMs, callers);
  const startMs = [...callers, ...changes.callers].map(({ atMs }) => atMs);
  // Nor do those who listen change what happens: dice of their own again.
  const listeners = seededDice(seed ^ 0x11573);
  const webhooks = season === "minutes" ? webhookPlanOf(listeners, startMs, calmFromMs) : noWebhooks;
  return {
    callers: [...callers, ...changes.callers],
    government: {
      ...planned,
      ...changes.government,
      cancelsAtMs: [...planned.cancelsAtMs, ...changes.government.cancelsAtMs],
    },
    circuits: circuits(dice, season, calmFromMs),
    workers: { direct: dice.between(1, 3), queued: dice.between(1, 2) },
    policy: policy(dice),
    webhooks,
    calmFromMs,
    // The dice of the weather are thrown in the order of events: a run of its own needs dice of its own.
    weather: (nowMs) => {
      const weather = stormyWeather(seededDice(seed ^ 0x5eed), nowMs, calmFromMs);
      if (webhooks.endpoints.length === 0) return weather;
      const away = weatherOnTheWay(seededDice(seed ^ 0xde1e), nowMs, webhooks);
      return { ...weather, ...away, step: (step) => (isOnTheWay(step) ? away.step(step) : weather.step(step)) };
    },
  };
}

/** Mostly more than anybody needs, now and then so little that everybody waits. */
function policy(dice: Dice): Policy {
  if (dice.chance(0.7)) return { calls: 1_000, perSeconds: 1, burst: 1_000, reserve: 10 };
  const burst = dice.between(1, 6);
  return { calls: dice.between(4, 60), perSeconds: 60, burst, reserve: dice.between(0, burst - 1) };
}

function seasonOf(dice: Dice): Season {
  let left = dice.next();
  for (const { share, name } of seasons) {
    left -= share;
    if (left < 0) return name;
  }
  return "minutes";
}

function caller(dice: Dice, season: Season, calmFromMs: number): CallerPlan {
  const atMs = dice.chance(0.75) ? dice.between(0, 3 * SECOND) : dice.between(0, Math.min(calmFromMs, 10 * MINUTE));
  const isLong = season !== "minutes" || dice.chance(0.05);
  return {
    content: dice.pick<ContentName>([
      "first",
      "first",
      "first",
      "first",
      "respelled",
      "withBill",
      "withBill",
      "other",
      "other",
      "otherDay",
      "second",
    ]),
    key: dice.pick<string | undefined>(["key-1", "key-1", "key-1", "key-1", "key-2", "key-2", "key-3", undefined]),
    flow: dice.chance(0.65) ? "direct" : "queued",
    atMs,
    waitMs: dice.pick([0, 800, 5_000, 10_000, 25_000]),
    patienceMs: dice.pick([200, 2_000, 12_000, 31_000]),
    tries: dice.between(1, 5),
    retryMs: dice.between(50, 15 * SECOND),
    repeatsAtMs: dice.chance(0.4)
      ? [atMs + dice.between(SECOND, 5 * MINUTE), ...(isLong ? [atMs + dice.between(DAY - HOUR, DAY + 2 * HOUR)] : [])]
      : [],
    tooLateFromMs: dice.chance(0.15) ? atMs + dice.between(0, 5 * MINUTE) : Infinity,
  };
}

function government(dice: Dice, season: Season, calmFromMs: number, callers: readonly CallerPlan[]): GovernmentPlan {
  // What happens right after a call is what finds it on its way.
  const afterACall = () => (callers[dice.between(0, callers.length - 1)]?.atMs ?? 0) + dice.between(0, 5 * SECOND);
  const soon = () => window(dice, 3 * MINUTE);
  const openEnded = (from: Window) => (dice.chance(0.4) ? { ...from, toMs: Infinity } : from);
  const isDead = season !== "minutes" || dice.chance(0.1);
  const deadFromMs = dice.between(0, 30 * SECOND);
  const dead = portals.map((portal) => ({
    portal,
    fromMs: deadFromMs,
    toMs: season === "minutes" ? deadFromMs + 3 * MINUTE : calmFromMs,
  }));
  return {
    ...quietGovernment,
    registryDown: dice.chance(0.35) ? [openEnded(soon())] : [],
    dateRule: dice.chance(0.3) ? [openEnded(dice.chance(0.6) ? { ...soon(), fromMs: afterACall() } : soon())] : [],
    refuses: dice.chance(0.12) ? [dice.pick<ContentName>(["first", "other"])] : [],
    unknownTaxpayer: dice.chance(0.08) ? [soon()] : [],
    dead: isDead ? dead.filter((_, i) => season !== "minutes" || dice.chance(0.6) || i === 0) : [],
    others: dice.chance(0.12)
      ? [
          {
            atMs: dice.between(0, 2 * MINUTE),
            at: dice.pick(["NIC1", "NIC2", "NIC2", "IRIS"]),
            content: dice.pick<ContentName>(["first", "other", "otherDay"]),
          },
        ]
      : [],
    cancelsAtMs: dice.chance(0.08) ? [dice.pick([afterACall(), dice.between(0, 3 * MINUTE)])] : [],
  };
}

function window(dice: Dice, longestMs: number): Window {
  const fromMs = dice.pick([0, dice.between(0, 5 * SECOND), dice.between(0, 2 * MINUTE)]);
  return { fromMs, toMs: fromMs + dice.between(SECOND, longestMs) };
}

/** A few near the beginning; in long seasons many near the end, where requests become overdue. */
function circuits(dice: Dice, season: Season, calmFromMs: number): Setting["circuits"] {
  const early = dice.chance(0.35) ? [circuit(dice, 0, 2 * MINUTE), circuit(dice, 0, 2 * MINUTE)] : [];
  const late =
    season === "minutes" ? [] : Array.from({ length: 20 }, () => circuit(dice, calmFromMs - 2 * HOUR, calmFromMs));
  return [...early, ...late];
}

function circuit(dice: Dice, fromMs: number, toMs: number): Setting["circuits"][number] {
  const subject = dice.pick(["portal#NIC1", "portal#NIC1", "portal#NIC2", "client"]);
  return { atMs: dice.between(fromMs, toMs), subject, forMs: dice.between(5 * SECOND, 5 * MINUTE) };
}

/** Each kind of fault is absent, rare or frequent in a run: what is always a little of everything hides what needs much of one. */
function rate(dice: Dice, rare: number, frequent: number): number {
  return dice.pick([0, 0, rare, frequent]);
}

/** What happens to the steps of instances. */
function stormySteps(dice: Dice, isCalm: () => boolean): Weather["step"] {
  const faults: readonly (readonly [StepFault, number])[] = [
    ["error", rate(dice, 0.01, 0.06)],
    ["lost", rate(dice, 0.01, 0.06)],
    ["late", rate(dice, 0.01, 0.03)],
    ["repeat", rate(dice, 0.02, 0.1)],
    ["straggler", rate(dice, 0.02, 0.06)],
    ["die-before", rate(dice, 0.005, 0.02)],
    ["die-after", rate(dice, 0.005, 0.02)],
  ];
  const pauses = rate(dice, 0.005, 0.03);
  const slowness = rate(dice, 0.01, 0.06);

  const slowMs = (usualMs: number, slowestMs: number) =>
    !isCalm() && dice.chance(slowness) ? dice.between(usualMs, slowestMs) : dice.between(1, usualMs);

  return (_: Step): StepPlan => {
    if (isCalm()) return { ...calmStep, effectMs: dice.between(1, 5), answerMs: dice.between(1, 5) };
    let left = dice.next();
    let fault: StepFault = "none";
    for (const [name, share] of faults) {
      left -= share;
      if (left >= 0) continue;
      fault = name;
      break;
    }
    return {
      fault,
      effectMs: slowMs(20, 12 * SECOND),
      answerMs: slowMs(20, 3 * SECOND),
      copyMs: dice.between(1, dice.pick([50, 5 * SECOND, 20 * SECOND])),
      pauseMs: dice.chance(pauses) ? dice.between(SECOND, 60 * SECOND) : 0,
    };
  };
}

function stormyWeather(dice: Dice, nowMs: () => number, calmFromMs: number): Weather {
  const isCalm = () => nowMs() >= calmFromMs;
  const step = stormySteps(dice, isCalm);
  const [trouble, blindness] = [rate(dice, 0.2, 0.6), rate(dice, 0.2, 0.6)];
  const lag = dice.pick([0, 0.5, 1]);
  const drops = rate(dice, 0.1, 0.5);
  const unrest = rate(dice, 0.2, 0.6);

  function fate(timeoutMs: number, isTroubled: boolean): Fate {
    const usual = { ...calmFate, networkMs: dice.between(1, 50), workMs: dice.between(20, 800) };
    if (isCalm() || !isTroubled) return usual;
    const ends = dice.pick<Ending>([
      ...["answered", "reset", "reset", "silent", "silent", "swallowed", "gateway", "gateway"],
      ...["unreachable", "token", "quota", "too-many", "login-refused"],
    ] as [Ending, ...Ending[]]);
    return {
      ends,
      loginMs: dice.chance(0.3) ? dice.between(0, 8 * SECOND) : 0,
      pauseMs: dice.chance(0.1) ? dice.between(SECOND, 60 * SECOND) : 0,
      networkMs: dice.between(1, MOST_NETWORK_MS),
      workMs: dice.chance(0.5) ? dice.between(20, 2 * SECOND) : dice.between(0, timeoutMs + MOST_OVERTIME_MS),
      answerMs: dice.between(1, 100),
      resetMs: dice.between(1, SECOND),
      isGarbled: dice.chance(0.05),
    };
  }

  return {
    step,
    register: () => fate(25 * SECOND, dice.chance(trouble)),
    lookUp: () => fate(8 * SECOND, dice.chance(blindness)),
    change: () => fate(25 * SECOND, dice.chance(unrest)),
    lagMs: () => (isCalm() ? dice.between(0, SECOND) : Math.floor(lag * dice.between(0, LOOK_UP_LAG_MS))),
    skewMs: () => dice.between(-MOST_SKEW_MS, MOST_SKEW_MS),
    deliveries: () => {
      if (!isCalm() && dice.chance(drops)) return [];
      return dice.chance(0.1) ? [dice.between(1, 100), dice.between(1, MINUTE)] : [dice.between(1, 100)];
    },
    expiryLagMs: () => dice.between(0, 2 * HOUR),
    pollMs: () => dice.between(1, 50),
    losesAcknowledgement: () => !isCalm() && dice.chance(0.02),
    showsOldIndex: () => !isCalm() && dice.chance(0.1),
    killLagMs: () => (!isCalm() && dice.chance(0.2) ? dice.between(0, 60 * SECOND) : 0),
    post: () => undefined,
    jitter: () => 0,
    stopsExecution: () => false,
    oversleepsMs: () => 0,
  };
}

/** From an event to its endpoints troubles may last for as long as a ladder does. */
function weatherOnTheWay(dice: Dice, nowMs: () => number, { calmFromMs }: WebhookPlan) {
  const isCalm = () => nowMs() >= calmFromMs;
  const step = stormySteps(dice, isCalm);
  const [misfortune, stops, sleeps] = [rate(dice, 0.2, 0.6), rate(dice, 0.05, 0.3), rate(dice, 0.1, 0.4)];
  return {
    step,
    post: () =>
      !isCalm() && dice.chance(misfortune) ? dice.pick<Misfortune>(["fails", "busy", "silent", "deaf"]) : undefined,
    jitter: () => dice.next(),
    stopsExecution: () => !isCalm() && dice.chance(stops),
    oversleepsMs: () => (!isCalm() && dice.chance(sleeps) ? dice.between(SECOND, HOUR) : 0),
  };
}
