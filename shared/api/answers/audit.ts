import * as z from "zod";
import { AuditRecord } from "../../audit/record.ts";
import { component } from "./component.ts";
import { DocumentNow } from "./document.ts";
import { asOf, next, time } from "./values.ts";

const [call, intent, upstream, outcome] = AuditRecord.options;
/** The version is of the store, and whose it is, the reader knows. */
const stored = { v: true, gstin: true } as const;

const Shown = component(
  "AuditRecord",
  z
    .discriminatedUnion("kind", [
      z.object(call.omit(stored).shape).describe("A call by which nothing was accepted: a refusal, a read, a replay."),
      z.object(intent.omit(stored).shape).describe("A call right before it was accepted."),
      z.object(upstream.omit(stored).shape).describe("A call on the wire to a portal, logins included."),
      z.object(outcome.omit(stored).shape).describe("What an accepted request came to; after a crash perhaps twice."),
    ])
    .describe("One line of the audit trail. `rid` is the accepted request, `irn` the document, where it is about one."),
);

export const AuditPage = component("AuditPage", z.object({ records: z.array(Shown), next }));

const check = {
  isGenuine: z
    .boolean()
    .optional()
    .describe("Whether a portal's key vouches for the copy. Absent while the keys cannot be read."),
  problem: z.string().optional().describe("Why not, or why that cannot be told now."),
  issuer: z.string().optional().describe("The portal, in its own words."),
  keyId: z.string().optional(),
  isOfThisIrn: z.boolean().optional(),
};

export const Evidence = component(
  "Evidence",
  z.object({
    document: DocumentNow.omit({ asOf: true, qr: true }),
    registration: z
      .object({
        requestId: z.string().describe("The accepted request that registered it."),
        portal: z.string(),
        fingerprint: z.string().describe("SHA-256 of the document's canonical JSON, as it was accepted."),
      })
      .describe("Where it comes from."),
    trail: z
      .array(Shown)
      .describe("What is on record of what was done with it, the oldest first; who read it is in GET /audit."),
    next,
    verification: z.object({
      checkedAt: time,
      signedInvoice: z.object({
        ...check,
        isAsAccepted: z
          .boolean()
          .optional()
          .describe("Whether the signed document is the accepted one in all its parts: the fingerprints are the same."),
      }),
      signedQrCode: z.object(check),
    }),
    asOf,
  }),
);
