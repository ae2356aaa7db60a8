import type { Dice } from "./dice.ts";
import type { Misfortune, Step } from "./weather.ts";
import { type EndpointPlan, noWebhooks, type OwnerAct, type Server, type WebhookPlan } from "./webhooks.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Time enough for a ladder. */
const LADDER_MS = 10 * HOUR;

/** Who wants to hear of what happens, in two of three runs. `startMs`: when something that they could hear of is asked for. */
export function webhookPlanOf(dice: Dice, startMs: readonly number[], calmFromMs: number): WebhookPlan {
  if (dice.chance(0.35)) return noWebhooks;
  const endpoints = Array.from({ length: dice.between(1, 3) }, () => endpoint(dice, calmFromMs));
  const nearACall = () => dice.pick([0, ...startMs]) + dice.between(0, 5 * SECOND);
  const acts = Array.from({ length: dice.pick([0, 0, 1, 2, 4]) }, () => act(dice, endpoints.length, nearACall));
  const isLong = dice.chance(0.4);
  return { endpoints, acts, calmFromMs: calmFromMs + (isLong ? dice.between(0, LADDER_MS) : 0) };
}

function endpoint(dice: Dice, calmFromMs: number): EndpointPlan {
  return {
    of: dice.chance(0.85) ? "seller" : "neighbour",
    events: dice.pick<EndpointPlan["events"]>([[], [], [], ["irn.generated"], ["irn.cancelled", "irn.failed"]]),
    isDisabled: dice.chance(0.1),
    server: server(dice, calmFromMs),
  };
}

function server(dice: Dice, calmFromMs: number): Server {
  const is = dice.pick<Misfortune>(["fails", "fails", "busy", "silent", "deaf"]);
  const fromMs = dice.pick([0, 0, dice.between(0, 10 * MINUTE)]);
  const gone: Server = dice.chance(0.1) ? [{ fromMs: dice.between(0, HOUR), toMs: Infinity, is: "gone" }] : [];
  const toMs = dice.pick([
    () => fromMs,
    () => fromMs,
    () => fromMs + dice.between(SECOND, 10 * MINUTE),
    () => fromMs + dice.between(MINUTE, calmFromMs + LADDER_MS),
    () => Infinity,
  ])();
  return [...gone, { fromMs, toMs, is }];
}

function act(dice: Dice, endpoints: number, nearACall: () => number): OwnerAct {
  return {
    atMs: dice.pick([nearACall, nearACall, () => dice.between(0, 20 * MINUTE), () => dice.between(0, LADDER_MS)])(),
    endpoint: dice.between(0, endpoints - 1),
    is: dice.pick<OwnerAct["is"]>([
      ...["disable", "enable", "enable", "remove", "move", "rotate"],
      ...["narrow", "test", "replay", "replay", "recover"],
    ] as [OwnerAct["is"], ...OwnerAct["is"][]]),
  };
}

const PORTS = new Set(["deliveries", "endpoints", "deliveryQueue", "ladder", "vault", "receiver"]);
const KINDS = /^(fan-out|deliver|climb|owner)\d/;

/** Whether a step is on the way from an event to its endpoints. */
export function isOnTheWay({ instance, label }: Pick<Step, "instance" | "label">): boolean {
  return KINDS.test(instance) || PORTS.has(label.split(".")[0] ?? "");
}
