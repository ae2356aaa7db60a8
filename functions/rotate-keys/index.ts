import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { generateKeyPair } from "jose";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { secretKeyRing } from "../../shared/aws/secret-key-ring.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({ CLIENTS_TABLE: z.string(), SIGNING_KEY_SECRET: z.string() });

export const handler = createHandler({
  log: newLog("rotate-keys"),
  keys: secretKeyRing(
    { secrets: new SecretsManagerClient(), db: dynamo() },
    { secretId: env.SIGNING_KEY_SECRET, table: env.CLIENTS_TABLE },
  ),
  newKeyPair: () => generateKeyPair("RS256", { extractable: true, modulusLength: 2048 }),
  fetch,
});
