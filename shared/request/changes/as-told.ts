import * as z from "zod";
import { type Bill, Cancellation } from "../../document/change.ts";

/** A bill in the words of answers and events; whose it is, and what became of it, is not part of them. */
export const BillAsTold = z
  .object({
    ewbNo: z.string(),
    ewbDt: z.string(),
    validTill: z.string().optional(),
    distanceKm: z.number().optional(),
  })
  .transform(
    ({ ewbDt: madeAt, ...bill }): Pick<Bill, "ewbNo" | "madeAt" | "validTill" | "distanceKm"> => ({
      ...bill,
      madeAt,
    }),
  );

const { rid: requestId, at: cancelledAt, reason, remarks } = Cancellation.shape;
const Cancelled = z.object({ requestId, cancelledAt, reason, remarks });

/** A cancellation as its event tells it: when, why and by which request. Two may have seen it, and only one knew whose it was. */
export function cancellationAsTold(told: unknown): Cancellation {
  const { requestId: rid, cancelledAt: at, ...why } = Cancelled.parse(told);
  return { ...(rid !== undefined && { rid }), at, ...why };
}
