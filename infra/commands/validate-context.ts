import * as z from "zod";
import { type CheckContext, defaultContext, exemptClasses } from "../../shared/invoice/check-context.ts";

const Day = z.string().regex(/^\d{2}\/\d{2}\/\d{4}$/, "write days as DD/MM/YYYY");

/**
 * What a context file or a test vector says beside the day. `limit30`, `cutoff`, `agent` and `needs` are the words of the
 * vectors; the others are those of a check's context.
 */
export const GivenContext = z.strictObject({
  /** Whether the 30 days of rule D-5 hold for the supplier: short for a turnover of 10 crore and more. */
  limit30: z.boolean().optional(),
  turnoverCrore: z.literal([0, 5, 10, 100]).optional(),
  exemptClass: z.enum(exemptClasses).optional(),
  cutoff: Day.optional(),
  agent: z.enum(["supplier", "eco"]).optional(),
  /** The GSTIN that sends the document. */
  requesterGstin: z.string().optional(),
  switches: z
    .record(
      z.string(),
      z.union([
        z.literal("off"),
        z.strictObject({
          severity: z.enum(["error", "warning", "ewb"]).exactOptional(),
          from: Day.exactOptional(),
          to: Day.exactOptional(),
        }),
      ]),
    )
    .optional(),
  /** What a registry would have to answer: nothing that is known offline. */
  needs: z.string().optional(),
});
export type GivenContext = z.infer<typeof GivenContext>;

/** `today` is DD/MM/YYYY. What is not given is as in `defaultContext`. */
export function contextOf(today: string, given: GivenContext): CheckContext {
  const base = defaultContext(today);
  const turnoverCrore = given.turnoverCrore ?? (given.limit30 === false ? 5 : base.taxpayer.turnoverCrore);
  return {
    ...base,
    taxpayer: { turnoverCrore, ...(given.exemptClass ? { exemptClass: given.exemptClass } : {}) },
    cutoff: given.cutoff ?? base.cutoff,
    requester: {
      kind: given.agent === "eco" ? "operator" : "supplier",
      ...(given.requesterGstin ? { gstin: given.requesterGstin } : {}),
    },
    ...(given.switches ? { switches: given.switches } : {}),
  };
}
