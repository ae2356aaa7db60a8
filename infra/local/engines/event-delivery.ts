import { setTimeout as sleep } from "node:timers/promises";
import type { Target } from "@aws-sdk/client-eventbridge";
import type { EngineOptions } from "./engine.ts";
import type { Invoke } from "./invoke.ts";
import type { CarriedAttributes } from "./message-checks.ts";
import type { SqsEngine } from "./sqs-engine.ts";

export type BusEvent = { source: string; "detail-type": string; detail: object; [field: string]: unknown };

/** An event on its way to one target of one rule. */
export type Delivery = { id: string; ruleArn: string; target: Target; event: BusEvent };

/** Where events can go. */
export type Destinations = {
  invoke: Invoke;
  sqs: Pick<SqsEngine, "send">;
  startExecution: (stateMachineArn: string, input: string) => void;
};

/** A few quick attempts; AWS goes on for a day, and nobody waits that long at a laptop. */
const retryDelaysMs = [100, 500, 2000];

/** Names the kind of a target, or nothing if events cannot be delivered there. */
export function targetKind(arn: string | undefined): "function" | "queue" | "stateMachine" | undefined {
  if (/^arn:aws:lambda:[^:]*:[^:]*:function:/.test(arn ?? "")) return "function";
  if (/^arn:aws:sqs:/.test(arn ?? "")) return "queue";
  if (/^arn:aws:states:[^:]*:[^:]*:stateMachine:/.test(arn ?? "")) return "stateMachine";
  return undefined;
}

/** Delivers at least once: what is not finished is kept in `pending`, and goes to the target's dead-letter queue when given up. */
export function eventDelivery({ invoke, sqs, startExecution }: Destinations, onChange: () => void) {
  const pending = new Map<string, Delivery>();
  const stopping = new AbortController();

  async function attempt({ target, event }: Delivery): Promise<void> {
    const input = targetInput(target, event);
    const arn = target.Arn ?? "";
    switch (targetKind(arn)) {
      case "queue":
        sqs.send(arn, { body: JSON.stringify(input), groupId: target.SqsParameters?.MessageGroupId });
        return;
      case "stateMachine":
        return startExecution(arn, JSON.stringify(input));
      default: {
        const result = await invoke(arn, input);
        if (!result.ok) throw new Error(`${result.errorType}: ${result.errorMessage}`);
      }
    }
  }

  async function run(delivery: Delivery): Promise<void> {
    const delays = retryDelaysMs.slice(0, delivery.target.RetryPolicy?.MaximumRetryAttempts);
    for (let retries = 0; ; retries++) {
      const failure = await attempt(delivery).then(() => undefined, errorMessage);
      if (failure === undefined) break;
      const delay = delays[retries];
      if (delay === undefined) {
        giveUp(delivery, failure, retries);
        break;
      }
      await sleep(delay, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
    pending.delete(delivery.id);
    onChange();
  }

  function giveUp({ ruleArn, target, event }: Delivery, failure: string, retries: number) {
    const facts = {
      RULE_ARN: ruleArn,
      TARGET_ARN: target.Arn ?? "",
      ERROR_CODE: "TARGET_FAILED",
      ERROR_MESSAGE: failure,
      RETRY_ATTEMPTS: String(retries),
    };
    if (!target.DeadLetterConfig?.Arn) {
      console.error("An event could not be delivered and its target has no dead-letter queue:", facts);
      return;
    }
    const message = Object.fromEntries(
      Object.entries(facts).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
    );
    const attributes: CarriedAttributes = { message, system: {} };
    sqs.send(target.DeadLetterConfig.Arn, { body: JSON.stringify(event), attributes });
  }

  return {
    deliver(delivery: Delivery) {
      pending.set(delivery.id, delivery);
      onChange();
      // A dead-letter queue that is not there ends here: the event is lost, as it would be in AWS, but not silently.
      run(delivery).catch((error) => console.error("An event was lost:", error));
    },
    pending: () => [...pending.values()],
    stop: () => stopping.abort(),
  };
}

/** What the target gets: the event, a part of it, or a constant. */
function targetInput({ Input, InputPath }: Target, event: BusEvent): unknown {
  if (Input !== undefined) return JSON.parse(Input);
  const path = (InputPath ?? "$").split(".").slice(1);
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], event);
}

const errorMessage = (error: unknown) => (error instanceof Error ? error.message : String(error));

export type EventBusOptions = EngineOptions & Destinations;
