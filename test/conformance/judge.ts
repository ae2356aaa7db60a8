import { afterAll, describe } from "vitest";
import { noOpenssl } from "./openssl.ts";
import { reachIrp } from "./sandbox-server.ts";

/** The portal to be judged, for one test file. */
export async function irpOfThisFile() {
  const irp = await reachIrp();
  afterAll(() => irp.stop());
  return irp;
}

/** A part of the judgement. What can not be judged is skipped with its reason in the open, never silently. */
export function judge(
  part: string,
  tests: () => void,
  { unless }: { readonly unless?: string | undefined } = {},
): void {
  const reason = noOpenssl ?? unless;
  if (reason === undefined) return void describe(part, tests);
  if (noOpenssl === undefined) process.stderr.write(`conformance: "${part}" is not judged: ${reason}\n`);
  describe.skip(`${part} (not judged: ${reason})`, tests);
}
