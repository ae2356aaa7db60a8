import { existsSync, readFileSync } from "node:fs";
import { fontFiles } from "../../shared/document/print/font-files.ts";
import type { Log } from "../pipeline/log.ts";

/**
 * The fonts in a folder, each read when it is asked for. What is missing is said at the start, as an error: the deployment
 * is not whole, but everybody still gets a document.
 */
export function fontFolder(folder: URL, log: Pick<Log, "error">): (name: string) => Uint8Array | undefined {
  const missing = fontFiles.filter((name) => !existsSync(new URL(name, folder)));
  if (missing.length > 0) log.error("fonts are missing, and others stand in for them", { missing });
  return (name) => (missing.includes(name) ? undefined : readFileSync(new URL(name, folder)));
}
