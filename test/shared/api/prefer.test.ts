import { describe, expect, it } from "vitest";
import { readPrefer } from "../../../shared/api/prefer.ts";

describe("readPrefer", () => {
  it.each([undefined, "", " , ", "return=minimal; foo", "waiting=5", "waitfor", "wait-a-bit", "x-wait=3"])(
    "waits ten seconds when %j says nothing of waiting",
    (header) => {
      expect(readPrefer(header)).toMatchObject({ respondAsync: false, waitMs: 10_000, applied: undefined });
    },
  );

  it.each([
    ["wait=3", 3],
    ["wait=0", 0],
    ["Wait=3", 3],
    ['wait="3"', 3],
    ["wait = 3", 3],
    ["wait=3; strict", 3],
    ["wait=3;a=b", 3],
    ["return=minimal, wait=3", 3],
    ["wait=3, wait=20", 3],
    ["wait=25", 25],
    ["wait=26", 25],
    ["wait=100", 25],
    [`wait=${"9".repeat(30)}`, 25],
  ])("%s means to wait %i seconds, and says what was honoured", (header, seconds) => {
    expect(readPrefer(header)).toMatchObject({
      respondAsync: false,
      waitMs: seconds * 1000,
      applied: `wait=${seconds}`,
    });
  });

  it.each(["respond-async", "Respond-Async", "respond-async, wait=10", "wait=10,respond-async", "respond-async;x"])(
    "%s means not to wait at all",
    (header) => {
      expect(readPrefer(header)).toMatchObject({ respondAsync: true, waitMs: 0, applied: "respond-async" });
    },
  );

  it.each([
    "wait",
    "wait=",
    "wait=soon",
    "wait=-1",
    "wait=1.5",
    "wait=1e1",
    "wait 3",
    'wait="',
    "wait=3 4",
    "wait=0x3",
  ])("%s is a malformed header", (header) => {
    expect(() => readPrefer(header)).toThrow("malformed_header");
  });

  it.each([
    ["handling=lenient", true, "handling=lenient"],
    ['Handling = "Lenient"; x', true, "handling=lenient"],
    ["wait=3, handling=lenient", true, "wait=3, handling=lenient"],
    ["respond-async, handling=lenient", true, "respond-async, handling=lenient"],
    ["handling=strict", false, undefined],
    ["handling=leniently", false, undefined],
    ["nohandling=lenient", false, undefined],
  ])("%s leaves rule findings to the portal: %s", (header, lenient, applied) => {
    expect(readPrefer(header)).toMatchObject({ lenient, applied });
  });

  it("takes no long time over a long header", () => {
    expect(() => readPrefer(`wait${" ".repeat(9000)}=${" ".repeat(900)}x`)).toThrow("malformed_header");
    expect(readPrefer("a,".repeat(5000)).waitMs).toBe(10_000);
  });

  it("puts nothing of the header into what it says was honoured but a number", () => {
    expect(() => readPrefer("wait=3\r\nset-cookie: a=b")).toThrow("malformed_header");
  });
});
