import * as z from "zod";
import { cancelReasons } from "../../irp/irp.ts";

export const irn = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("The Invoice Reference Number: 64 hexadecimal digits in lower case.");
export const ewbNo = z
  .string()
  .regex(/^\d{1,20}$/)
  .describe("The number of the e-way bill, as text: it may come to be longer than a number can hold.");
export const time = z.iso.datetime({ offset: true }).describe("RFC 3339, in Indian time.");
/** As it may be written in a query. */
export const Time = z.iso.datetime({ offset: true });
export const mode = z.enum(["test", "live"]).describe("Which government system it concerns.");
export const status = z
  .enum(["ACT", "CNL", "REJ"])
  .describe("The portal's own word: ACT active, CNL cancelled, REJ rejected by the registry after all.");
export const asOf = time.describe("The time that this answer is of. Reading never asks a portal.");
export const gstin = z.string().regex(/^[0-9]{2}[0-9A-Z]{13}$/);
export const signed = z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);
/** When and why something was cancelled; somebody else's reasons are not known. */
export const cancellation = {
  cancelledAt: time.describe("When the portal cancelled it."),
  reason: z.enum(cancelReasons).optional(),
  remarks: z.string().optional(),
};
/** Where a list goes on. */
export const next = path("The call that lists what follows; absent at the end of the list.").optional();

/** A path of this API, to be asked for as it stands. */
export function path(description: string) {
  return z.string().startsWith("/").describe(description);
}

export const self = path("This very thing.");
