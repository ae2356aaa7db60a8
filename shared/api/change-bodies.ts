import * as z from "zod";
import { oneOf, pattern, text } from "../invoice/fields.ts";
import { EwbDtls } from "../invoice/optional-blocks.ts";
import { DispDtls, gstin } from "../invoice/party.ts";
import { cancelReasons } from "../irp/irp.ts";

/** Bodies of our own: a member that they do not know is a mistake, and would be left out in silence. */
export function closed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `expected no member ${issue.keys.join(", ")}` : "expected an object",
  });
}

const reason = oneOf(...cancelReasons);
const irn = pattern(
  /^[0-9a-f]{64}$/,
  "an IRN of 64 hexadecimal digits in lower case",
  "Copy it from the answer of the registration.",
);

/** The portal takes remarks of up to 100 characters (irp-protocol 5.3). */
export const CancelBody = closed({ reason, remarks: text(1, 100) });
export const CancelByBody = closed({ irn, ...CancelBody.shape });
/** The e-way bill system takes up to 50 (irp-protocol 5.6). */
export const CancelEwayBillBody = closed({ reason, remarks: text(1, 50) });

const { Nm: _, ...address } = DispDtls.shape;

/** The transport as INV-01 has it; for exports the port that the goods leave from, and another place of dispatch (irp-protocol 5.5). */
export const EwayBillBody = closed({
  ...EwbDtls.shape,
  ExpShipDtls: closed({ ...address, Gstin: gstin.nullish() }).nullish(),
  DispDtls: closed(DispDtls.shape).nullish(),
});
export type EwayBillBody = z.infer<typeof EwayBillBody>;
