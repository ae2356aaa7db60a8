import { outcomeAnswer } from "../../functions/pipeline/outcome-answer.ts";
import { Problem } from "../../shared/api/problem.ts";
import { auditTo } from "../../shared/audit/audit-log.ts";
import type { Flow } from "../../shared/budget/flow.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { earlierAnswer } from "../../shared/request/earlier-answer.ts";
import { newPace } from "../../shared/request/pace.ts";
import type { Outcome } from "../../shared/request/request.ts";
import { keyOfSubmission, type Submission, submit } from "../../shared/request/submit.ts";
import { type WaitDeps, waitForOutcome } from "../../shared/request/wait.ts";
import { type Asked, askedOf, type ChangeAsk } from "./change-calls.ts";
import type { ContentName } from "./documents.ts";
import type { Instance } from "./instance.ts";
import type { CallAnswer } from "./invariants.ts";
import type { World } from "./world.ts";

/** One caller and everything it sends under one key. */
export interface CallerPlan {
  readonly content: ContentName;
  /** What is to happen to the document; none where it is to be registered. */
  readonly change?: ChangeAsk;
  /** None: each of its calls is a request of its own. */
  readonly key: string | undefined;
  readonly flow: Flow;
  readonly atMs: number;
  readonly waitMs: number;
  /** After that it takes the connection for lost. */
  readonly patienceMs: number;
  /** Calls until it has an outcome, and the pause between two. */
  readonly tries: number;
  readonly retryMs: number;
  /** When it sends the same again, having its outcome or not. */
  readonly repeatsAtMs: readonly number[];
  /** By then today's rules refuse the document. */
  readonly tooLateFromMs: number;
}

const API_TIMEOUT_MS = 30_000;
/** A little less than the day for which a key lives. */
const SURELY_ALIVE_MS = 23 * 60 * 60 * 1000;

export interface HttpCall {
  readonly content: ContentName;
  readonly change?: ChangeAsk;
  readonly key: string | undefined;
  readonly flow: Flow;
  readonly waitMs: number;
  readonly isTooLate: boolean;
}

/** Calls until it has an answer that stands, as the API tells its callers to. */
export async function startCaller(world: World, plan: CallerPlan): Promise<void> {
  const { atMs, tries, retryMs, repeatsAtMs } = plan;
  await pause(world, atMs);
  for (let n = 0; n < tries; n++) {
    const answer = await callWithPatience(world, plan);
    if (answer && isFinal(answer)) break;
    if (plan.key === undefined && answer?.status === 202) break;
    await pause(world, retryMs);
  }
  for (const repeatAtMs of repeatsAtMs) {
    await pause(world, repeatAtMs - world.scheduler.nowMs());
    await callWithPatience(world, plan);
  }
}

/** What is not registered yet may be soon. */
const NOT_YET = new Set([202, 404, 429]);

function isFinal({ status, code }: CallAnswer): boolean {
  return !NOT_YET.has(status) && status < 500 && code !== "registration_in_progress";
}

async function callWithPatience(world: World, plan: CallerPlan): Promise<CallAnswer | undefined> {
  const isTooLate = world.scheduler.nowMs() >= plan.tooLateFromMs;
  return new Promise((resolve) => {
    const over = (answer: CallAnswer | undefined) => {
      resolve(answer);
      world.scheduler.woken();
    };
    void call(world, { ...plan, isTooLate }).then(over);
    world.scheduler.after(plan.patienceMs, () => over(undefined));
  });
}

/** One HTTP call, answered by an instance of its own. Never settles when the instance dies. */
export async function call(world: World, http: HttpCall): Promise<CallAnswer> {
  const asked = askedOf(world, http.content, http.change);
  if (!asked) return { status: 404, code: "not_found", text: "", rid: undefined };
  const instance = world.instance("api");
  const id = instance.name;
  const what = `${http.change ? `${http.change.op} (${http.change.words}) of ` : ""}${http.content}`;
  world.trace.tell(`${id} is called with ${what} under ${http.key ?? "no key"}, ${http.flow}`);
  const submission = submissionOf(asked, http, id);
  const startedMs = world.scheduler.nowMs();
  const watched = { id, irn: asked.irn, fp: asked.fp, key: keyOfSubmission(submission), startedMs };
  world.sent.set(sentAs(watched.key, asked.fp), http);
  let isOver = false;
  world.scheduler.after(API_TIMEOUT_MS, () => {
    if (!isOver) instance.die("it took too long");
  });
  const given = await answered(world, instance, submission, http);
  const answer = world.sabotage.answer?.(given) ?? given;
  isOver = true;
  world.trace.tell(`${id} answers ${answer.status} ${answer.code ?? ""} ${answer.rid ?? ""}`);
  world.watch.answered(watched, answer);
  return answer;
}

