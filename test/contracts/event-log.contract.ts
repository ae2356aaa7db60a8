import { expect, it } from "vitest";
import type { EventRecord } from "../../shared/event/event.ts";
import { DISPATCH_WITHIN_MS, type EventLog } from "../../shared/event/event-log.ts";
import { AT, at, fresh } from "../fakes/a-request.ts";

/** What every EventLog must do. Each test uses ids of its own. */
export function eventLogContract(makeLog: () => EventLog): void {
  it("returns the event that it put, whole", async () => {
    const event = anEvent();
    expect(await makeLog().append(event, AT)).toEqual(event);
  });

  it("lets the first event of an id stand, and returns it to whoever tells it again", async () => {
    const log = makeLog();
    const event = anEvent();
    await log.append(event, AT);

    expect(await log.append({ ...event, data: { other: true } }, AT)).toEqual(event);
    expect(await log.append(event, AT)).toEqual(event);
  });

  it("puts one of many at the same time, and returns it to all", async () => {
    const log = makeLog();
    const event = anEvent();
    const stored = await Promise.all(Array.from({ length: 20 }, (_, n) => log.append({ ...event, data: { n } }, AT)));
    expect(new Set(stored.map(({ data }) => data["n"])).size).toBe(1);
  });

  it("keeps ids, times and GSTINs apart", async () => {
    const log = makeLog();
    const event = anEvent();
    await log.append(event, AT);

    for (const other of [{ id: fresh() }, { gstin: fresh() }, { timestamp: "2026-08-18T14:30:01+05:30" }]) {
      const another = { ...event, ...other, data: { another: true } };
      expect(await log.append(another, AT)).toEqual(another);
    }
  });

  it("shows what nobody took from the bus in time, the longest overdue first", async () => {
    const log = makeLog();
    const [late, early] = [anEvent(), anEvent()];
    await log.append(late, at(1));
    await log.append(early, AT);

    expect(await undispatchedOf(log, at(DISPATCH_WITHIN_MS), [late, early])).toEqual([early]);
    expect(await undispatchedOf(log, at(DISPATCH_WITHIN_MS + 1), [late, early])).toEqual([early, late]);
    expect(await log.undispatched(at(DISPATCH_WITHIN_MS + 1), 1)).toHaveLength(1);
  });

  it("shows an event that was told again only later, and one that is dispatched never more", async () => {
    const log = makeLog();
    const event = anEvent();
    await log.append(event, AT);
    await log.postpone(event, at(1_000));
    expect(await undispatchedOf(log, at(DISPATCH_WITHIN_MS + 999), [event])).toEqual([]);
    expect(await undispatchedOf(log, at(DISPATCH_WITHIN_MS + 1_000), [event])).toEqual([event]);

    await log.dispatched(event);
    await log.postpone(event, AT);
    await log.append(event, AT);
    expect(await undispatchedOf(log, at(100 * DISPATCH_WITHIN_MS), [event])).toEqual([]);
    expect(await log.append(event, AT)).toEqual(event);
  });

  it("makes no event of one that was never put", async () => {
    const log = makeLog();
    const event = anEvent();
    await log.dispatched(event);
    await log.postpone(event, AT);
    const another = { ...event, data: { another: true } };
    expect(await log.append(another, AT)).toEqual(another);
  });
}

/** The engine's table holds other tests' events too. */
async function undispatchedOf(log: EventLog, now: Date, events: readonly EventRecord[]) {
  const ids = new Set(events.map(({ id }) => id));
  return (await log.undispatched(now, 100_000)).filter(({ id }) => ids.has(id));
}

function anEvent(): EventRecord {
  const data = { irn: "irn", note: "उदाहरण ₹ 😀", links: { document: "/irn/irn" }, errors: [{ code: "2176" }], seq: 1 };
  return { v: 1, id: fresh(), gstin: fresh(), type: "irn.generated", timestamp: "2026-08-18T14:30:00+05:30", data };
}
