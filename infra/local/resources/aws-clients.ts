import type { Cloud } from "../provision.ts";

/** The configuration of an SDK client that talks to the local endpoint, and of the functions that do. */
export function clientConfig({ endpoint, region }: Pick<Cloud, "endpoint" | "region">) {
  return { endpoint: endpoint.url, region, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
}

export function lambdaEnvironment({ endpoint, region }: Pick<Cloud, "endpoint" | "region">): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
}
