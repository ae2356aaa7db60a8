import { describe, expect, it } from "vitest";
import type { EventRecord } from "../../shared/event/event.ts";
import {
  DISPATCH_WITHIN_MS,
  type EventLog,
  type EventPosition,
  type ListedEvent,
} from "../../shared/event/event-log.ts";
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
    expect(await log.find(event)).toBeUndefined();
    const another = { ...event, data: { another: true } };
    expect(await log.append(another, AT)).toEqual(another);
  });

  it("finds an event by its GSTIN, timestamp and id, also when it is dispatched", async () => {
    const log = makeLog();
    const event = anEvent();
    await log.append(event, AT);
    expect(await log.find(event)).toEqual(event);
    await log.dispatched(event);
    expect(await log.find(event)).toEqual(event);
    for (const other of [{ id: fresh() }, { gstin: fresh() }, { timestamp: "2026-08-18T14:30:01+05:30" }])
      expect(await log.find({ ...event, ...other })).toBeUndefined();
  });

  describe("list", () => {
    /** Put so many milliseconds after AT; as it is listed. */
    async function put(
      log: EventLog,
      gstin: string,
      ms: number,
      parts: Partial<EventRecord> = {},
    ): Promise<ListedEvent> {
      const event = { ...anEvent(), gstin, ...parts };
      return { ...(await log.append(event, at(ms))), putAt: at(ms).getTime() };
    }

    it("shows a GSTIN's events in the order in which they were put, whatever their timestamps and ids", async () => {
      const log = makeLog();
      const gstin = fresh();
      const first = await put(log, gstin, 0, { id: "z", timestamp: "2026-08-18T14:30:00+05:30" });
      const late = await put(log, gstin, 1, { id: "y", timestamp: "2026-08-17T14:30:00+05:30" });
      const last = await put(log, gstin, 2, { id: "x", timestamp: "2026-08-18T14:29:59+05:30" });
      await put(log, fresh(), 1);
      expect(await log.list(gstin, { since: AT, limit: 100 })).toEqual({ events: [first, late, last] });
      expect(await log.list(fresh(), { since: AT, limit: 100 })).toEqual({ events: [] });
    });

    it("puts times in order that have more digits, or fewer", async () => {
      const log = makeLog();
      const gstin = fresh();
      const years = ["1970-01-02", "2001-09-09", "2001-09-10", "2286-11-20", "2286-11-21", "2999-01-01"];
      const times = years.map((day) => new Date(`${day}T00:00:00Z`));
      for (const time of times.toReversed()) await log.append({ ...anEvent(), gstin, id: `${time.getTime()}` }, time);
      const ids = times.map((time) => `${time.getTime()}`);
      const { events } = await log.list(gstin, { since: new Date(0), limit: 100 });
      expect(events.map(({ id }) => id)).toEqual(ids);
      for (const [n, since] of times.entries()) {
        const { events } = await log.list(gstin, { since, limit: 100 });
        expect(events.map(({ id }) => id)).toEqual(ids.slice(n));
      }
    });

    it("begins at the time that is asked for, that time included", async () => {
      const log = makeLog();
      const gstin = fresh();
      const [first, second] = [await put(log, gstin, 0), await put(log, gstin, 1)];
      expect((await log.list(gstin, { since: at(-1), limit: 100 })).events).toEqual([first, second]);
      expect((await log.list(gstin, { since: AT, limit: 100 })).events).toEqual([first, second]);
      expect((await log.list(gstin, { since: at(1), limit: 100 })).events).toEqual([second]);
      expect((await log.list(gstin, { since: at(2), limit: 100 })).events).toEqual([]);
      for (const since of ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z"])
        expect((await log.list(gstin, { since: new Date(since), limit: 100 })).events).toHaveLength(2);
      const since = new Date("9999-12-31T23:59:59.999Z");
      expect(await log.list(gstin, { since, limit: 100 })).toEqual({ events: [] });
    });

    it("shows an event where it was first put, told again or dispatched or not", async () => {
      const log = makeLog();
      const gstin = fresh();
      const [first, second] = [await put(log, gstin, 0), await put(log, gstin, 1)];
      await log.append(first, at(2));
      await log.postpone(first, at(3));
      expect(await log.list(gstin, { since: AT, limit: 100 })).toEqual({ events: [first, second] });
      await log.dispatched(first);
      expect(await log.list(gstin, { since: AT, limit: 100 })).toEqual({ events: [first, second] });
      expect(await log.list(gstin, { since: at(1), limit: 100 })).toEqual({ events: [second] });
    });

    it.each([1, 2, 3, 100])("shows each once on pages of %i, what is put meanwhile last", async (limit) => {
      const log = makeLog();
      const gstin = fresh();
      const all: string[] = [];
      for (const ms of [0, 1, 1, 1, 1, 2, 2]) all.push((await put(log, gstin, ms)).id);
      const shown: EventRecord[] = [];
      let after: EventPosition | undefined;
      let late = 0;
      do {
        const page = await log.list(gstin, { since: AT, limit, ...(after && { after }) });
        expect(page.events.length).toBeLessThanOrEqual(limit);
        shown.push(...page.events);
        after = page.next;
        if (late++ < 3 && after) all.push((await put(log, gstin, 2 + late, { timestamp: "2026-08-01T00:00:00Z" })).id);
      } while (after && late < 20);
      expect(
        shown
          .slice(0, 7)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(all.slice(0, 7).sort());
      expect(shown.slice(7).map(({ id }) => id)).toEqual(all.slice(7));
    });

    it("goes on behind a position: also one of an event that is not there, one before the time, and one with odd text", async () => {
      const log = makeLog();
      const gstin = fresh();
      const ids = ["a", "a-1", "a#b", "b"];
      const events: EventRecord[] = [];
      for (const id of ids) events.push(await put(log, gstin, 5, { id }));
      const listedBehind = async (id: string, putAt = at(5).getTime(), since = AT) => {
        const after = { putAt, timestamp: anEvent().timestamp, id };
        return (await log.list(gstin, { since, limit: 100, after })).events.map((event) => event.id);
      };
      // Of one time: by the text of their ids.
      expect(await listedBehind("a")).toEqual([...ids].sort().slice(1));
      expect(await listedBehind("aa")).toEqual(["b"]);
      expect(await listedBehind("b")).toEqual([]);
      expect(await listedBehind("a", at(4).getTime())).toEqual([...ids].sort());
      expect(await listedBehind("a", at(1).getTime(), at(5))).toEqual([...ids].sort());
      expect(await listedBehind("a", at(6).getTime())).toEqual([]);

      const page = await log.list(gstin, { since: AT, limit: 2 });
      expect(page.next).toEqual({ putAt: at(5).getTime(), timestamp: anEvent().timestamp, id: page.events[1]?.id });
    });
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
