import type { Cloud, Provision } from "./provision.ts";
import { api, integration, route } from "./resources/apigatewayv2.ts";
import { customResource } from "./resources/custom-resource.ts";
import { table } from "./resources/dynamodb-table.ts";
import { eventBus, rule } from "./resources/events.ts";
import { key } from "./resources/kms-key.ts";
import { eventSourceMapping } from "./resources/lambda-event-source-mapping.ts";
import { lambdaFunction } from "./resources/lambda-function.ts";
import { bucket } from "./resources/s3-bucket.ts";
import { secret } from "./resources/secretsmanager-secret.ts";
import { queue } from "./resources/sqs-queue.ts";
import { stateMachine } from "./resources/stepfunctions-state-machine.ts";
import type { Provisioned, TemplateResource } from "./template.ts";

const behaving: Readonly<Record<string, Provision>> = {
  "AWS::ApiGatewayV2::Api": api,
  "AWS::ApiGatewayV2::Integration": integration,
  "AWS::ApiGatewayV2::Route": route,
  "AWS::CloudFormation::CustomResource": customResource,
  "AWS::DynamoDB::Table": table,
  "AWS::Events::EventBus": eventBus,
  "AWS::Events::Rule": rule,
  "AWS::KMS::Key": key,
  "AWS::Lambda::EventSourceMapping": eventSourceMapping,
  "AWS::Lambda::Function": lambdaFunction,
  "AWS::S3::Bucket": bucket,
  "AWS::SecretsManager::Secret": secret,
  "AWS::SQS::Queue": queue,
  "AWS::StepFunctions::StateMachine": stateMachine,
};

/** Types that change nothing in what the product does on one machine: permissions, logs, alarms, deployment's own. */
const inert: ReadonlySet<string> = new Set([
  "AWS::ApiGatewayV2::Stage",
  "AWS::CDK::Metadata",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::Lambda::Permission",
  "AWS::Logs::LogGroup",
  "AWS::S3::BucketPolicy",
  "AWS::SQS::QueuePolicy",
]);

/** Throws on a type that is in neither list: what it does would be missing from the local run without anybody noticing. */
export async function provision(
  cloud: Cloud,
  logicalId: string,
  { Type, Properties, Metadata }: TemplateResource,
  resolve: (value: unknown) => unknown,
): Promise<Provisioned> {
  if (inert.has(Type)) return { ref: logicalId, attributes: { Arn: `arn:aws:local:::${logicalId}` } };
  const make = Type.startsWith("Custom::") ? customResource : behaving[Type];
  if (!make)
    throw new Error(
      `${logicalId} is of type ${Type}, which the local cloud cannot run; add it under infra/local/resources`,
    );
  const properties = resolve(Properties) as Record<string, unknown>;
  return make(cloud, { logicalId, properties, metadata: Metadata });
}