function submissionOf({ fp: _, ...asked }: Asked, { flow, key: idempotencyKey }: HttpCall, id: string): Submission {
  const by = { clientId: "client", method: "POST", route: "POST /irn", path: "/irn", requestId: id };
  return { ...asked, flow, idempotencyKey, asked: by };
}

function sentAs(key: string, fp: string): string {
  return `${key} ${fp}`;
}

/** What the function behind the routes does with it. */
async function answered(
  world: World,
  instance: Instance,
  submission: Submission,
  { waitMs, isTooLate }: HttpCall,
): Promise<CallAnswer> {
  const { stores, queue, budget } = world;
  let ids = 0;
  const deps = {
    requests: instance.port("requests", stores.requests),
    documents: instance.port("documents", stores.documents),
    outcomes: instance.port("outcomes", stores.outcomes),
    queue: instance.port("queue", queue),
    budget: instance.port("budget", budget),
    audit: auditTo(instance.port("audit", world.audit), { now: instance.now, newId: world.newId }),
    pace: newPace(),
    mode: "test" as const,
    mayWaitOn: async () => true,
    now: instance.now,
    sleep: instance.sleep,
    newId: () => `${instance.name}:${++ids}`,
  };
  try {
    const { change, irn } = submission;
    // A bill's number is all that its caller gives.
    if (change?.op === "cancel_ewb" && (await deps.documents.irnOfBill(change.ewbNo)) !== irn)
      return { status: 404, code: "not_found", text: "", rid: undefined };
    const submitted = isTooLate ? await earlierAnswer(deps, submission) : await submit(deps, submission);
    if (!submitted) return { status: 422, code: "invalid_document", text: "", rid: undefined };
    if (submitted.is === "accepted") return await acceptedAnswer(deps, submitted.rid, submission.irn, waitMs);
    const { outcome, replayOf } = submitted;
    return await toAnswer(deps.documents, outcome, replayOf, instance.name);
  } catch (error) {
    if (!(error instanceof Problem)) return { status: 500, code: "internal_error", text: "", rid: undefined };
    return { status: error.body.status, code: error.body.code, text: "", rid: undefined };
  }
}

type ApiDeps = WaitDeps & { readonly documents: Pick<DocumentStore, "answer"> };

async function acceptedAnswer(deps: ApiDeps, rid: string, irn: string, waitMs: number): Promise<CallAnswer> {
  const pending = { status: 202, code: undefined, text: "", rid };
  try {
    const ended = await waitForOutcome(deps, { rid, irn }, waitMs);
    if (!ended) return pending;
    const answer = async () => ended.answer ?? deps.documents.answer(irn);
    return await toAnswer({ answer }, ended.outcome, rid, rid);
  } catch {
    return pending;
  }
}

async function toAnswer(
  documents: Pick<DocumentStore, "answer">,
  outcome: Outcome,
  rid: string | undefined,
  callId: string,
): Promise<CallAnswer> {
  const { status, text, json } = {
    text: undefined,
    json: undefined,
    ...(await outcomeAnswer(documents, outcome, rid ?? callId)),
  };
  const code = outcome.kind === "problem" ? outcome.problem.code : undefined;
  return { status, code, text: text ?? JSON.stringify(json), rid };
}

/** Once everything has ended, each key that lives gives its answer once more. */
export async function replayAll(world: World): Promise<void> {
  const { scheduler, sent, watch } = world;
  const nowMs = scheduler.nowMs();
  for (const [rid, { atMs }] of watch.ended) {
    const { key, fp } = watch.accepted.get(rid) ?? { key: "", fp: "" };
    const http = sent.get(sentAs(key, fp));
    const isAlive = nowMs - atMs < SURELY_ALIVE_MS;
    if (http?.key !== undefined && isAlive) void call(world, { ...http, waitMs: 1_000, isTooLate: false });
  }
  await scheduler.runUntil(nowMs + 60_000);
}

function pause({ scheduler }: World, ms: number): Promise<void> {
  return new Promise((resolve) => {
    scheduler.after(ms, () => {
      resolve();
      scheduler.woken();
    });
  });
}
