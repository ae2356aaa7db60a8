import * as z from "zod";
import { type ProblemCode, problems } from "../api/problem.ts";
import { cancelReasons } from "../irp/irp.ts";

const irn = z.string().regex(/^[0-9a-f]{64}$/);
const ewbNo = z.string().regex(/^\d{1,20}$/);
const mode = z.enum(["test", "live"]).describe("Which government system it concerns.");
const requestId = z.string().describe("The request that it came about by, as in /requests/{id}.");
const time = z.iso.datetime({ offset: true }).describe("RFC 3339, in Indian time.");
const seq = z.int().min(1).describe("Counts the document's changes: the higher one is the later one.");
const code = z.enum(Object.keys(problems) as [ProblemCode]).describe("A code of this API, as in its answers.");
const errors = z
  .array(z.strictObject({ code: z.string().max(40), message: z.string().max(400) }))
  .max(20)
  .describe("As the portal words them; none when the refusal is ours.");
const endpointId = z.string();

const links = <const Name extends string>(...names: readonly Name[]) =>
  z.strictObject(
    Object.fromEntries(names.map((name) => [name, z.string().startsWith("/")])) as Record<Name, z.ZodString>,
  );
const number = { docType: z.string(), docNo: z.string(), docDate: z.string().describe("dd/MM/yyyy") };
const cancellation = {
  cancelledAt: time,
  reason: z.enum(cancelReasons).optional(),
  remarks: z.string().max(200).optional(),
};
const ofDocument = { irn, mode, requestId: requestId.optional(), seq, links: links("document") };
const failed = z.strictObject({ irn, mode, requestId, code, errors, links: links("request") });

/** One type of event. */
export interface Catalogued<Data = unknown> {
  /** What happened, in a sentence. */
  readonly says: string;
  readonly data: z.ZodType<Data>;
  /** Some `data` of this type. */
  readonly example: Data;
}

function row<Data>(says: string, data: z.ZodType<Data>, example: NoInfer<Data>): Catalogued<Data> {
  return { says, data, example };
}

const IRN = "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe";
const RID = "3q2-7wEBAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs.Vb1kQ2t6TfOMW9ZJ3nYpXA";
const NUMBER = { docType: "INV", docNo: "A/1", docDate: "18/08/2026" };
const DOCUMENT = { irn: IRN, mode: "test", requestId: RID, links: { document: `/irn/${IRN}` } } as const;
const REQUEST = { irn: IRN, mode: "test", requestId: RID, links: { request: `/requests/${RID}` } } as const;
const CANCELLED = {
  cancelledAt: "2026-08-18T16:05:00+05:30",
  reason: "data_entry_mistake",
  remarks: "Wrong buyer",
} as const;
const ENDPOINT = { endpointId: "we_2f1c", links: { endpoint: "/webhooks/we_2f1c" } };

/**
 * Every event there is, and what its `data` holds: accepted requests make events, what a portal says of a document later, and
 * what becomes of an endpoint. Members may be added; none is ever removed or given another meaning.
 */
export const catalogue = {
  "irn.generated": row(
    "The portal registered the document.",
    z.strictObject({ ...ofDocument, requestId, ackNo: z.string(), ackDt: time, status: z.literal("ACT"), ...number }),
    { ...DOCUMENT, ...NUMBER, ackNo: "112610000000001", ackDt: "2026-08-18T14:30:00+05:30", status: "ACT", seq: 1 },
  ),
  "irn.failed": row("The document is not registered, and will not be by this request.", failed, {
    ...REQUEST,
    code: "refused_by_irp",
    errors: [{ code: "2233", message: "Invoice item total is not valid" }],
  }),
  "irn.outcome_unknown": row("No portal can say any more whether the document was registered.", failed, {
    ...REQUEST,
    code: "outcome_unknown",
    errors: [],
  }),
  "irn.cancelled": row(
    "The document is cancelled at the portal.",
    z.strictObject({ ...ofDocument, status: z.literal("CNL"), ...cancellation }),
    { ...DOCUMENT, ...CANCELLED, status: "CNL", seq: 2 },
  ),
  "irn.cancel_failed": row("The document was not cancelled.", failed, {
    ...REQUEST,
    code: "cancel_window_closed",
    errors: [{ code: "2270", message: "The allowed cancellation time limit is crossed" }],
  }),
  "irn.rejected": row(
    "The registry rejected the document after the portal had registered it.",
    z.strictObject({ ...ofDocument, status: z.literal("REJ"), ...z.object(number).partial().shape }),
    { irn: IRN, mode: "test", links: DOCUMENT.links, ...NUMBER, status: "REJ", seq: 2 },
  ),
  "ewb.generated": row(
    "The document has an e-way bill.",
    z.strictObject({
      ...{ ...ofDocument, status: z.literal("ACT"), ewbNo, ewbDt: time },
      validTill: time.optional(),
      distanceKm: z.number().optional(),
    }),
    {
      ...{ ...DOCUMENT, status: "ACT", ewbNo: "181000000001", ewbDt: "2026-08-18T14:31:00+05:30" },
      ...{ validTill: "2026-08-19T23:59:00+05:30", distanceKm: 100, seq: 2 },
    },
  ),
  "ewb.failed": row(
    "The e-way bill was not made. When it was asked for with the registration, the document is registered all the same.",
    z.strictObject({ ...failed.shape, seq: seq.optional(), links: links("document", "request").partial() }),
    { ...REQUEST, code: "refused_by_irp", errors: [{ code: "4009", message: "E-Way Bill cannot be generated" }] },
  ),
  "ewb.cancelled": row(
    "An e-way bill of the document is cancelled.",
    z.strictObject({ ...ofDocument, ewbNo, status: z.literal("CNL"), ...cancellation }),
    { ...DOCUMENT, ...CANCELLED, ewbNo: "181000000001", status: "CNL", seq: 3 },
  ),
  "ewb.cancel_failed": row("The e-way bill was not cancelled.", failed, {
    ...REQUEST,
    code: "not_active",
    errors: [],
  }),
  "endpoint.disabled": row(
    "An endpoint gets nothing any more: it answered 410 (gone), or every attempt failed for five days (failing).",
    z.strictObject({ endpointId, reason: z.enum(["gone", "failing"]), links: links("endpoint") }),
    { ...ENDPOINT, reason: "failing" },
  ),
  "endpoint.test": row(
    "Somebody tries an endpoint. It goes to that one alone, whatever that one subscribes to.",
    z.strictObject({ endpointId, links: links("endpoint") }),
    ENDPOINT,
  ),
};

export type EventType = keyof typeof catalogue;

/** What an endpoint receives of a type, as JSON Schema (2020-12). It is open: a receiver lets members pass that it does not know. */
export function eventSchema(type: EventType): z.core.JSONSchema.BaseSchema {
  const { says, data, example }: Catalogued = catalogue[type];
  const body = z.strictObject({ type: z.literal(type), timestamp: time, data });
  const timestamp = "2026-08-18T14:30:00+05:30";
  const open = z.toJSONSchema(body.describe(says), {
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return { ...open, examples: [{ type, timestamp, data: example }] };
}
