import { createHandler as createAudit } from "../../functions/audit/handler.ts";
import { createHandler as createReadIrn } from "../../functions/read-irn/handler.ts";
import { createHandler as createReadRequest } from "../../functions/read-request/handler.ts";
import { createHandler as createSubmit } from "../../functions/submit/handler.ts";
import type { OpenCircuit } from "../../shared/irp/circuits.ts";
import { admit } from "../../shared/request/admit.ts";
import type { WorkDeps } from "../../shared/request/job.ts";
import { newPace } from "../../shared/request/pace.ts";
import { work } from "../../shared/request/work.ts";
import { fresh } from "../fakes/a-request.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { fakeIrp } from "../fakes/fake-irp.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { memoryBudget } from "../fakes/memory-budget.ts";
import { memoryBus } from "../fakes/memory-bus.ts";
import { onePolicy } from "../fakes/memory-policy-store.ts";
import { memoryProfileStore } from "../fakes/memory-profile-store.ts";
import { memoryQueue } from "../fakes/memory-queue.ts";
import { memoryStores } from "../fakes/memory-stores.ts";
import { memoryWaitingRoom } from "../fakes/memory-waiting-room.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { virtualClock } from "../fakes/virtual-clock.ts";
import { anRsaKey, aToken, GSTIN, ISSUER } from "../shared/oauth/a-token.ts";
import { invoke } from "./invoke.ts";

export const OTHER_GSTIN = "29AAAZA0001A1ZI";
const ours = await anRsaKey();

export interface CallOptions {
  readonly gstin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly requestId?: string;
  /** A route other than the usual one. */
  readonly path?: string;
  readonly routeKey?: string;
  readonly params?: Readonly<Record<string, string>>;
}

/**
 * The functions that register and read, through their pipeline, over one account's fakes. While a caller waits, the
 * worker takes what was sent, unless `working` says that there is none.
 */
export function anApi({ policies = onePolicy() } = {}) {
  const clock = virtualClock();
  const stores = memoryStores();
  const queue = memoryQueue();
  const bus = memoryBus();
  const portal = fakeIrp(clock.now);
  const log = silentLog();
  const tokens = { publishedKeys: async () => ({ keys: [ours.publicJwk] }), issuer: ISSUER, now: clock.now };
  const profiles = memoryProfileStore();
  const budget = memoryBudget(policies);
  const mode: "test" = "test";
  const trail = anAuditTrail(clock.now);
  const { audit, journal } = trail;
  const common = {
    ...stores,
    mode,
    profiles,
    queue,
    budget,
    log,
    tokens,
    audit,
    journal,
    pauseOf: async (_gstin: string): Promise<OpenCircuit | undefined> => undefined,
    now: clock.now,
    newId: fresh,
  };
  const worker: WorkDeps = {
    ...{ ...common, bus, irp: portal.irp, verify: portal.verify, monotonicMs: clock.monotonicMs },
    ...{ portals: ["NIC1", "NIC2"], callTimeoutMs: 25_000, lookUpLagMs: 15_000 },
    choice: { choose: async () => ({ portal: "NIC1" }) },
  };
  const api = { ...{ profiles, clock, queue, budget, bus, portal, worker, common, trail, ...stores }, working: true };
  let taken = 0;

  async function workOff(): Promise<void> {
    while (taken < queue.sent.length) {
      const sent = queue.sent[taken++];
      if (!sent) continue;
      const admission = await admit({ ...common, sleep: clock.sleep }, sent.message, { flow: sent.flow, receives: 1 });
      if (admission.is === "admitted") await work(worker, admission.request, admission.hasSlot);
    }
  }

  async function sleep(ms: number): Promise<void> {
    if (api.working) await workOff();
    await clock.sleep(ms);
  }

  const { choice } = worker;
  const auditDeps = { ...common, trail: trail.log, openSigned: portal.openSigned };
  const submitDeps = { ...common, sleep, choice, pace: newPace(), waitingRoom: memoryWaitingRoom(10) };
  const authorization = async (gstin: string) => {
    const iat = Math.floor(clock.now().getTime() / 1000);
    return `Bearer ${await aToken(ours, { claims: { iat, exp: iat + 600, gstin, scope: "irn:write irn:read ewb:write audit:read" } })}`;
  };

  async function post(invoice: unknown = anInvoice(), options: CallOptions = {}, deps = submitDeps) {
    const headers = { authorization: await authorization(options.gstin ?? GSTIN), ...options.headers };
    const event = anApiEvent({ method: "POST", path: "/irn", body: invoice, ...options, headers });
    return invoke(createSubmit(deps), event);
  }

  async function get(kind: "irn" | "requests", id: string, options: CallOptions = {}, deps = common) {
    const name = kind === "irn" ? "irn" : "id";
    const headers = { authorization: await authorization(options.gstin ?? GSTIN), ...options.headers };
    const route = { path: `/${kind}/${id}`, routeKey: `GET /${kind}/{${name}}`, params: { [name]: id } };
    const handler = kind === "irn" ? createReadIrn(deps) : createReadRequest(deps);
    return invoke(handler, anApiEvent({ method: "GET", ...route, ...options, headers }));
  }

  /** A route of the reading function whose path has no parameters. */
  async function read(path: "/requests" | "/rate-limit", options: CallOptions = {}, deps = common) {
    const headers = { authorization: await authorization(options.gstin ?? GSTIN), ...options.headers };
    return invoke(createReadRequest(deps), anApiEvent({ method: "GET", path, ...options, headers }));
  }

  /** The audit trail, or what proves a document. */
  async function proof(irn = "", options: CallOptions = {}, changes: Partial<typeof auditDeps> = {}) {
    const headers = { authorization: await authorization(options.gstin ?? GSTIN), ...options.headers };
    const evidence = { path: `/irn/${irn}/evidence`, routeKey: "GET /irn/{irn}/evidence", params: { irn } };
    const route = irn ? evidence : { path: "/audit" };
    return invoke(
      createAudit({ ...auditDeps, ...changes }),
      anApiEvent({ method: "GET", ...route, ...options, headers }),
    );
  }

  return Object.assign(api, { post, get, proof, read, submitDeps, workOff });
}
