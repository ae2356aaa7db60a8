import * as z from "zod";
import { canonicalHash } from "../canonical-json.ts";
import { cancelReasons, type EwayBill } from "../irp/irp.ts";

const Why = { reason: z.enum(cancelReasons), remarks: z.string() };

/** What is asked of a registered document, in the words of this API. It is the stored body of such a request. */
export const Change = z.discriminatedUnion("op", [
  z.object({ op: z.literal("cancel"), ...Why }),
  /** `request`: the members of EwbDtls, and where the goods leave or end. */
  z.object({ op: z.literal("make_ewb"), request: z.record(z.string(), z.unknown()) }),
  z.object({ op: z.literal("cancel_ewb"), ewbNo: z.string(), ...Why }),
]);
export type Change = z.infer<typeof Change>;

/** How something ended that was active: by which request of ours and why, or, with neither, by somebody else. */
export const Cancellation = z.object({
  rid: z.string().optional(),
  /** RFC 3339, as the portal says; the time of the submission where only a look-up showed it. */
  at: z.string(),
  reason: z.enum(cancelReasons).optional(),
  remarks: z.string().optional(),
});
export type Cancellation = z.infer<typeof Cancellation>;

/** An e-way bill of the document. Times in RFC 3339 with +05:30. */
export const Bill = z.object({
  ewbNo: z.string(),
  status: z.enum(["ACT", "CNL"]),
  madeAt: z.string(),
  /** None while only part A is known. */
  validTill: z.string().optional(),
  distanceKm: z.number().optional(),
  /** The request that made it, and the hash of what it asked for; none when it was made elsewhere. */
  rid: z.string().optional(),
  askedFp: z.string().optional(),
  cancelled: Cancellation.optional(),
});
export type Bill = z.infer<typeof Bill>;

/** What an e-way bill was asked to be, however it is spelled: members that are null are left out. */
export function askedFingerprint(request: object): string {
  return canonicalHash(Object.fromEntries(Object.entries(request).filter(([, member]) => member != null)));
}

/** A bill as a portal tells it. `by`: the request that made it, and what it asked for. */
export function newBill(
  { ewbNo, madeAt, validTill, distanceKm, status = "ACT" }: EwayBill,
  by: Pick<Bill, "rid" | "askedFp">,
): Bill {
  return {
    ewbNo,
    status,
    madeAt,
    ...(validTill !== undefined && { validTill }),
    ...(distanceKm !== undefined && { distanceKm }),
    ...by,
  };
}

export function activeBill({ bills = [] }: { readonly bills?: readonly Bill[] | undefined }): Bill | undefined {
  return bills.find(({ status }) => status === "ACT");
}
