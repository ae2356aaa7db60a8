import { expect, it } from "vitest";
import type { EventRecord } from "../../shared/event/event.ts";
import type { EventLog } from "../../shared/event/event-log.ts";
import { fresh } from "../fakes/a-request.ts";

/** What every EventLog must do. Each test uses ids of its own. */
export function eventLogContract(makeLog: () => EventLog): void {
  it("returns the event that it put, whole", async () => {
    const event = anEvent();
    expect(await makeLog().append(event)).toEqual(event);
  });

  it("lets the first event of an id stand, and returns it to whoever tells it again", async () => {
    const log = makeLog();
    const event = anEvent();
    await log.append(event);

    expect(await log.append({ ...event, data: { other: true } })).toEqual(event);
    expect(await log.append(event)).toEqual(event);
  });

  it("puts one of many at the same time, and returns it to all", async () => {
    const log = makeLog();
    const event = anEvent();
    const stored = await Promise.all(Array.from({ length: 20 }, (_, n) => log.append({ ...event, data: { n } })));
    expect(new Set(stored.map(({ data }) => data["n"])).size).toBe(1);
  });

  it("keeps ids, times and GSTINs apart", async () => {
    const log = makeLog();
    const event = anEvent();
    await log.append(event);

    for (const other of [{ id: fresh() }, { gstin: fresh() }, { timestamp: "2026-08-18T14:30:01+05:30" }]) {
      const another = { ...event, ...other, data: { another: true } };
      expect(await log.append(another)).toEqual(another);
    }
  });
}

function anEvent(): EventRecord {
  const data = { irn: "irn", note: "उदाहरण ₹ 😀", links: { document: "/irn/irn" }, errors: [{ code: "2176" }], seq: 1 };
  return { v: 1, id: fresh(), gstin: fresh(), type: "irn.generated", timestamp: "2026-08-18T14:30:00+05:30", data };
}
