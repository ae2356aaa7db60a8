import type { Delivery } from "../../shared/webhook/delivery.ts";
import { deliveryKey } from "../fakes/memory-delivery-store.ts";
import type { MemoryStores } from "../fakes/memory-stores.ts";
import type { Sabotage } from "./world.ts";

/** The safeguards between an event and those who want to hear of it, each taken away alone. */
export const webhookSabotages = {
  /** What was put on the bus counts as told, whatever became of the entry. */
  failedEntry: () => {
    let events: MemoryStores["events"];
    return {
      stores: (stores) => {
        events = stores.events;
        return stores;
      },
      work: (deps) => ({
        ...deps,
        bus: {
          async publish(event) {
            await deps.bus.publish(event).catch(() => undefined);
            await events.dispatched(event);
          },
        },
      }),
    };
  },

  /** The event counts as told before the deliveries are open. */
  dispatchedLast: () => ({
    fanOut: (deps) => ({
      ...deps,
      events: {
        async find(key) {
          const event = await deps.events.find(key);
          await deps.events.dispatched(key);
          return event;
        },
        dispatched: async () => undefined,
      },
    }),
  }),

  /** The message says it all: no row is opened. */
  openedRow: () => ({
    fanOut: (deps) => ({ ...deps, deliveries: { open: async () => "opened" } }),
  }),

  /** The message goes first, and its row is opened after that. */
  rowBeforeMessage: () => ({
    fanOut: (deps) => {
      const owed = new Map<string, Delivery>();
      return {
        ...deps,
        deliveries: {
          async open(delivery) {
            owed.set(delivery.id, delivery);
            return "opened";
          },
        },
        queue: {
          async send(endpointId, message) {
            await deps.queue.send(endpointId, message);
            const delivery = owed.get(message.deliveryId);
            if (delivery) await deps.deliveries.open(delivery);
          },
        },
      };
    },
  }),

  /** The ladder is started, and after that the row says so. */
  rowBeforeLadder: () => ({
    deliver: (deps, { gstin }) => ({
      ...deps,
      deliveries: {
        ...deps.deliveries,
        async attempted(delivery, attempt, next) {
          const { id: deliveryId, attempts } = delivery;
          const more = { attempts: attempts.length + 1, waitSeconds: 60 };
          if (next.state === "pending")
            await deps.ladder.start({ v: 1, gstin, deliveryId, generation: next.generation, ...more });
          return deps.deliveries.attempted(delivery, attempt, next);
        },
      },
    }),
  }),

  /** A row is removed before its first attempt is made. */
  rowUntilTheEnd: () => ({
    webhooks: (ports, rows) => ({
      ...ports,
      deliveries: {
        ...ports.deliveries,
        async find(gstin, id) {
          if (rows.deliveries.get(deliveryKey({ gstin, id }))?.attempts.length === 0)
            rows.deliveries.delete(deliveryKey({ gstin, id }));
          return ports.deliveries.find(gstin, id);
        },
      },
    }),
  }),

  /** An event that is told twice opens its delivery anew. */
  openingCondition: () => ({
    webhooks: (ports, rows) => ({
      ...ports,
      deliveries: {
        ...ports.deliveries,
        open(delivery) {
          rows.deliveries.delete(deliveryKey(delivery));
          return ports.deliveries.open(delivery);
        },
      },
    }),
  }),

  /** An attempt is noted whatever was noted since its worker read the row. */
  attemptCondition: () => ({
    webhooks: (ports, rows) => ({
      ...ports,
      deliveries: {
        ...ports.deliveries,
        attempted(delivery, attempt, next) {
          rows.deliveries.set(deliveryKey(delivery), delivery);
          return ports.deliveries.attempted(delivery, attempt, next);
        },
      },
    }),
  }),

  /** When the next attempt is due is nobody's business but the execution's. */
  nextAtOfPending: () => ({
    webhooks: (ports, rows) => ({
      ...ports,
      deliveries: {
        ...ports.deliveries,
        async attempted(delivery, attempt, next) {
          const is = await ports.deliveries.attempted(delivery, attempt, next);
          const { nextAt: _, ...rest } = { ...rows.deliveries.get(deliveryKey(delivery)) };
          if (is === "noted") rows.deliveries.set(deliveryKey(delivery), rest as Delivery);
          return is;
        },
      },
    }),
  }),

  /** Nobody looks for deliveries that are overdue. */
  sweepOfDeliveries: () => ({
    sweepDeliveries: (deps) => ({ ...deps, deliveries: { ...deps.deliveries, due: async () => [] } }),
  }),

  /** The sweeper starts the next generation, and the row keeps the old one. */
  raiseOfSweeper: () => ({
    sweepDeliveries: (deps) => ({ ...deps, deliveries: { ...deps.deliveries, raise: async () => "raised" } }),
  }),

  /** An execution takes itself for the newest. */
  olderGeneration: () => ({
    deliver: (deps, { generation }) => ({
      ...deps,
      deliveries: {
        ...deps.deliveries,
        async find(gstin, id) {
          const delivery = await deps.deliveries.find(gstin, id);
          return delivery && { ...delivery, generation };
        },
      },
    }),
  }),

  /** An execution has no name: who starts one twice has two. */
  nameOfExecution: () => ({
    webhooks: (ports, _, on) => ({
      ...ports,
      ladder: {
        async start(climb) {
          on.climb(climb);
          return "started";
        },
      },
    }),
  }),

  /** Each attempt follows at once. */
  waitsOfLadder: () => ({
    webhooks: (ports) => ({
      ...ports,
      ladder: { start: (climb) => ports.ladder.start({ ...climb, waitSeconds: 0 }) },
    }),
  }),

  /** Whoever was enabled once is sent to. */
  disabledRead: () => ({
    deliver: (deps) => ({
      ...deps,
      endpoints: {
        ...deps.endpoints,
        async find(gstin, id) {
          const endpoint = await deps.endpoints.find(gstin, id);
          if (!endpoint) return undefined;
          const { disabled: _, ...rest } = endpoint;
          return rest;
        },
      },
    }),
  }),

  /** The oldest secret signs alone. */
  newestSecret: () => ({
    deliver: (deps) => ({
      ...deps,
      endpoints: {
        ...deps.endpoints,
        async find(gstin, id) {
          const endpoint = await deps.endpoints.find(gstin, id);
          return endpoint && { ...endpoint, secrets: endpoint.secrets.slice(-1) };
        },
      },
    }),
  }),

  /** Each attempt has an id of its own. */
  sameId: () => ({
    deliver: (deps, { attempts }) => ({
      ...deps,
      receiver: {
        post: (url, headers, body) =>
          deps.receiver.post(url, { ...headers, "webhook-id": `${headers["webhook-id"]}-${attempts}` }, body),
      },
    }),
  }),

  /** All endpoints are everybody's. */
  ownEndpoints: () => ({
    webhooks: (ports, rows) => ({
      ...ports,
      endpoints: { ...ports.endpoints, list: async () => [...rows.endpoints.values()] },
    }),
  }),

  /** Everybody wants everything. */
  subscription: () => ({
    fanOut: (deps) => ({
      ...deps,
      endpoints: {
        list: async (gstin) => (await deps.endpoints.list(gstin)).map((endpoint) => ({ ...endpoint, events: [] })),
      },
    }),
  }),

  /** The attempt is noted first, and that its endpoint is gone after that. */
  disabledFirst: () => ({
    deliver: (deps) => {
      let owed: Parameters<typeof deps.endpoints.disable> | undefined;
      return {
        ...deps,
        endpoints: {
          ...deps.endpoints,
          async disable(...args) {
            owed = args;
            return "already";
          },
        },
        deliveries: {
          ...deps.deliveries,
          async attempted(...args) {
            const is = await deps.deliveries.attempted(...args);
            if (owed) await deps.endpoints.disable(...owed);
            return is;
          },
        },
      };
    },
  }),

  /** Who finds an endpoint disabled takes it for its owner's doing. */
  heardOfDisabled: () => ({
    deliver: (deps) => ({
      ...deps,
      endpoints: {
        ...deps.endpoints,
        async find(gstin, id) {
          const endpoint = await deps.endpoints.find(gstin, id);
          return endpoint?.disabled
            ? { ...endpoint, disabled: { ...endpoint.disabled, reason: "by_owner" } }
            : endpoint;
        },
      },
    }),
  }),
} satisfies Record<string, () => Sabotage>;
