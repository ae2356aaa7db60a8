import type { CloudFormationCustomResourceEvent } from "aws-lambda";
import { ensureSigningKey, type KeyRing, type NewKeyPair } from "../../shared/oauth/key-ring.ts";
import type { Log } from "../pipeline/log.ts";

interface Deps {
  readonly log: Log;
  readonly keys: KeyRing;
  readonly newKeyPair: NewKeyPair;
  readonly fetch: typeof fetch;
}

/**
 * Runs at every deploy as a CloudFormation custom resource and makes the first signing key. CloudFormation waits for an
 * answer at `ResponseURL`, so that a failure is answered too; only an answer that does not get there is thrown, for
 * Lambda to try again.
 */
export function createHandler({ log, keys, newKeyPair, fetch }: Deps) {
  return async (event: CloudFormationCustomResourceEvent): Promise<void> => {
    const reason =
      event.RequestType === "Delete" ? undefined : await failureOf(() => ensureSigningKey(keys, newKeyPair));
    if (reason) log.error("no signing key could be made", { reason });
    const { StackId, RequestId, LogicalResourceId } = event;
    const Status = reason ? "FAILED" : "SUCCESS";
    const answer = {
      Status,
      Reason: reason ?? "",
      PhysicalResourceId: "signing-keys",
      StackId,
      RequestId,
      LogicalResourceId,
    };
    // Without a content type: the signature of the address covers none.
    const response = await fetch(event.ResponseURL, { method: "PUT", body: Buffer.from(JSON.stringify(answer)) });
    if (!response.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${response.status}`);
  };
}

async function failureOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : "unknown failure";
  }
}
