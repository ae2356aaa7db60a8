import { resolve } from "node:path";
import * as z from "zod";
import type { Provision } from "../provision.ts";
import { lambdaEnvironment } from "./aws-clients.ts";

const Properties = z.object({
  FunctionName: z.string().optional(),
  Handler: z.string(),
  Runtime: z.string().startsWith("nodejs"),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).default({ Variables: {} }),
});

/** The very bundle that is deployed, from the asset that the template names. */
export const lambdaFunction: Provision = async (cloud, { logicalId, properties, metadata }) => {
  const { FunctionName, Handler, Timeout, MemorySize, Environment } = Properties.parse(properties);
  const name = FunctionName ?? `${cloud.stackName}-${logicalId}`;
  const arn = `arn:aws:lambda:${cloud.region}:${cloud.account}:function:${name}`;
  cloud.functions.add({
    name,
    arn,
    folder: resolve(cloud.assetFolder, z.string().parse(metadata["aws:asset:path"])),
    handler: Handler,
    memoryMb: MemorySize,
    timeoutSeconds: Timeout,
    environment: {
      ...lambdaEnvironment(cloud),
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
      ...Environment.Variables,
    },
  });
  return { ref: name, attributes: { Arn: arn } };
};
