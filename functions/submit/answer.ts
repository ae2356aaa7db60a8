import { includesQr } from "../../shared/api/include.ts";
import type { Preference } from "../../shared/api/prefer.ts";
import { Problem } from "../../shared/api/problem.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { withQr } from "../../shared/document/with-qr.ts";
import { readIdempotencyKey } from "../../shared/idempotency/key.ts";
import type { OpenCircuit, PortalChoice } from "../../shared/irp/circuits.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { earlierAnswer } from "../../shared/request/earlier-answer.ts";
import type { Outcomes } from "../../shared/request/outcomes.ts";
import type { Pace } from "../../shared/request/pace.ts";
import { type Submission, type SubmitDeps, type Submitted, submit } from "../../shared/request/submit.ts";
import { waitForOutcome } from "../../shared/request/wait.ts";
import type { WaitingRoom } from "../../shared/request/waiting-room.ts";
import type { ProfileStore } from "../../shared/taxpayer/profile-store.ts";
import type { Call, CallNotes, HttpAnswer } from "../pipeline/http.ts";
import type { PipelineDeps } from "../pipeline/http-function.ts";
import { outcomeAnswer } from "../pipeline/outcome-answer.ts";
import { pausedAnswer } from "../pipeline/paused-answer.ts";

export type SubmitFunctionDeps = PipelineDeps &
  Omit<SubmitDeps, "documents"> & {
    readonly choice: PortalChoice;
    readonly waitingRoom: WaitingRoom;
    readonly pace: Pace;
    readonly outcomes: Outcomes;
    readonly documents: Pick<DocumentStore, "find" | "answer" | "irnOfBill">;
    readonly profiles: Pick<ProfileStore, "find">;
  };

/** What an operation asks for: `body` is what the caller said, as it is stored and compared. */
export interface Asking extends Pick<Submission, "gstin" | "irn" | "docFp" | "change"> {
  readonly body: unknown;
  /** What the rules hold against it. It stands unless the very same was answered before. */
  readonly refusal: (() => Problem) | undefined;
}

/** Submits what is asked, and answers with what is known, what comes of it in time, or 202. */
export async function answerTo(
  deps: SubmitFunctionDeps,
  call: Call<unknown>,
  preference: Preference,
  { refusal, ...asking }: Asking,
): Promise<HttpAnswer> {
  call.note({ irn: asking.irn });
  const isQrWanted = includesQr(call.query);
  const pause = pauseNow(deps, asking.gstin);
  const submission = submissionOf(call, preference, asking);
  const submitted = refusal ? await earlierAnswerOr(deps, submission, refusal) : await submit(deps, submission);
  call.note(notesOf(submitted));
  const { waitMs, applied } = preference;
  const answer =
    submitted.is === "known"
      ? await knownAnswer(deps, submitted, call.requestId)
      : await acceptedAnswer(deps, { ...submitted, pause: await pause }, submission, waitMs);
  const headers = { ...answer.headers, ...(applied ? { "preference-applied": applied } : {}) };
  return { ...(isQrWanted ? withImage(deps, answer) : answer), headers };
}

/** What was accepted by this very call has its intent recorded. */
function notesOf(submitted: Submitted): CallNotes {
  if (submitted.is === "known") return submitted.replayOf ? { rid: submitted.replayOf } : {};
  return submitted.joined ? { rid: submitted.rid } : { rid: submitted.rid, isAccepted: true };
}

/** A registration's answer is the one that is frozen text. It stands, whether its image can be drawn or not. */
function withImage({ log }: SubmitFunctionDeps, answer: HttpAnswer): HttpAnswer {
  if (answer.text === undefined) return answer;
  try {
    return { ...answer, text: withQr(answer.text) };
  } catch (error) {
    log.error("the QR code could not be drawn", { error });
    return answer;
  }
}

