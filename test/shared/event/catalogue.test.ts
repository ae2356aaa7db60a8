import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Bill, Cancellation } from "../../../shared/document/change.ts";
import type { Document } from "../../../shared/document/document.ts";
import { rejectionOf } from "../../../shared/document/mark-rejected.ts";
import { type Catalogued, catalogue, eventSchema } from "../../../shared/event/catalogue.ts";
import { EventRecord, type EventType, eventTypes } from "../../../shared/event/event.ts";
import type { IrpError } from "../../../shared/irp/irp.ts";
import {
  billCancelledEvent,
  billEvent,
  billFailedEvent,
  cancelledEvent,
  failedEvent,
  generatedEvent,
  rejectedEvent,
} from "../../../shared/request/outcome-event.ts";
import type { Request } from "../../../shared/request/request.ts";
import { disableEndpoint } from "../../../shared/webhook/disable-endpoint.ts";
import type { Endpoint } from "../../../shared/webhook/endpoint.ts";
import { testEndpoint } from "../../../shared/webhook/test-endpoint.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { memoryBus } from "../../fakes/memory-bus.ts";
import { memoryEndpointStore } from "../../fakes/memory-endpoint-store.ts";
import { memoryEventLog } from "../../fakes/memory-event-log.ts";

const AT = new Date("2026-08-18T09:00:00.000Z");
const TIME = "2026-08-18T14:30:00+05:30";
const MOST_BYTES = 20_000;
const irn = "f".repeat(64);
const rid = `${"k".repeat(43)}.${"n".repeat(40)}`;
const gstin = "27AAAZA0001A1ZM";
const about = { irn, gstin, rid, seq: 999_999, timestamp: TIME };
const anyone = { ...about, rid: undefined };
const ewbNo = "9".repeat(12);
const cancelled: Cancellation = { rid, at: TIME, reason: "data_entry_mistake", remarks: "😀".repeat(100) };
const bill: Bill = { ewbNo, status: "ACT", madeAt: TIME, validTill: TIME, distanceKm: 4000 };
const errors = (...texts: string[]): IrpError[] => texts.map((message) => ({ code: "2233", message }));
/** As long, and as costly to write, as a portal may come to word them. */
const lengthy = ["😀", "ह", '"', "\u0001", "\ud83d"].map((character) =>
  Array.from({ length: 30 }, () => ({ code: character.repeat(1_000), message: character.repeat(10_000) })),
);

function request(op: Request["op"]): Request {
  const known = {
    v: 1,
    key: "k",
    state: "QUEUED",
    fp: "",
    docFp: "",
    flow: "direct",
    attempt: 1,
    createdAt: TIME,
  } as const;
  return { ...known, rid, gstin, irn, op };
}

const ENDPOINT: Endpoint = {
  ...{
    v: 1,
    id: `we_${"e".repeat(36)}`,
    gstin,
    url: `https://example.com/${"u".repeat(1_980)}`,
    events: [],
    revision: 1,
  },
  ...{ secrets: [{ sealed: "" }], createdAt: AT.toISOString() },
};

async function ofEndpoints(): Promise<EventRecord[]> {
  const deps = { endpoints: memoryEndpointStore(), events: memoryEventLog(), bus: memoryBus() };
  const disabling = { ...deps, now: () => AT, newId: () => "n".repeat(36) };
  await deps.endpoints.create(ENDPOINT);
  await testEndpoint(disabling, ENDPOINT);
  await disableEndpoint(disabling, ENDPOINT, "gone");
  return deps.bus.published;
}

const rejected: Document = {
  ...{ v: 1, irn, ownerGstin: gstin, seq: 7, status: "ACT" },
  reg: { rid, docFp: "", portal: "NIC1", ackNo: "1", ackDt: TIME },
};
const summary = { docType: "INV", docNo: "A".repeat(16), docDate: "2026-08-18", buyerGstin: gstin, total: 1 };
const ops = ["register", "cancel", "make_ewb", "cancel_ewb"] as const;

