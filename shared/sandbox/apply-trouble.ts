import { type Answer, inManner, refuse } from "./answer.ts";
import { faultNumbered } from "./codes.ts";
import type { Trouble } from "./faults.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

/** The answer that comes in place of the work, if the trouble is one of that kind. */
export function refusalBy(trouble: Trouble): Answer | undefined {
  const { code, status, cut } = trouble;
  if (code === undefined && status === undefined && cut === undefined) return undefined;
  const answer = refuse([faultNumbered(code ?? "5001")]);
  return inManner(answer, { ...(status === undefined ? {} : { status }), ...(cut === undefined ? {} : { cut }) });
}

/** Serves a document with its trouble: refused before anything is done, or spoiled after it, or only late or oddly written. */
export async function serveInTrouble(
  deps: SandboxDeps,
  request: SessionRequest,
  { docNo, trouble }: { readonly docNo: string; readonly trouble: Trouble },
  serve: () => Promise<Answer>,
): Promise<Answer> {
  const refusal = (await isDue(deps, request, docNo, trouble)) ? refusalBy(trouble) : undefined;
  if (refusal !== undefined && trouble.revokes) await deps.store.endSession(ended(request));
  if (refusal !== undefined && !trouble.afterCommit) return spoiled(refusal, trouble);

  const answer = await serve();
  const isCommitted = answer.Status === 1;
  return spoiled(refusal !== undefined && isCommitted ? refusal : answer, trouble);
}

/** Late, or written in an odd way. */
export function spoiled(answer: Answer, { delaySeconds, variant }: Trouble): Answer {
  return inManner(answer, {
    ...(delaySeconds === undefined ? {} : { delaySeconds }),
    ...(variant === undefined ? {} : { variant }),
  });
}

/** The first of all calls for the document leaves a note; of calls at the same time one is the first. */
async function isDue(
  { store, randomBytes }: SandboxDeps,
  { session }: SessionRequest,
  docNo: string,
  { once }: Trouble,
) {
  if (!once) return true;
  const mine = Buffer.from(randomBytes(12)).toString("hex");
  return (await store.keepNote(`once#${session.gstin}#${docNo.toUpperCase().slice(0, 100)}`, mine)) === mine;
}

function ended({ session, at }: SessionRequest) {
  return { ...session, expiresAt: at.toISOString() };
}
