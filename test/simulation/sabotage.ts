import type { Document } from "../../shared/document/document.ts";
import type { DocumentStore, Hold } from "../../shared/document/document-store.ts";
import type { Irp } from "../../shared/irp/irp.ts";
import { keyOf } from "../../shared/request/request.ts";
import type { RequestStore } from "../../shared/request/request-store.ts";
import type { MemoryStores } from "../fakes/memory-stores.ts";
import { changeSabotages } from "./change-sabotage.ts";
import { crashPoints } from "./crash-points.ts";
import { irnOfInvoice, portals } from "./government.ts";
import type { Invariant, Violation } from "./invariants.ts";
import { simulate } from "./run.ts";
import { type Story, settingOf, stories } from "./scenarios.ts";
import { scheduleOf } from "./schedules.ts";
import { webhookSabotages } from "./webhook-sabotage.ts";
import type { Sabotage, WorkDeps } from "./world.ts";

/**
 * The safeguards of the protocol, each taken away alone by standing between the product and its ports; no product code is
 * touched. Each is made anew for a run, because some remember what they saw.
 */
export const sabotages = {
  /** Step 2 of the worker notes a submission although another one is open. */
  pendingCondition: () => ({
    stores: (stores) =>
      withDocuments(stores, (documents, rows) => ({
        submit(irn, ...rest) {
          const { pending: _, ...free } = { pending: undefined, ...rows.documents.get(irn) };
          if (rows.documents.has(irn)) rows.documents.set(irn, free as Document);
          return documents.submit(irn, ...rest);
        },
      })),
  }),

  /** A further submission goes to the other portal. */
  portalPin: () => {
    let rows: MemoryStores["rows"];
    return {
      stores: (stores) => {
        rows = stores.rows;
        return stores;
      },
      work: (deps) =>
        withIrp(deps, {
          generate(call, invoice) {
            const isFirst = (rows.documents.get(irnOfInvoice(invoice))?.pending?.n ?? 1) === 1;
            const portal = isFirst ? call.portal : (portals.find((name) => name !== call.portal) ?? call.portal);
            return deps.irp.generate({ ...call, portal }, invoice);
          },
        }),
    };
  },

  /** The refusal of a further submission is believed without another look. */
  lookAfterRefusal: () => ({
    work: (deps) => {
      const refused = new Set<string>();
      const none = { is: "refused", errors: [{ code: "2154", message: "none" }] } as const;
      return withIrp(deps, {
        async generate(call, invoice) {
          const answer = await deps.irp.generate(call, invoice);
          if (answer.is === "refused") refused.add(call.gstin);
          else refused.delete(call.gstin);
          return answer;
        },
        byDocument: async (call, number) => (refused.has(call.gstin) ? none : deps.irp.byDocument(call, number)),
        byIrn: async (call, irn) => (refused.has(call.gstin) ? none : deps.irp.byIrn(call, irn)),
      });
    },
  }),

  /** What is not shown at once counts as absent. */
  settledAbsence: () => ({ work: (deps) => ({ ...deps, lookUpLagMs: -1_000_000_000 }) }),

  /** What is found under the number is taken for what was sent. */
  wholeContent: () => {
    let rows: MemoryStores["rows"];
    return {
      stores: (stores) => {
        rows = stores.rows;
        return stores;
      },
      work: (deps) => ({
        ...deps,
        async verify(document) {
          const verified = await deps.verify(document);
          const pending = rows.documents.get(document.irn)?.pending;
          const docFp = pending?.op === "register" ? pending.subs[0]?.docFp : undefined;
          return { ...verified, docFp: docFp ?? verified.docFp };
        },
      }),
    };
  },

  /** Whoever had the lock once may write. */
  fence: () => ({
    stores: (stores) =>
      withDocuments(stores, (documents, rows) => {
        const regain = (irn: string, hold: Hold | undefined) => {
          const document = rows.documents.get(irn);
          if (document && hold) rows.documents.set(irn, { ...document, lock: { ...hold } });
        };
        return {
          register(irn, hold, ...rest) {
            regain(irn, hold);
            return documents.register(irn, hold, ...rest);
          },
          unlock(irn, hold, pending) {
            regain(irn, hold);
            return documents.unlock(irn, hold, pending);
          },
          refuse(refusal) {
            regain(refusal.irn, refusal.hold);
            return documents.refuse(refusal);
          },
        };
      }),
  }),

  /** A call is sent however little is left of the lease. */
  guard: () => ({
    work: (deps) =>
      withIrp(deps, { generate: (call, invoice) => deps.irp.generate({ ...call, mayStillSend: () => true }, invoice) }),
  }),

  /** A refusal is three writes, one after another. */
  refusingTransaction: () => ({
    work: (deps) => ({
      ...deps,
      documents: {
        ...deps.documents,
        async refuse({ irn, hold, pending, rid, outcome, event, at }) {
          if (hold) await deps.documents.unlock(irn, hold, pending);
          await deps.requests.finish(rid, outcome, at);
          await deps.events.append(event, at);
          return "refused";
        },
      },
    }),
  }),

  /** The event of a registration is written when all else is done. */
  eventFirst: () => ({
    work: (deps) => {
      const owed: Parameters<WorkDeps["events"]["append"]>[] = [];
      return {
        ...deps,
        events: {
          ...deps.events,
          async append(event, at) {
            owed.push([event, at]);
            return event;
          },
        },
        requests: {
          ...deps.requests,
          async finish(...args) {
            const finished = await deps.requests.finish(...args);
            for (const each of owed.splice(0)) await deps.events.append(...each);
            return finished;
          },
        },
      };
    },
  }),

  /** A claim takes the key from whoever has it. */
  claimCondition: () => ({
    stores: (stores) =>
      withRequests(stores, (requests, rows) => ({
        claim(request, now) {
          if (rows.requests.get(request.key)?.rid !== request.rid) rows.requests.delete(request.key);
          return requests.claim(request, now);
        },
      })),
  }),

  /** A claim takes the key from another one that is alive, though not from an accepted request. */
  claimLease: () => ({
    stores: (stores) =>
      withRequests(stores, (requests, rows) => ({
        claim(request, now) {
          if (rows.requests.get(request.key)?.state === "CLAIMED") rows.requests.delete(request.key);
          return requests.claim(request, now);
        },
      })),
  }),

  /** Giving a claim back removes whatever has the key. */
  releaseCondition: () => ({
    stores: (stores) =>
      withRequests(stores, (_, rows) => ({
        async release(rid) {
          rows.requests.delete(keyOf(rid));
        },
      })),
  }),

  /** Accepting accepts whatever has the key. */
  acceptCondition: () => ({
    stores: (stores) =>
      withRequests(stores, (requests, rows) => ({
        accept(rid, owner, sweepAt) {
          const standing = rows.requests.get(keyOf(rid));
          if (standing) rows.requests.set(keyOf(rid), { ...standing, state: "CLAIMED", owner });
          return requests.accept(standing?.rid ?? rid, owner, sweepAt);
        },
      })),
  }),

  /** A claim that is alive is joined as if it were accepted. */
  acceptedOnly: () => ({
    stores: (stores) =>
      withRequests(stores, (requests) => ({
        async claim(request, now) {
          const holder = await requests.claim(request, now);
          return holder === "claimed" || holder.rid === request.rid ? holder : { ...holder, state: "QUEUED" };
        },
      })),
  }),

  /** The payload belongs to the key, and the last one stands. */
  payloadOfItsOwn: () => ({
    stores: (stores) =>
      withRequests(stores, (_, rows) => ({
        async savePayload(rid, payload) {
          rows.payloads.set(rows.requests.get(keyOf(rid))?.rid ?? rid, JSON.stringify(payload));
        },
      })),
  }),

  /** A key lives for a day from its acceptance. */
  expiryFromTheEnd: () => ({
    stores: (stores) =>
      withRequests(stores, (requests, rows) => ({
        async accept(rid, owner, sweepAt) {
          const accepted = await requests.accept(rid, owner, sweepAt);
          const queued = rows.requests.get(keyOf(rid));
          const expiresAt = sweepAt.getTime() / 1000 + 24 * 60 * 60;
          if (queued?.state === "QUEUED") rows.requests.set(keyOf(rid), { ...queued, expiresAt });
          return accepted;
        },
      })),
  }),

  /** A caller who was not told whether it was accepted hears that it was not. */
  acceptanceUnknown: () => ({
    answer: (answer) => (answer.code === "acceptance_unknown" ? { ...answer, code: "store_unavailable" } : answer),
  }),

  /** A key without a frozen outcome answers with what is known of the document today. */
  frozenOutcome: () => ({
    stores: (stores) =>
      withRequests(stores, (requests, rows) => ({
        async claim(request, now) {
          const holder = await requests.claim(request, now);
          const isCancelled = rows.documents.get(request.irn)?.status === "CNL";
          if (holder === "claimed" || holder.state !== "FINAL" || !isCancelled) return holder;
          return { ...holder, outcome: { kind: "problem", problem: { ...CANCELLED } } };
        },
      })),
  }),

  /** A worker that has the lock opens the request whether it still waits or not. */
  secondRead: () => ({
    stores: (stores) =>
      withRequests(stores, (requests, rows) => ({
        async open(rid) {
          const request = rows.requests.get(keyOf(rid));
          const payload = JSON.parse(rows.payloads.get(rid) ?? "null");
          return request?.state === "FINAL" ? { request, payload } : requests.open(rid);
        },
      })),
  }),

  /** Nobody looks for requests that are due. */
  sweepOfRequests: () => ({ stores: (stores) => withRequests(stores, () => ({ due: async () => [] })) }),

  /** Nobody looks for events that nobody took. */
  sweepOfEvents: () => ({
    stores: (stores) => ({ ...stores, events: { ...stores.events, undispatched: async () => [] } }),
  }),

  /** A slot pays for a request, not for a call: look-ups are free. */
  slotsOfLookUps: () => ({
    work: (deps) =>
      withIrp(deps, {
        byIrn: (call, irn) => deps.irp.byIrn({ ...call, isAdmitted: true }, irn),
        byDocument: (call, number) => deps.irp.byDocument({ ...call, isAdmitted: true }, number),
      }),
  }),

  /** Who is admitted needs no slot. */
  slotsOfAdmission: () => ({
    work: (deps) => ({ ...deps, budget: { ...deps.budget, take: async () => "taken" as const } }),
  }),

  /** Each attempt has the same deduplication id. */
  attemptInDeduplicationId: () => ({ deduplicationId: ({ rid }) => rid }),

  ...changeSabotages,
  ...webhookSabotages,
} satisfies Record<string, () => Sabotage>;

