import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsError } from "./engines/aws-error.ts";
import { type DynamodbEngine, dynamodbEngine } from "./engines/dynamodb.ts";
import { accountId, type Engine } from "./engines/engine.ts";
import { eventBusEngine } from "./engines/event-bus.ts";
import type { Invoke } from "./engines/invoke.ts";
import { kmsEngine } from "./engines/kms.ts";
import { countCall, metered, meteredTables, type Tallies } from "./engines/metered.ts";
import { type S3Engine, s3Engine } from "./engines/s3.ts";
import { secretsManagerEngine } from "./engines/secrets-manager.ts";
import { sqsEngine } from "./engines/sqs.ts";
import type { SqsEngine } from "./engines/sqs-engine.ts";
import { type StepFunctionsEngine, stepFunctionsEngine } from "./engines/step-functions.ts";

export type EndpointOptions = {
  host?: string;
  /** 0 takes any free port. */
  port: number;
  /** Where everything is kept; without it everything is gone at the end. */
  dataDir?: string;
  now?: () => number;
  /** Divides the times of Wait states. */
  speed?: number;
  region?: string;
  /** Runs the functions that rules, state machines and Invoke calls name. */
  invoke?: Invoke;
};

export interface Endpoint {
  /** What AWS_ENDPOINT_URL must be. */
  readonly url: string;
  readonly sqs: SqsEngine;
  readonly dynamodb: Pick<DynamodbEngine, "sweepExpired">;
  readonly stepFunctions: Pick<StepFunctionsEngine, "startExecution">;
  readonly s3: Pick<S3Engine, "createBucket">;
  /** Takes up what was under way when the last run stopped and starts the schedules. Call it once functions can run. */
  resume(): void;
  /** Cuts every connection; all that was answered is on disk when this resolves. */
  close(): Promise<void>;
}

const bodyLimit = 16 * 1024 * 1024;
/** Longer than any client keeps a connection: the one that closes it must not be us, just as a request comes in. */
const idleMs = 120_000;

/** Starts the local AWS: one HTTP server for every SDK client. Rejects with Node's error when the port is taken. */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { host = "127.0.0.1", now = Date.now, speed = 1, region = "ap-south-1", invoke = noFunction } = options;
  const common = { region, now, newId: randomUUID, dataDir: options.dataDir };

  // The port must be ours before anything touches the data: a second endpoint on it must not get that far.
  const server = createServer({ keepAliveTimeout: idleMs });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;

  const dynamodb = dynamodbEngine(common);
  const s3 = s3Engine(common);
  const sqs = sqsEngine({ ...common, queueUrl: (name) => `${url}/${accountId}/${name}` });
  const stepFunctions = stepFunctionsEngine({ ...common, invoke, speed });
  const { startExecution } = stepFunctions;
  const eventBus = eventBusEngine({
    ...common,
    invoke,
    sqs,
    startExecution: (arn, input) => void startExecution(arn, input),
  });
  const tallies: Tallies = new Map();
  const engines: Record<string, Engine> = {
    DynamoDB_20120810: meteredTables(dynamodb, tallies),
    AmazonSQS: metered(sqs, tallies),
    AWSEvents: metered(eventBus, tallies),
    AWSStepFunctions: metered(stepFunctions, tallies),
    secretsmanager: metered(secretsManagerEngine(common), tallies),
    TrentService: metered(kmsEngine(common), tallies),
  };
  await dynamodb.open().catch((error) => {
    server.close();
    throw error;
  });
  await s3.open();
  server.on("request", (request, response) => void answer({ engines, s3, invoke, tallies }, request, response));

  return {
    url,
    sqs,
    dynamodb,
    stepFunctions,
    s3,
    resume() {
      stepFunctions.resume();
      eventBus.resume();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      // Deliveries and executions may still send to queues and tables, so those close last.
      for (const engine of [s3, ...Object.values(engines)].reverse()) await engine.close();
      await closed;
    },
  };
}

async function noFunction(name: string) {
  return { ok: false as const, errorType: "ResourceNotFoundException", errorMessage: `Function not found: ${name}` };
}