function submissionOf(
  { method, path, query, headers, asked }: Call<unknown>,
  { respondAsync }: Preference,
  { body, ...asking }: Omit<Asking, "refusal">,
): Submission {
  if (!asked) throw new Error("the route asks for no token");
  return {
    ...asking,
    payload: { method, path, query: { ...query }, body },
    flow: respondAsync ? "queued" : "direct",
    idempotencyKey: readIdempotencyKey(headers["idempotency-key"]),
    asked,
  };
}

/**
 * A replay must give the bytes of the first answer, so a stored problem names the request, not the call. Where those
 * bytes cannot be read now, the request was accepted all the same: 202, and where to look.
 */
async function knownAnswer(
  deps: SubmitFunctionDeps,
  { outcome, replayOf }: Known,
  requestId: string,
): Promise<HttpAnswer> {
  try {
    const answer = await outcomeAnswer(deps.documents, outcome, replayOf ?? requestId);
    return replayOf ? { ...answer, headers: { ...answer.headers, "idempotency-replayed": "true" } } : answer;
  } catch (error) {
    deps.log.error("a stored answer could not be read", { error, replayOf });
    if (replayOf) return pending(deps, { rid: replayOf });
    throw new Problem("store_unavailable", "nothing was accepted; repeat the request", {
      headers: { "retry-after": "1" },
    });
  }
}

type Known = Extract<Submitted, { is: "known" }>;

async function earlierAnswerOr(
  deps: SubmitFunctionDeps,
  submission: Submission,
  refusal: () => Problem,
): Promise<Submitted> {
  const earlier = await earlierAnswer(deps, submission);
  if (!earlier) throw refusal();
  return earlier;
}

/** While nothing is sent for the GSTIN, waiting makes no sense. Not knowing is no reason not to wait. */
function pauseNow({ choice }: SubmitFunctionDeps, gstin: string): Promise<OpenCircuit | undefined> {
  return choice.choose(gstin).then(
    (chosen) => ("portal" in chosen ? undefined : chosen),
    () => undefined,
  );
}

/** From acceptance on nothing is answered but the outcome or 202, whatever fails while we look for it. */
async function acceptedAnswer(
  deps: SubmitFunctionDeps,
  accepted: Accepted,
  { irn, change }: Submission,
  waitMs: number,
): Promise<HttpAnswer> {
  const { rid, pause } = accepted;
  try {
    const mayWaitOn = async () => (await deps.waitingRoom.enter(deps.now())) === "entered";
    const ended = await waitForOutcome(
      { ...deps, mayWaitOn },
      { rid, irn: change ? undefined : irn },
      pause ? 0 : waitMs,
    );
    if (!ended) return pending(deps, accepted);
    // The one read that saw the outcome may have seen the document a moment before it had its answer.
    const answer = async () => ended.answer ?? deps.documents.answer(irn);
    return await outcomeAnswer({ answer }, ended.outcome, rid);
  } catch (error) {
    deps.log.error("the outcome of an accepted request could not be read", { error, rid });
    return pending(deps, accepted);
  }
}

type Accepted = Extract<Submitted, { is: "accepted" }> & { readonly pause?: OpenCircuit | undefined };

/** When it makes sense to look again. */
const SOONEST_LOOK_SECONDS = 2;

/** Accepted and not over yet: 202, where to look, and when it starts at the earliest where it has to wait for its turn. */
function pending({ now }: SubmitFunctionDeps, { rid, startsAt, pause }: Pick<Accepted, "rid" | "startsAt" | "pause">) {
  const location = `/requests/${rid}`;
  const startsMs = Math.max(startsAt?.getTime() ?? 0, pause?.openUntil.getTime() ?? 0);
  const waitSeconds = Math.ceil((startsMs - now().getTime()) / 1000);
  const starts = startsMs > 0 && { startsAt: toIstTimestamp(new Date(startsMs)) };
  const json = { id: rid, state: "queued", ...starts, ...(pause && pausedAnswer(pause)), links: { self: location } };
  const headers = { location, "retry-after": String(Math.max(waitSeconds, SOONEST_LOOK_SECONDS)) };
  return { status: 202, json, headers };
}
