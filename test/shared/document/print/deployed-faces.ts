import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleFolder } from "../../../../infra/bundle.ts";
import { type Faces, loadFaces } from "../../../../shared/document/print/faces.ts";

/** The faces out of the very files that are deployed, but for those that a test wants to be missing. */
export function deployedFaces(isMissing: (name: string) => boolean = () => false): Promise<Faces> {
  const folder = bundleFolder("print-irn");
  const file = (name: string) => {
    const path = join(folder, "fonts", name);
    return isMissing(name) || !existsSync(path) ? undefined : readFileSync(path);
  };
  return loadFaces(file, readFileSync(join(folder, "harfbuzz-subset.wasm")));
}
