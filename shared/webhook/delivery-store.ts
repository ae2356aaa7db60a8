import type { Attempt, Delivery } from "./delivery.ts";

/** Where a list of deliveries goes on: behind this one. */
export type DeliveryPosition = Pick<Delivery, "id" | "createdAt">;

export interface DeliveryPage {
  readonly endpointId?: string;
  readonly limit: number;
  readonly before?: DeliveryPosition;
}

/** Deliveries, 30 days long. A lost condition is a word; an exception means that the store failed. */
export interface DeliveryStore {
  /** Put if absent: an event told twice opens one delivery. `nextAt` bounds how long its first attempt may take to come. */
  open(delivery: Delivery): Promise<"opened" | "already">;
  /** Strongly consistent. */
  find(gstin: string, id: string): Promise<Delivery | undefined>;
  /**
   * Notes an attempt, if there was one, and what follows, if the delivery is pending and stands at this generation and number of
   * attempts. A second worker that made the same attempt loses.
   */
  attempted(delivery: Delivery, attempt: Attempt | undefined, next: After): Promise<"noted" | "lost">;
  /** The next generation climbs, if the delivery is pending and stands at this generation and number of attempts. */
  raise(delivery: Delivery, nextAt: Date): Promise<"raised" | "lost">;
  /** Pending ones whose `nextAt` has passed, the longest overdue first. Seen through an index, which may lag. */
  due(now: Date, limit: number): Promise<readonly Delivery[]>;
  /** A GSTIN's, or an endpoint's, the newest first. Seen through an index, which may lag. */
  list(
    gstin: string,
    page: DeliveryPage,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly next?: DeliveryPosition }>;
}

/** What follows an attempt: `generation` is that of the execution which goes on. */
export type After =
  | { readonly state: "pending"; readonly nextAt: Date; readonly generation: number }
  | { readonly state: "delivered" | "exhausted" | "stopped" };
