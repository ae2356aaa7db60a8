import type { Hole } from "./holes.ts";
import { HOUR, MINUTE, SECOND_KEY } from "./scenarios.ts";
import { failing, silent } from "./webhook-stories.ts";
import type { Server } from "./webhooks.ts";

const callers = [{ tries: 1 }] as const;
const ends = ["201"];
const gone: Server = [{ fromMs: 0, toMs: Infinity, is: "gone" }];
const awayFor = (ms: number): Server => [{ fromMs: 0, toMs: ms, is: "fails" }];

/** Holes that a simpler way from an event to those who want to hear of it has. */
export const webhookHoles: readonly Hole[] = [
  {
    story: {
      name: "an event is put, and its entry on the bus fails",
      callers,
      endpoints: [{}],
      incidents: [{ of: "bus.publish", nth: 1, fault: "error" }],
    },
    without: "failedEntry",
    noticedBy: "every subscriber is told",
    ends,
  },
  {
    story: {
      name: "the fan-out dies when one of two deliveries is open",
      callers,
      endpoints: [{}, {}],
      incidents: [{ of: "deliveries.open", nth: 2, fault: "die-before" }],
    },
    without: "dispatchedLast",
    noticedBy: "every subscriber is told",
    ends,
  },
  {
    story: { name: "a message without a row", callers, endpoints: [{}] },
    without: "openedRow",
    noticedBy: "the row comes first",
    ends,
  },
  {
    story: { name: "a message overtakes its row", callers, endpoints: [{}] },
    without: "rowBeforeMessage",
    noticedBy: "the row comes first",
    ends,
  },
  {
    story: { name: "a row is gone before its first attempt", callers, endpoints: [{}] },
    without: "rowUntilTheEnd",
    noticedBy: "every delivery ends",
    ends,
  },
  {
    story: {
      name: "a row is opened, and its message is lost",
      callers,
      endpoints: [{}],
      incidents: [{ of: "deliveryQueue.send", nth: 1, fault: "error" }],
    },
    without: "sweepOfDeliveries",
    noticedBy: "every delivery ends",
    ends,
    takenUp: 1,
  },
  {
    // The event is told again: its delivery is open already, and sends no second message.
    story: {
      name: "a row is opened, and the fan-out dies before its message",
      callers,
      endpoints: [{}],
      incidents: [{ of: "deliveryQueue.send", nth: 1, fault: "die-before" }],
    },
    without: "raiseOfSweeper",
    noticedBy: "the row comes first",
    ends,
  },
  {
    // The message comes again, and finds that its attempt is made.
    story: {
      name: "a crash between the first attempt and the ladder",
      callers,
      endpoints: [{ server: awayFor(MINUTE) }],
      incidents: [{ of: "ladder.start", nth: 1, fault: "die-before" }],
    },
    ends,
    takenUp: 0,
  },
  {
    story: {
      name: "the ladder stands before the row says so",
      callers,
      endpoints: [{ server: awayFor(MINUTE) }],
      incidents: [{ of: "deliveries.attempted", nth: 1, fault: "die-before" }],
    },
    without: "rowBeforeLadder",
    noticedBy: "the row comes first",
    ends,
  },
  {
    // The first execution runs; the message comes again, and its worker hears that there is one.
    story: {
      name: "StartExecution's answer is lost",
      callers,
      endpoints: [{ server: silent }],
      incidents: [{ of: "ladder.start", nth: 1, fault: "lost" }],
    },
    without: "nameOfExecution",
    noticedBy: "no more attempts than the ladder has",
    ends,
    takenUp: 0,
  },
  {
    story: {
      name: "StartExecution fails each time, and the sweeper's too",
      callers,
      endpoints: [{ server: awayFor(MINUTE) }],
      incidents: Array.from({ length: 6 }, () => ({ of: "ladder.start", nth: 1, fault: "error" })),
    },
    without: "sweepOfDeliveries",
    noticedBy: "every delivery ends",
    ends,
    takenUp: 2,
  },
  {
    story: {
      name: "an execution stops in the middle of the ladder",
      callers,
      endpoints: [{ server: awayFor(10 * MINUTE) }],
      stopsExecutions: [2],
    },
    without: "sweepOfDeliveries",
    noticedBy: "every delivery ends",
    ends,
    takenUp: 1,
  },
  {
    story: {
      name: "an execution stops, and nobody knows when its next attempt was due",
      callers,
      endpoints: [{ server: awayFor(10 * MINUTE) }],
      stopsExecutions: [1],
    },
    without: "nextAtOfPending",
    noticedBy: "every delivery ends",
    ends,
  },
  {
    // It oversleeps; the sweeper raises the generation, which fails too; then the old one wakes.
    story: {
      name: "a generation is raised while the old one sleeps",
      callers,
      endpoints: [{ server: failing }],
      oversleepsMs: [20 * MINUTE],
    },
    without: "olderGeneration",
    noticedBy: "an older generation ends",
    ends,
    takenUp: 1,
  },
  {
    // It wakes so late that the sweeper comes while its attempt is under way: what it notes is lost, and it goes no further.
    story: {
      name: "a generation is raised while the old one's attempt is under way",
      callers,
      endpoints: [{ server: silent }],
      oversleepsMs: [335_000],
    },
    ends,
    takenUp: 1,
  },
  {
    story: {
      name: "an event that is told again opens no second delivery",
      callers,
      endpoints: [{}],
      incidents: [{ of: "events.dispatched", nth: 1, fault: "die-before" }],
    },
    without: "openingCondition",
    noticedBy: "a delivery ends once",
    ends,
    takenUp: 0,
  },
  {
    // The second worker hears the endpoint fail, when the first one's attempt has succeeded.
    story: {
      name: "a message comes twice, and the slower worker notes its failure last",
      callers,
      endpoints: [{}],
      incidents: [
        { of: "deliveryQueue.send", nth: 1, fault: "repeat" },
        { of: "receiver.post", nth: 2, fault: "error", pauseMs: 5_000 },
      ],
    },
    without: "attemptCondition",
    noticedBy: "a delivery ends once",
    ends,
    takenUp: 0,
  },
  {
    story: { name: "the ladder is run up", callers, endpoints: [{ server: failing }] },
    without: "waitsOfLadder",
    noticedBy: "the ladder's waits",
    ends,
  },
  {
    story: {
      name: "an endpoint is disabled while its delivery waits",
      callers,
      endpoints: [{ server: failing }],
      acts: [{ atMs: 2 * MINUTE, endpoint: 0, is: "disable" }],
    },
    without: "disabledRead",
    noticedBy: "nothing goes where nothing may go",
    ends,
  },
  {
    // It is silent for fifteen seconds; the attempt that is under way is the last one.
    story: {
      name: "an endpoint is disabled while an attempt is under way",
      callers,
      endpoints: [{ server: silent }],
      acts: [{ atMs: 5_000, endpoint: 0, is: "disable" }],
    },
    without: "disabledRead",
    noticedBy: "nothing goes where nothing may go",
    ends,
  },
  {
    story: {
      name: "a secret is rotated while a delivery waits",
      callers,
      endpoints: [{ server: awayFor(3 * MINUTE) }],
      acts: [{ atMs: 2 * MINUTE, endpoint: 0, is: "rotate" }],
    },
    without: "newestSecret",
    noticedBy: "an attempt can be verified",
    ends,
  },
  {
    story: {
      name: "a secret signs on after its day",
      callers: [...callers, { content: "second", key: SECOND_KEY, tries: 1, atMs: 26 * HOUR }],
      endpoints: [{}],
      acts: [{ atMs: HOUR, endpoint: 0, is: "rotate" }],
    },
    without: "newestSecret",
    noticedBy: "an attempt can be verified",
    ends: ["201", "201"],
  },
  {
    story: { name: "an attempt with an id of its own", callers, endpoints: [{ server: awayFor(3 * MINUTE) }] },
    without: "sameId",
    noticedBy: "one webhook-id",
    ends,
  },
  {
    story: { name: "a neighbour hears of it", callers, endpoints: [{}, { of: "neighbour" }] },
    without: "ownEndpoints",
    noticedBy: "nobody else is told",
    ends,
  },
  {
    story: { name: "one who did not subscribe hears of it", callers, endpoints: [{ events: ["irn.cancelled"] }] },
    without: "subscription",
    noticedBy: "nobody else is told",
    ends,
  },
  {
    story: {
      name: "an endpoint is gone, and its worker dies",
      callers,
      endpoints: [{ server: gone }],
      incidents: [{ of: "deliveries.attempted", nth: 1, fault: "die-after" }],
    },
    without: "disabledFirst",
    noticedBy: "who is gone is disabled",
    ends,
  },
  {
    story: {
      name: "an endpoint is disabled, and its worker dies before anybody hears of it",
      callers,
      endpoints: [{ server: gone }],
      incidents: [{ of: "endpoints.disable", nth: 1, fault: "die-after" }],
    },
    without: "heardOfDisabled",
    noticedBy: "its owner hears of it",
    ends,
  },
];
