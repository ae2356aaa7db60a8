import { HOUR, MINUTE, type Story } from "./scenarios.ts";
import type { Server } from "./webhooks.ts";

const SECOND = 1_000;
const DAY = 24 * HOUR;
const forEver = { fromMs: 0, toMs: Infinity };
export const failing: Server = [{ ...forEver, is: "fails" }];
export const silent: Server = [{ ...forEver, is: "silent" }];
const registered = [{ tries: 1 }] as const;
/** What may go wrong until there is an event, other stories tell. */
const later = { crashesFromMs: 225 } as const;

/** What crashes are tried in: one story for each way from an event to those who want to hear of it. */
export const webhookStories: readonly Story[] = [
  { name: "registered, and told", callers: registered, endpoints: [{}] },
  {
    name: "told to two, of whom one is not there for a while",
    callers: registered,
    endpoints: [{ server: [{ fromMs: 0, toMs: 3 * MINUTE, is: "deaf" }] }, {}],
    ...later,
    isLong: true,
  },
  {
    name: "told to one who never answers",
    callers: registered,
    endpoints: [{ server: silent }],
    ...later,
    isLong: true,
  },
  {
    name: "told to one who fails for ever",
    callers: registered,
    endpoints: [{ server: failing }],
    ...later,
    isLong: true,
  },
  {
    name: "told to one who is busy",
    callers: registered,
    endpoints: [{ server: [{ fromMs: 0, toMs: 30 * SECOND, is: "busy" }] }],
    ...later,
  },
  {
    name: "told to one who is gone, and to one who hears of that",
    callers: registered,
    endpoints: [{ server: [{ ...forEver, is: "gone" }] }, { events: ["endpoint.disabled"] }],
    ...later,
    isLong: true,
  },
  {
    name: "gone in the middle of the ladder",
    callers: registered,
    endpoints: [
      {
        server: [
          { fromMs: 0, toMs: 3 * MINUTE, is: "fails" },
          { ...forEver, is: "gone" },
        ],
      },
    ],
    ...later,
    isLong: true,
  },
  {
    // The first ladder says since when; the second one ends more than five days later.
    name: "failing for five days, of which another one hears",
    callers: [...registered, { content: "second", key: "key-2", tries: 1, atMs: 5 * DAY }],
    endpoints: [{ events: ["irn.generated"], server: failing }, { events: ["endpoint.disabled"] }],
    crashesFromMs: 5 * DAY + 5 * HOUR,
    isLong: true,
  },
  {
    name: "disabled in the middle of the ladder",
    callers: registered,
    endpoints: [{ server: failing }],
    acts: [{ atMs: 2 * MINUTE, endpoint: 0, is: "disable" }],
    ...later,
  },
  {
    name: "removed in the middle of the ladder",
    callers: registered,
    endpoints: [{ server: failing }],
    acts: [{ atMs: 2 * MINUTE, endpoint: 0, is: "remove" }],
    ...later,
  },
  {
    name: "moved in the middle of the ladder",
    callers: registered,
    endpoints: [{ server: failing }],
    acts: [{ atMs: 2 * MINUTE, endpoint: 0, is: "move" }],
    ...later,
  },
  {
    name: "its secret rotated in the middle of the ladder",
    callers: registered,
    endpoints: [{ server: [{ fromMs: 0, toMs: 3 * MINUTE, is: "fails" }] }],
    acts: [{ atMs: 2 * MINUTE, endpoint: 0, is: "rotate" }],
    ...later,
  },
  {
    name: "cancelled while its registration is on the ladder",
    callers: [...registered, { change: { op: "cancel", words: "one" }, key: "cancel", atMs: MINUTE }],
    endpoints: [{ server: [{ fromMs: 0, toMs: 10 * MINUTE, is: "fails" }] }],
    crashesFromMs: MINUTE + 225,
    isLong: true,
  },
  {
    name: "each GSTIN hears of its own",
    callers: [...registered, { content: "neighbours", key: "key-2", tries: 1 }],
    endpoints: [{}, { of: "neighbour" }],
    ...later,
    isLong: true,
  },
  {
    name: "refused, and told",
    callers: registered,
    government: { refuses: ["first"] },
    endpoints: [{ events: ["irn.failed"] }, { events: ["irn.generated"] }],
    ...later,
  },
  {
    name: "sent again by its owner",
    callers: registered,
    endpoints: [{ server: [{ fromMs: 0, toMs: DAY, is: "fails" }] }],
    acts: [{ atMs: DAY + HOUR, endpoint: 0, is: "replay" }],
    crashesFromMs: DAY,
  },
  {
    name: "recovered by its owner, twice",
    callers: [...registered, { content: "second", key: "key-2", tries: 1 }],
    endpoints: [{ isDisabled: true }],
    acts: [
      { atMs: HOUR, endpoint: 0, is: "enable" },
      { atMs: HOUR + MINUTE, endpoint: 0, is: "recover" },
      { atMs: HOUR + MINUTE + 3, endpoint: 0, is: "recover" },
    ],
    crashesFromMs: HOUR,
    isLong: true,
  },
  {
    name: "tried by its owner",
    callers: registered,
    endpoints: [{ events: ["irn.cancelled"] }, {}],
    acts: [{ atMs: MINUTE, endpoint: 0, is: "test" }],
    crashesFromMs: MINUTE,
  },
];
