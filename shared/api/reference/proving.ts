import { AuditPage, Evidence } from "../answers/audit.ts";
import { Time } from "../answers/values.ts";
import * as example from "./examples.ts";
import { page } from "./lists.ts";
import type { Operation } from "./operation.ts";

/** What proves what was done. */
export const proving = {
  "GET /audit": {
    id: "readAuditTrail",
    tag: "Proof",
    summary: "Read the audit trail",
    description:
      "What is on record of the GSTIN, the oldest first: every call with a token, refusals included, every call to a portal, and what each accepted request came to.",
    query: {
      from: {
        description: "The first moment: a day before the last one unless told.",
        schema: Time,
        example: "2026-08-18T00:00:00+05:30",
      },
      to: { description: "The last moment, now unless told.", schema: Time, example: "2026-08-19T00:00:00+05:30" },
      ...page,
    },
    answers: [
      {
        status: 200,
        description: "A page of the trail.",
        content: { schema: AuditPage, example: example.auditPage },
      },
    ],
    problems: [],
  },
  "GET /irn/{irn}/evidence": {
    id: "readEvidence",
    tag: "Proof",
    summary: "All that proves a document",
    description:
      "The document with both signed copies, what is on record of it, and whether the portals' keys vouch for the copies now.",
    answers: [{ status: 200, description: "The evidence.", content: { schema: Evidence, example: example.evidence } }],
    problems: ["not_found"],
  },
} as const satisfies Record<string, Operation>;
