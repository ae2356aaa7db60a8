import { lookThrough } from "../look-through.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryPosition, DeliveryStore } from "./delivery-store.ts";

export interface DeliveryListQuery {
  /** Undefined: those of every endpoint, or in every state. */
  readonly endpoint: string | undefined;
  readonly state: Delivery["state"] | undefined;
  /** How many to show, 1 to 100. */
  readonly limit: number;
  readonly before: DeliveryPosition | undefined;
}

export interface DeliveryList {
  readonly deliveries: readonly Delivery[];
  /** There may be more behind this one. */
  readonly next?: DeliveryPosition;
}

/** A GSTIN's deliveries, the newest first. It may be shorter than asked for, even empty, and go on at `next`: states stand in no index. */
export async function listDeliveries(
  deliveries: Pick<DeliveryStore, "list">,
  gstin: string,
  { endpoint, state, limit, before }: DeliveryListQuery,
): Promise<DeliveryList> {
  const { found, next } = await lookThrough(
    {
      read: async (limit, before) => {
        const asked = { limit, ...(endpoint !== undefined && { endpointId: endpoint }), ...(before && { before }) };
        const page = await deliveries.list(gstin, asked);
        return { rows: page.deliveries, next: page.next };
      },
      show: async (rows) => rows.filter((delivery) => state === undefined || delivery.state === state),
      positionOf: ({ id, createdAt }): DeliveryPosition => ({ id, createdAt }),
    },
    { limit, isFiltered: state !== undefined, before },
  );
  return { deliveries: found, ...(next && { next }) };
}
