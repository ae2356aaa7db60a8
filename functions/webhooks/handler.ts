import { toIstTimestamp } from "../../shared/ist.ts";
import type { Endpoint } from "../../shared/webhook/endpoint.ts";
import type { Reach } from "../../shared/webhook/endpoint-url.ts";
import {
  changeEndpoint,
  createEndpoint,
  disabledByOwner,
  enabled,
  enabledEndpoint,
  type ManageDeps,
  ownEndpoint,
  rotateSecret,
  withSettings,
} from "../../shared/webhook/manage-endpoints.ts";
import { type ReplayDeps, recover } from "../../shared/webhook/replay.ts";
import { type TestDeps, testEndpoint } from "../../shared/webhook/test-endpoint.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";
import { readEndpointChange, readNewEndpoint, readRecoverBody } from "./endpoint-body.ts";

type Deps = PipelineDeps &
  ManageDeps &
  ReplayDeps &
  TestDeps & {
    readonly reach: Reach;
    readonly mode: "test" | "live";
  };

export function createHandler(deps: Deps) {
  return httpFunction("webhooks", deps, {
    "POST /webhooks": (call) => create(deps, call),
    "GET /webhooks": (call) => list(deps, call),
    "GET /webhooks/{id}": async (call) => ok(shown(deps, await ownEndpoint(deps, ...whose(call)))),
    "PATCH /webhooks/{id}": (call) => update(deps, call),
    "DELETE /webhooks/{id}": (call) => remove(deps, call),
    "POST /webhooks/{id}/enable": (call) => change(deps, call, enabled),
    "POST /webhooks/{id}/disable": (call) => change(deps, call, (endpoint) => disabledByOwner(endpoint, deps.now())),
    "POST /webhooks/{id}/rotate-secret": (call) => rotate(deps, call),
    "POST /webhooks/{id}/test": (call) => test(deps, call),
    "POST /webhooks/{id}/recover": (call) => recoverMissed(deps, call),
  });
}

/** The only answer beside a rotation's that shows a secret. */
async function create(deps: Deps, { body, caller }: Call<unknown>): Promise<HttpAnswer> {
  const settings = readNewEndpoint(body, deps.reach);
  const { endpoint, secret } = await createEndpoint(deps, caller?.gstin ?? "", settings);
  const headers = { location: `/webhooks/${endpoint.id}` };
  return { status: 201, headers, json: { ...shown(deps, endpoint), secret } };
}

async function list(deps: Deps, { caller }: Call): Promise<HttpAnswer> {
  const endpoints = await deps.endpoints.list(caller?.gstin ?? "");
  return ok({ webhooks: endpoints.map((endpoint) => shown(deps, endpoint)) });
}

async function update(deps: Deps, call: Call<unknown>): Promise<HttpAnswer> {
  await ownEndpoint(deps, ...whose(call));
  const settings = readEndpointChange(call.body, deps.reach);
  return change(deps, call, (endpoint) => withSettings(endpoint, settings));
}

async function remove(deps: Deps, call: Call): Promise<HttpAnswer> {
  const { gstin, id } = await ownEndpoint(deps, ...whose(call));
  await deps.endpoints.remove(gstin, id);
  return { status: 204 };
}

async function change(deps: Deps, call: Call<unknown>, changed: (endpoint: Endpoint) => Endpoint): Promise<HttpAnswer> {
  return ok(shown(deps, await changeEndpoint(deps, ...whose(call), changed)));
}

async function rotate(deps: Deps, call: Call): Promise<HttpAnswer> {
  const { endpoint, secret, until } = await rotateSecret(deps, ...whose(call));
  return ok({ ...shown(deps, endpoint), secret, previousSecretUntil: indian(until) });
}

async function test(deps: Deps, call: Call): Promise<HttpAnswer> {
  const endpoint = await enabledEndpoint(deps, ...whose(call));
  const { id, type, timestamp, data } = await testEndpoint(deps, endpoint);
  const links = { deliveries: `/deliveries?endpoint=${endpoint.id}` };
  return { status: 202, json: { event: { id, type, timestamp, data }, links } };
}

/** `next` is the body to go on with, where one call does not look at everything. */
async function recoverMissed(deps: Deps, call: Call<unknown>): Promise<HttpAnswer> {
  const [gstin, id] = whose(call);
  await ownEndpoint(deps, gstin, id);
  const { since, what = "missed" } = readRecoverBody(call.body);
  const { opened, next } = await recover(deps, gstin, id, { since: new Date(since), what });
  const goesOn = next ? { more: true, next: { since: next.toISOString(), what } } : { more: false };
  return { status: 202, json: { opened, ...goesOn, links: { deliveries: `/deliveries?endpoint=${id}` } } };
}

/** An empty list of events stands for all, as in what is sent; no secret is ever among it. */
function shown({ mode }: Pick<Deps, "mode">, endpoint: Endpoint) {
  const { id, url, events, description, disabled, failingSince, createdAt } = endpoint;
  return {
    ...{ id, url, events },
    ...(description !== undefined && { description }),
    status: disabled ? "disabled" : "enabled",
    ...(disabled && { disabledReason: disabled.reason, disabledAt: indian(disabled.at) }),
    ...(failingSince !== undefined && { failingSince: indian(failingSince) }),
    createdAt: indian(createdAt),
    mode,
    links: { self: `/webhooks/${id}`, deliveries: `/deliveries?endpoint=${id}` },
  };
}

function whose({ caller, params }: Call<unknown>): [gstin: string, id: string] {
  return [caller?.gstin ?? "", params["id"] ?? ""];
}

function indian(time: string): string {
  return toIstTimestamp(new Date(time));
}
