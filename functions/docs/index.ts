import { readFileSync } from "node:fs";
import * as z from "zod";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({ ISSUER: z.string() });

export const handler = createHandler({
  log: newLog("docs"),
  server: env.ISSUER,
  gzippedRenderer: () => readFileSync(new URL("redoc.js.gz", import.meta.url)),
});
