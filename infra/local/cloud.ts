import { join } from "node:path";
import { startEndpoint } from "./endpoint.ts";
import { functions } from "./functions.ts";
import type { Cloud } from "./provision.ts";
import { provision } from "./resource-types.ts";
import { type Provisioned, provisioningOrder, resolver, Template } from "./template.ts";

export interface CloudOptions {
  /** The template as synthesized, parsed JSON. */
  readonly template: unknown;
  readonly stackName: string;
  /** Relative asset paths of the template start here. */
  readonly assetFolder: string;
  readonly dataFolder: string;
  /** The first API listens here, further ones above it, the AWS endpoint above those; 0 takes any free ports. */
  readonly port: number;
  /** Waits of state machines are this many times shorter. */
  readonly speed?: number;
  readonly progress?: (line: string) => void;
}

export interface RunningCloud {
  readonly outputs: Readonly<Record<string, string>>;
  readonly awsUrl: string;
  close(): Promise<void>;
}

const REGION = "ap-south-1";
const ACCOUNT = "000000000000";

/** Provisions everything in the template against the local engines and starts it. Throws when a resource cannot be had. */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const { stackName, assetFolder, dataFolder, port, speed = 1, progress = () => {} } = options;
  const template = Template.parse(options.template);
  const ready: (() => void)[] = [];
  const closing: (() => Promise<void> | void)[] = [];
  let ports = port;

  const running = functions(join(dataFolder, "logs"));
  const apis = Object.values(template.Resources).filter(({ Type }) => Type === "AWS::ApiGatewayV2::Api").length;
  const endpoint = await startEndpoint({
    port: port === 0 ? 0 : port + apis,
    dataDir: join(dataFolder, "data"),
    speed,
    region: REGION,
    invoke: running.invoke,
  });
  const cloud: Cloud = {
    stackName,
    region: REGION,
    account: ACCOUNT,
    assetFolder,
    endpoint,
    functions: running,
    progress,
    nextPort: () => (port === 0 ? 0 : ports++),
    whenReady: (start) => void ready.push(start),
    whenClosing: (stop) => void closing.push(stop),
  };
  const close = async () => {
    // What was provisioned last depends on what came before: queues stop feeding before the APIs behind them go.
    for (const stop of closing.reverse()) await stop();
    await running.close();
    await endpoint.close();
  };

  try {
    const outputs = await provisionAll(cloud, template);
    await running.loaded();
    for (const start of ready) start();
    endpoint.resume();
    return { outputs, awsUrl: endpoint.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function provisionAll(cloud: Cloud, template: Template): Promise<Record<string, string>> {
  const resources = new Map<string, Provisioned>();
  const resolve = resolver(resources, pseudoParameters(cloud));
  for (const logicalId of provisioningOrder(template)) {
    const resource = template.Resources[logicalId];
    if (!resource) continue;
    const provisioned = await provision(cloud, logicalId, resource, resolve);
    resources.set(logicalId, provisioned);
  }
  return Object.fromEntries(
    Object.entries(template.Outputs).map(([name, { Value }]) => [name, String(resolve(Value))]),
  );
}

function pseudoParameters({ region, account, stackName }: Cloud) {
  return {
    "AWS::Region": region,
    "AWS::AccountId": account,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": stackName,
    "AWS::StackId": `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
    "AWS::NoValue": "",
  };
}
