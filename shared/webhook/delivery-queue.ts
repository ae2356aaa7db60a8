import * as z from "zod";

/** Which attempt of a delivery is due. */
export const DeliveryMessage = z.object({
  v: z.literal(1),
  gstin: z.string(),
  deliveryId: z.string(),
  generation: z.int().min(0),
  /** How many were made before it: told twice, it is made once. */
  attempts: z.int().min(0),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** First attempts. Fair between endpoints: one that is slow holds up its own. */
export interface DeliveryQueue {
  send(endpointId: string, message: DeliveryMessage): Promise<void>;
}
