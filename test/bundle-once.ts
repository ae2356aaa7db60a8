import { bundleFunctions } from "../infra/bundle.ts";

/** The stack's assets are the bundles; they are made once for all the tests that synthesize it. */
export async function setup(): Promise<void> {
  await bundleFunctions();
}