interface Door {
  readonly engines: Record<string, Engine>;
  readonly s3: S3Engine;
  readonly invoke: Invoke;
  /** `GET /` shows them, with the processor time of everything that runs in this process. */
  readonly tallies: Tallies;
}

async function answer({ engines, s3, invoke, tallies }: Door, request: IncomingMessage, response: ServerResponse) {
  const hungUp = new AbortController();
  // Aborting makes an error with its stack, which only a call that still waits has a use for.
  response.once("close", () => response.writableFinished || hungUp.abort());
  try {
    if (request.method === "GET" && pathOf(request) === "/") return send(request, response, 200, usage(tallies));
    const bytes = await read(request);
    if (isForS3(request)) return await answerRest(s3, tallies, request, bytes, response);
    const body = bytes.toString();
    const functionName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathOf(request))?.[1];
    if (functionName) return await answerInvoke(invoke, decodeURIComponent(functionName), request, body, response);
    const [service = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    const engine = Object.hasOwn(engines, service) ? engines[service] : undefined;
    if (!engine) throw unknownService(request, service);
    send(request, response, 200, await engine.call(operation, parse(body), hungUp.signal));
  } catch (error) {
    sendError(request, response, error);
  }
}

function usage(tallies: Tallies): object {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, calls: Object.fromEntries(tallies) };
}

const pathOf = ({ url = "/" }: IncomingMessage) => url.split("?")[0] ?? "/";

function unknownService(request: IncomingMessage, service: string): AwsError {
  const what = service ? `The service ${service}` : `${request.method} ${pathOf(request)}`;
  return new AwsError("UnknownOperationException", `${what} is not emulated locally`, { status: 404 });
}

/** With events and not as an async iteration: this is done for every call, and those cost twice as much. */
function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else reject(new AwsError("RequestEntityTooLargeException", "The request is too long", { status: 413 }));
    });
    request.once("end", () => resolve(Buffer.concat(chunks))).once("error", reject);
  });
}

function parse(body: string): object {
  try {
    return JSON.parse(body || "{}");
  } catch {
    throw new AwsError("SerializationException", "The request is not JSON");
  }
}

/** Of the services here it alone names itself nowhere but in the signature. */
function isForS3({ headers }: IncomingMessage): boolean {
  return /\/s3\/aws4_request\b/.test(headers.authorization ?? "");
}

async function answerRest(
  s3: S3Engine,
  tallies: Tallies,
  { method = "GET", url = "/", headers: given }: IncomingMessage,
  bytes: Buffer,
  response: ServerResponse,
) {
  const request = { method, url, headers: given, body: bytes };
  countCall(tallies, s3.nameOf(request));
  const { status, headers, body } = await s3.serve(request);
  response.writeHead(status, { "content-length": body.length, "x-amz-request-id": randomUUID(), ...headers });
  response.end(body);
}

/** A failed function is a successful invocation with a header that says so. */
async function answerInvoke(
  invoke: Invoke,
  name: string,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
) {
  const payload: unknown = parse(body);
  if (request.headers["x-amz-invocation-type"] === "Event") {
    void invoke(name, payload);
    return send(request, response, 202, {});
  }
  const result = await invoke(name, payload);
  if (result.ok) return send(request, response, 200, result.payload ?? null);
  const { errorType, errorMessage } = result;
  send(request, response, 200, { errorType, errorMessage, trace: [] }, { "x-amz-function-error": "Unhandled" });
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const text = JSON.stringify(body);
  // With its length known, the answer is one piece and one system call.
  response.writeHead(status, {
    "content-type": request.headers["content-type"] ?? "application/x-amz-json-1.0",
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": randomUUID(),
    ...headers,
  });
  response.end(text);
}

/** An error that is nobody's refusal is a fault of an engine: it is shown here and answered as such, which clients retry. */
function sendError(request: IncomingMessage, response: ServerResponse, error: unknown) {
  if (response.destroyed) return;
  if (error instanceof AwsError) {
    const { type, message, status, fields, headers } = error;
    return send(request, response, status, { __type: type, message, ...fields }, headers);
  }
  console.error(error);
  send(request, response, 500, { __type: "InternalFailure", message: String(error) });
}