/** Every event that the code makes, in each of its shapes. */
const made: readonly EventRecord[] = [
  generatedEvent("live", request("register"), anInvoice(), { ackNo: "1".repeat(20), ackDt: TIME }),
  cancelledEvent("test", about, cancelled),
  cancelledEvent("test", anyone, { at: TIME }),
  rejectedEvent("live", anyone),
  rejectionOf("live", rejected),
  rejectionOf("live", { ...rejected, about: summary }),
  billEvent("test", about, bill),
  billEvent("test", anyone, { ewbNo, status: "ACT", madeAt: TIME }),
  billCancelledEvent("test", about, ewbNo, cancelled),
  billCancelledEvent("test", anyone, ewbNo, { at: TIME }),
  ...[errors("refused"), [], ...lengthy].flatMap((errors) => [
    billFailedEvent("test", about, errors),
    failedEvent("test", request("register"), { code: "outcome_unknown", errors, at: AT }),
    ...ops.map((op) => failedEvent("test", request(op), { code: "refused_by_irp", errors, at: AT })),
  ]),
  ...(await ofEndpoints()),
];

const rows: readonly (readonly [EventType, Catalogued])[] = eventTypes.map((type) => [type, catalogue[type]]);
const bodyOf = ({ type, timestamp, data }: EventRecord) => ({ type, timestamp, data });

describe("the catalogue", () => {
  it.each(made.map((event) => [event.type, event] as const))("tells of %s what the code makes", (type, event) => {
    expect(EventRecord.parse(event)).toEqual(event);
    expect(z.prettifyError(catalogue[type].data.safeParse(event.data).error ?? new z.ZodError([]))).toBe("");
    const body = bodyOf(event);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(MOST_BYTES);
    expect(event.id).toMatch(/^[\w-]{1,200}$/);
  });

  it("has no row of which the code makes nothing", () => {
    expect(new Set(made.map(({ type }) => type))).toEqual(new Set(eventTypes));
  });

  it.each(rows)("gives %s a sentence, and an example that is one", (_, { says, data, example }) => {
    expect(says).toMatch(/^[A-Z].*\.$/);
    expect(data.parse(example)).toEqual(example);
  });

  it("closes every `data` to what it does not name, so that no event grows unseen", () => {
    for (const [type, { data, example }] of rows)
      expect([type, data.safeParse({ ...Object(example), signedInvoice: "x" }).success]).toEqual([type, false]);
  });

  it("lets no signed copy and no secret into an event", () => {
    expect(JSON.stringify(made)).not.toMatch(/signed|secret|whsec/i);
  });
});

describe("the JSON Schema", () => {
  const ajv = new Ajv2020({ strict: true, validateFormats: false });

  it.each(eventTypes.map((type) => [type]))("of %s fits what a receiver gets, its example included", (type) => {
    const schema = eventSchema(type);
    const fits = ajv.compile(schema);
    const [example] = z.array(z.unknown()).parse(schema.examples);
    for (const body of [example, ...made.filter((event) => event.type === type).map(bodyOf)])
      expect([fits(body), fits.errors]).toEqual([true, null]);
  });

  it("is open to members that are added later, at every depth", () => {
    const fits = ajv.compile(eventSchema("irn.failed"));
    const { data, ...body } = bodyOf(
      failedEvent("test", request("register"), { code: "not_registered", errors: [], at: AT }),
    );
    expect(fits({ ...body, data: { ...data, more: 1, links: { ...Object(data["links"]), more: "x" } }, more: 1 })).toBe(
      true,
    );
  });

  it("refuses another type, and a member that is missing", () => {
    const fits = ajv.compile(eventSchema("endpoint.test"));
    const [body] = z.array(z.record(z.string(), z.unknown())).parse(eventSchema("endpoint.test").examples);
    expect(fits({ ...body, type: "endpoint.disabled" })).toBe(false);
    expect(fits({ ...body, data: {} })).toBe(false);
    expect(fits({ ...body, timestamp: undefined })).toBe(false);
  });
});
