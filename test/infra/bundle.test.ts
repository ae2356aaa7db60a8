import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleFolder, functionNames } from "../../infra/bundle.ts";

const MOST_BYTES = 600_000;

function bundleOf(name: string): string {
  return readFileSync(join(bundleFolder(name), "index.mjs"), "latin1");
}

describe("the bundle", () => {
  it.each(functionNames())("of %s is small enough to start fast", (name) => {
    expect(bundleOf(name).length).toBeLessThanOrEqual(MOST_BYTES);
  });

  it("has code that prints where something is printed, and not where documents are registered", () => {
    const printing = functionNames().filter((name) => bundleOf(name).includes("pHYs"));
    expect(printing).toEqual(["print-irn", "read-irn", "submit"]);
  });
});
