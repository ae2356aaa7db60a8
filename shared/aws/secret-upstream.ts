import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { UpstreamSecret } from "../irp/portals.ts";

/** The GSP's credentials and the portals' keys: read once per instance, and again after a failure. */
export function secretUpstream(secrets: SecretsManagerClient, SecretId: string): () => Promise<UpstreamSecret> {
  let kept: Promise<UpstreamSecret> | undefined;

  async function read(): Promise<UpstreamSecret> {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return UpstreamSecret.parse(JSON.parse(SecretString ?? "null"));
  }

  return () => {
    kept ??= read();
    kept.catch(() => {
      kept = undefined;
    });
    return kept;
  };
}
