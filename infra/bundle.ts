import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile, stop } from "esbuild";
import { assets } from "./assets.ts";

const SOURCE = "functions";
const OUT = ".build/functions";

/** The folders under functions/ that are Lambdas: those with an index.ts. */
export function functionNames(): string[] {
  return readdirSync(SOURCE).filter((name) => existsSync(join(SOURCE, name, "index.ts")));
}

/** Where a function's bundle lies; the folder is its Lambda asset. */
export function bundleFolder(name: string): string {
  return join(OUT, name);
}

/**
 * Bundles every function in one go, which takes a second where one process per function would take ten. What is built
 * here is what is deployed and what the local cloud runs.
 */
export async function bundleFunctions(): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: functionNames().map((name) => join(SOURCE, name, "index.ts")),
    outbase: SOURCE,
    outdir: OUT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // A function's credentials are in its environment: these are imported by nobody, and lie in Lambda's own runtime.
    external: ["ini", "login", "process", "sso", "web-identity"].map((kind) => `@aws-sdk/credential-provider-${kind}`),
    // Some CommonJS packages still call require for Node's own modules.
    banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
    mainFields: ["module", "main"],
    metafile: true,
    logLevel: "warning",
  });
  // esbuild's own process would stay, with all it remembers.
  await stop();
  copyAssets();
  return metafile;
}

function copyAssets(): void {
  for (const [name, files] of Object.entries(assets))
    for (const { from, to, isGzipped } of files) {
      const target = join(bundleFolder(name), to);
      mkdirSync(dirname(target), { recursive: true });
      if (isGzipped) writeFileSync(target, gzipSync(readFileSync(from), { level: 9 }));
      else copyFileSync(from, target);
    }
}
