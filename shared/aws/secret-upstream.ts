import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { UpstreamSecret } from "../irp/portals.ts";

/** `version` is Secrets Manager's name for what was read: it changes with the secret and tells nothing of it. */
export type ReadSecret = UpstreamSecret & { readonly version: string | undefined };

/** Whoever rotates credentials or keys keeps the old ones valid for longer than this. */
const KEEP_MS = 10 * 60 * 1000;

/**
 * The GSP's credentials and the portals' keys: read at most once in ten minutes per instance. When the store fails later
 * on, what was read last goes on serving for another ten; a first read that fails is tried again by the next caller.
 */
export function secretUpstream(
  secrets: Pick<SecretsManagerClient, "send">,
  SecretId: string,
  now: () => Date = () => new Date(),
): () => Promise<ReadSecret> {
  let kept: { readonly secret: Promise<ReadSecret>; readonly at: number } | undefined;

  async function read(): Promise<ReadSecret> {
    const { SecretString, VersionId: version } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return { ...UpstreamSecret.parse(JSON.parse(SecretString ?? "null")), version };
  }

  return () => {
    const before = kept;
    if (before && now().getTime() - before.at < KEEP_MS) return before.secret;
    const reading = {
      secret: read().catch((error: unknown) => before?.secret ?? Promise.reject(error)),
      at: now().getTime(),
    };
    kept = reading;
    reading.secret.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading.secret;
  };
}
