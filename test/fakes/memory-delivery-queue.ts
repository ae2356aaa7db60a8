import type { DeliveryMessage, DeliveryQueue } from "../../shared/webhook/delivery-queue.ts";

export interface MemoryDeliveryQueue extends DeliveryQueue {
  readonly sent: { readonly endpointId: string; readonly message: DeliveryMessage }[];
  /** Takes nothing while it is down. */
  down: boolean;
}

export function memoryDeliveryQueue(): MemoryDeliveryQueue {
  const sent: MemoryDeliveryQueue["sent"] = [];
  return {
    sent,
    down: false,
    async send(endpointId, message) {
      if (this.down) throw new Error("the delivery queue cannot be reached");
      sent.push({ endpointId, message: structuredClone(message) });
    },
  };
}
