import { type Preference, readPrefer } from "../../shared/api/prefer.ts";
import { Problem } from "../../shared/api/problem.ts";
import { documentFingerprint } from "../../shared/document/document-fingerprint.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { readIdempotencyKey } from "../../shared/idempotency/key.ts";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import type { PortalChoice } from "../../shared/irp/circuits.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { earlierAnswer } from "../../shared/request/earlier-answer.ts";
import type { Pace } from "../../shared/request/pace.ts";
import { type Submission, type SubmitDeps, type Submitted, submit } from "../../shared/request/submit.ts";
import { waitForOutcome } from "../../shared/request/wait.ts";
import type { WaitingRoom } from "../../shared/request/waiting-room.ts";
import { checkingContext } from "../../shared/taxpayer/checking-context.ts";
import type { ProfileStore } from "../../shared/taxpayer/profile-store.ts";
import { checkedDocument, invalidDocument } from "../pipeline/checked-document.ts";
import type { Call, HttpAnswer } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";
import { outcomeAnswer } from "../pipeline/outcome-answer.ts";

type Deps = PipelineDeps &
  Omit<SubmitDeps, "documents"> & {
    readonly choice: PortalChoice;
    readonly waitingRoom: WaitingRoom;
    readonly pace: Pace;
    readonly documents: Pick<DocumentStore, "find" | "answer">;
    readonly profiles: Pick<ProfileStore, "find">;
  };

export function createHandler(deps: Deps) {
  return httpFunction("submit", deps, { "POST /irn": (call) => register(deps, call) });
}

async function register(deps: Deps, call: Call<unknown>): Promise<HttpAnswer> {
  const context = await checkingContext(deps.profiles, call.caller?.gstin ?? "", deps.now());
  const { invoice, findings, isRefused } = checkedDocument(call.body, context);
  const preference = readPrefer(call.headers["prefer"]);
  const isServed = servedNow(deps, call.caller?.gstin ?? "");
  const submission = submissionOf(call, invoice, preference);
  const submitted =
    isRefused && !preference.lenient
      ? await earlierAnswerOr(deps, submission, () => invalidDocument(findings))
      : await submit(deps, submission);
  const { waitMs, applied } = preference;

  const answer =
    submitted.is === "known"
      ? await knownAnswer(deps, submitted, call.requestId)
      : await acceptedAnswer(deps, submitted, (await isServed) ? waitMs : 0);
  return { ...answer, headers: { ...answer.headers, ...(applied ? { "preference-applied": applied } : {}) } };
}

/**
 * A replay must give the bytes of the first answer, so a stored problem names the request, not the call. Where those
 * bytes cannot be read now, the request was accepted all the same: 202, and where to look.
 */
async function knownAnswer(deps: Deps, { outcome, replayOf }: Known, requestId: string): Promise<HttpAnswer> {
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

function submissionOf(call: Call<unknown>, invoice: Invoice, { respondAsync }: Preference): Submission {
  return {
    gstin: ownGstin(call, invoice),
    payload: { method: call.method, path: call.path, query: { ...call.query }, body: invoice },
    irn: irnOfInvoice(invoice),
    docFp: documentFingerprint(invoice),
    flow: respondAsync ? "queued" : "direct",
    idempotencyKey: readIdempotencyKey(call.headers["idempotency-key"]),
    requestId: call.requestId,
  };
}

async function earlierAnswerOr(deps: Deps, submission: Submission, refusal: () => Problem): Promise<Submitted> {
  const earlier = await earlierAnswer(deps, submission);
  if (!earlier) throw refusal();
  return earlier;
}

/** While nothing is sent for the GSTIN, waiting makes no sense. Not knowing is no reason not to wait. */
function servedNow({ choice }: Deps, gstin: string): Promise<boolean> {
  return choice.choose(gstin).then(
    (chosen) => "portal" in chosen,
    () => true,
  );
}

/** From acceptance on nothing is answered but the outcome or 202, whatever fails while we look for it. */
async function acceptedAnswer(deps: Deps, accepted: Accepted, waitMs: number): Promise<HttpAnswer> {
  const { rid } = accepted;
  try {
    const mayWaitOn = async () => (await deps.waitingRoom.enter(deps.now())) === "entered";
    const outcome = await waitForOutcome({ ...deps, mayWaitOn }, rid, waitMs);
    return outcome ? await outcomeAnswer(deps.documents, outcome, rid) : pending(deps, accepted);
  } catch (error) {
    deps.log.error("the outcome of an accepted request could not be read", { error, rid });
    return pending(deps, accepted);
  }
}

/** A token speaks for one GSTIN; the document must be its own. */
function ownGstin({ caller }: Call<unknown>, { SellerDtls }: Invoice): string {
  if (caller && SellerDtls.Gstin === caller.gstin) return caller.gstin;
  throw new Problem("gstin_mismatch", "SellerDtls.Gstin must be the GSTIN that the access token was issued for");
}

function irnOfInvoice({ SellerDtls, DocDtls }: Invoice): string {
  return irnOf({ sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt });
}

type Accepted = Extract<Submitted, { is: "accepted" }>;

/** When it makes sense to look again. */
const SOONEST_LOOK_SECONDS = 2;

/** Accepted and not over yet: 202, where to look, and when it starts at the earliest where it has to wait for its turn. */
function pending({ now }: Deps, { rid, startsAt }: Pick<Accepted, "rid" | "startsAt">): HttpAnswer {
  const location = `/requests/${rid}`;
  const waitSeconds = startsAt ? Math.ceil((startsAt.getTime() - now().getTime()) / 1000) : 0;
  const starts = startsAt ? { startsAt: toIstTimestamp(startsAt) } : {};
  const json = { id: rid, state: "queued", ...starts, links: { self: location } };
  const headers = { location, "retry-after": String(Math.max(waitSeconds, SOONEST_LOOK_SECONDS)) };
  return { status: 202, json, headers };
}
