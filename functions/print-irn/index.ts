import { readFileSync } from "node:fs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { blobsOf, blobVariables } from "../../shared/aws/s3-blobs.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import type { Faces } from "../../shared/document/print/faces.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { fontFolder } from "./font-folder.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...auditVariables,
  ...blobVariables,
  DOCUMENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  ISSUER: z.string(),
  MODE: z.enum(["test", "live"]),
});
const db = dynamo();
const blobs = blobsOf(db, env);

const log = newLog("print-irn");
// They lie beside the bundle.
const fonts = fontFolder(new URL("fonts/", import.meta.url), log);
let loading: Promise<Faces> | undefined;

/** Once for all calls of an instance; HarfBuzz itself is loaded with it. */
function faces(): Promise<Faces> {
  loading ??= import("../../shared/document/print/faces.ts").then(({ loadFaces }) =>
    loadFaces(fonts, readFileSync(new URL("harfbuzz-subset.wasm", import.meta.url))),
  );
  // What failed is tried again by the next call.
  return loading.catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
}

export const handler = createHandler({
  log,
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, () => new Date()),
  audit: auditOf(db, env, () => new Date()),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE, blobs),
  mode: env.MODE,
  faces,
});
