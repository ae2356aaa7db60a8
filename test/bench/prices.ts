import { sumOf, type Usage } from "./usage.ts";
import type { WebhookCost } from "./webhooks.ts";

/**
 * USD, ap-south-1 (Mumbai), on demand, no free tier. Amazon's price list of 17 September 2026, except SQS, EventBridge and
 * Secrets Manager, which are us-east-1's.
 */
const PRICE = {
  httpApiRequest: 1.05e-6,
  lambdaRequest: 0.2e-6,
  /** arm64 */
  lambdaGbSecond: 13.3334e-6,
  writeUnit: 0.71e-6,
  readUnit: 0.1425e-6,
  fifoRequest: 0.5e-6,
  /** A standard queue's, and what fair scheduling adds to it. */
  fairRequest: 0.5e-6,
  transition: 28.5e-6,
  event: 1e-6,
  kmsRequest: 3e-6,
  secretRead: 5e-6,
  logByte: 0.67 / 2 ** 30,
} as const;

/** USD for a million registrations, by service. What is stored, and what a stage costs while nothing happens, is not in it. */
export function pricePerMillion(usage: Usage): Readonly<Record<string, number>> {
  const functions = Object.values(usage.functions);
  const sum = (number: keyof (typeof functions)[number]) => functions.reduce((all, each) => all + each[number], 0);
  const { submit, irpworker } = usage.functions;
  // The event source mapping receives and deletes once per batch; its calls pass no SDK of ours.
  const queueRequests =
    sumOf(usage, "calls", /^(SendMessage|ChangeMessageVisibility)/) + 2 * (irpworker?.invocations ?? 0);
  const parts = {
    "API Gateway": PRICE.httpApiRequest * (submit?.invocations ?? 0),
    "Lambda calls": PRICE.lambdaRequest * sum("invocations"),
    "Lambda time": PRICE.lambdaGbSecond * sum("gbSeconds"),
    "DynamoDB writes": PRICE.writeUnit * sumOf(usage, "writeUnits"),
    "DynamoDB reads": PRICE.readUnit * sumOf(usage, "readUnits"),
    SQS: PRICE.fifoRequest * queueRequests,
    EventBridge: PRICE.event * sumOf(usage, "calls", /^PutEvents/),
    "KMS and secrets":
      PRICE.kmsRequest * sumOf(usage, "calls", /^(GenerateDataKey|Decrypt)/) +
      PRICE.secretRead * sumOf(usage, "calls", /^GetSecretValue/),
    "CloudWatch Logs": PRICE.logByte * sum("logBytes"),
  };
  return Object.fromEntries(Object.entries(parts).map(([part, price]) => [part, price * 1e6]));
}

/** USD for a million webhooks, by service, as above; their events are the registrations'. */
export function webhookPricePerMillion({ usage, transitions }: WebhookCost): Readonly<Record<string, number>> {
  const functions = Object.values(usage.functions);
  const sum = (number: keyof (typeof functions)[number]) => functions.reduce((all, each) => all + each[number], 0);
  const sends = sumOf(usage, "calls", /^SendMessage/);
  // Alone in its batch, as it is where little happens: one call receives it, and one deletes it.
  const parts = {
    "Step Functions": PRICE.transition * transitions,
    "Lambda calls": PRICE.lambdaRequest * sum("invocations"),
    "Lambda time": PRICE.lambdaGbSecond * sum("gbSeconds"),
    "DynamoDB writes": PRICE.writeUnit * sumOf(usage, "writeUnits"),
    "DynamoDB reads": PRICE.readUnit * sumOf(usage, "readUnits"),
    SQS: PRICE.fairRequest * 3 * sends,
    EventBridge: PRICE.event * sumOf(usage, "calls", /^PutEvents/),
    KMS: PRICE.kmsRequest * sumOf(usage, "calls", /^(GenerateDataKey|Decrypt)/),
    "CloudWatch Logs": PRICE.logByte * sum("logBytes"),
  };
  return Object.fromEntries(Object.entries(parts).map(([part, price]) => [part, price * 1e6]));
}

/** USD for a million registrations that each keep so many GB of functions waiting for so long. */
export function waitingPrice(gb: number, ms: number): number {
  return PRICE.lambdaGbSecond * gb * (ms / 1000) * 1e6;
}