const CANCELLED = { code: "number_used", status: 409, title: "taken", detail: "it was cancelled" } as const;

function withDocuments(
  stores: MemoryStores,
  changed: (documents: DocumentStore, rows: MemoryStores["rows"]) => Partial<DocumentStore>,
): MemoryStores {
  return { ...stores, documents: { ...stores.documents, ...changed(stores.documents, stores.rows) } };
}

function withRequests(
  stores: MemoryStores,
  changed: (requests: RequestStore, rows: MemoryStores["rows"]) => Partial<RequestStore>,
): MemoryStores {
  return { ...stores, requests: { ...stores.requests, ...changed(stores.requests, stores.rows) } };
}

function withIrp(deps: WorkDeps, changed: Partial<Pick<Irp, "generate" | "byIrn" | "byDocument">>): WorkDeps {
  return { ...deps, irp: { ...deps.irp, ...changed } };
}

/** Where a sabotage was noticed, and by which invariants. */
export interface Noticed {
  readonly where: string;
  readonly invariants: readonly Invariant[];
}

/**
 * Looks for a violation: in some stories as they are, then in others with a death at every step, then in random schedules.
 * Undefined when nothing notices that the safeguard is gone.
 */
export async function hunt(
  sabotage: () => Sabotage,
  among: readonly Story[],
  mostSchedules: number,
  crashedIn: readonly Story[] = stories,
): Promise<Noticed | undefined> {
  for (const story of among) {
    const { violations } = await simulate(settingOf(story), sabotage());
    if (violations.length > 0) return noticed(story.name, violations);
  }
  for (const story of crashedIn) {
    const { failures } = await crashPoints(story, { sabotage });
    const [first] = failures;
    if (first) return noticed(`${story.name}, ${[...first.crashes].join(" ")}`, first.run.violations);
  }
  for (let seed = 1; seed <= mostSchedules; seed++) {
    const { violations } = await simulate(scheduleOf(seed), sabotage());
    if (violations.length > 0) return noticed(`seed ${seed}`, violations);
  }
  return undefined;
}

function noticed(where: string, violations: readonly Violation[]): Noticed {
  return { where, invariants: [...new Set(violations.map(({ invariant }) => invariant))] };
}
