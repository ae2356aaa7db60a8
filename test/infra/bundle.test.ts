import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assets } from "../../infra/assets.ts";
import { bundleFolder, functionNames } from "../../infra/bundle.ts";
import { problemPages } from "../../shared/api/reference/problem-pages.ts";
import { fontFiles } from "../../shared/document/print/font-files.ts";

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

  it("has what sets type, and the fonts, in one function alone", () => {
    const setting = functionNames().filter((name) => bundleOf(name).includes("hb_buffer_create"));
    expect(setting).toEqual(["print-irn"]);
  });

  it("has every file beside it that it reads, and the licence of the fonts", () => {
    const files = [
      "harfbuzz.wasm",
      "harfbuzz-subset.wasm",
      "fonts/OFL.txt",
      ...fontFiles.map((name) => `fonts/${name}`),
    ];
    expect(files.filter((file) => !existsSync(join(bundleFolder("print-irn"), file)))).toEqual([]);
    expect(assets["print-irn"]?.map(({ to }) => to).toSorted()).toEqual(files.toSorted());
  });

  it("has what is only to be read in the documentation alone", () => {
    const { means } = problemPages.not_found;
    expect(functionNames().filter((name) => bundleOf(name).includes(means))).toEqual(["docs"]);
  });

  it("has files beside the code of those alone who read them", () => {
    const withFiles = functionNames().filter((name) => readdirSync(bundleFolder(name)).length > 1);
    expect(withFiles).toEqual(["docs", "print-irn"]);
  });
});
