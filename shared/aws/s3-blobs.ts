import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Blobs } from "../blobs.ts";
import { type S3Objects, s3At } from "./s3-objects.ts";

/** The environment of every function that keeps or reads texts of any length, for readEnv. */
export const blobVariables = {
  BLOBS_BUCKET: z.string(),
  /** Where AWS is, if not at its own addresses. The SDK's clients read it too. */
  AWS_ENDPOINT_URL: z.string().optional(),
};
type BlobEnvironment = z.output<z.ZodObject<typeof blobVariables>>;

export function blobsOf(db: DynamoDBDocumentClient, env: BlobEnvironment): Blobs {
  return s3Blobs(s3At(db, env.BLOBS_BUCKET, env.AWS_ENDPOINT_URL));
}

export function s3Blobs(objects: S3Objects): Blobs {
  return {
    /** The key is there already, so its bytes are. */
    async put(key, body) {
      await objects.putIfAbsent(key, body);
    },

    async get(key) {
      const bytes = await objects.find(key);
      if (bytes) return bytes;
      throw new Error(`S3 answered GET ${key} with 404 NoSuchKey`);
    },
  };
}
