import { changeHoles } from "./change-holes.ts";
import type { Invariant } from "./invariants.ts";
import type { sabotages } from "./sabotage.ts";
import { GATEWAY, HOUR, LOST, MINUTE, SECOND_KEY, type Story } from "./scenarios.ts";
import { webhookHoles } from "./webhook-holes.ts";

/** A hole that a simpler protocol has: the story that falls into it, the safeguard that closes it, and what notices. */
export interface Hole {
  readonly story: Story;
  /** None where it is no port that keeps it shut. */
  readonly without?: keyof typeof sabotages;
  readonly noticedBy?: Invariant;
  /** How each accepted request ends, in the order of acceptance. */
  readonly ends: readonly string[];
  /** How many deliveries the sweeper takes up: what comes again by itself does not wait for it. */
  readonly takenUp?: number;
}

const DAY = 24 * HOUR;
const forEver = { fromMs: 0, toMs: Infinity };
const deadFrom = (fromMs: number, toMs: number) => [
  { portal: "NIC1" as const, fromMs, toMs },
  { portal: "NIC2" as const, fromMs, toMs },
];

export const holes: readonly Hole[] = [
  {
    story: {
      name: "a 24 h expiry while the request still waits",
      callers: [{ flow: "queued", tries: 1, repeatsAtMs: [25 * HOUR, 27 * HOUR] }],
      fates: [LOST],
      lagMs: 3_000,
      government: { dead: deadFrom(500, 26 * HOUR) },
    },
    without: "expiryFromTheEnd",
    noticedBy: "an accepted request stays",
    ends: ["201"],
  },
  {
    // Its payload cannot be stored; it learns of it, and releases, when another has the key for long.
    story: {
      name: "a paused handler's release deletes its successor's accepted claim",
      callers: [{}, { atMs: 13_900 }],
      incidents: [{ of: "requests.savePayload", nth: 1, fault: "error", pauseMs: 14_000 }],
    },
    without: "releaseCondition",
    noticedBy: "an accepted request stays",
    ends: ["201"],
  },
  {
    story: {
      name: "a paused handler's release deletes its successor's outcome",
      callers: [{}, { atMs: 12_500 }],
      incidents: [{ of: "requests.savePayload", nth: 1, fault: "error", pauseMs: 14_000 }],
    },
    without: "releaseCondition",
    noticedBy: "FINAL is written once",
    ends: ["201"],
  },
  {
    story: {
      name: "a stale claimant accepts its successor's claim",
      callers: [{}, { atMs: 13_000, content: "other" }],
      incidents: [
        { of: "requests.savePayload", nth: 1, pauseMs: 14_000 },
        { of: "requests.savePayload", nth: 2, pauseMs: 3_000 },
      ],
    },
    without: "acceptCondition",
    noticedBy: "another payload gets no outcome",
    ends: ["201"],
  },
  {
    story: {
      name: "a twin takes the key of a claim that is alive",
      callers: [{}, { atMs: 100, content: "other" }],
      incidents: [{ of: "documents.find", nth: 1, answerMs: 1_000 }],
    },
    without: "claimLease",
    noticedBy: "a stale owner changes nothing",
    ends: ["201"],
  },
  {
    story: {
      name: "a twin takes the key of an accepted request",
      callers: [{ waitMs: 0, tries: 1 }, { atMs: 100 }],
    },
    without: "claimCondition",
    noticedBy: "an accepted request stays",
    ends: ["201"],
  },
  {
    story: {
      name: "a twin gets 202 for a claim that is then refused",
      callers: [{ tries: 1 }, { atMs: 100, tries: 1 }],
      incidents: [{ of: "requests.savePayload", nth: 1, fault: "error", effectMs: 4_000 }],
    },
    without: "acceptedOnly",
    noticedBy: "202 only for an accepted request",
    ends: [],
  },
  {
    story: {
      name: "a fixed payload gets 400 although nothing was accepted",
      callers: [{ tries: 1 }, { atMs: 100, content: "second" }],
      incidents: [{ of: "requests.savePayload", nth: 1, fault: "error", effectMs: 500 }],
    },
    without: "acceptedOnly",
    noticedBy: "400 only for an accepted key",
    ends: ["201"],
  },
  {
    story: {
      name: "a stale claimant overwrites the payload",
      callers: [{}, { atMs: 12_500, content: "second" }],
      incidents: [{ of: "requests.savePayload", nth: 1, effectMs: 12_512 }],
    },
    without: "payloadOfItsOwn",
    noticedBy: "what is accepted can be read back",
    ends: ["201"],
  },
  {
    // The acceptance is written, its answer is lost, and it cannot be read back.
    story: {
      name: "503 says that nothing was accepted, and the sweeper registers it",
      callers: [{ tries: 1 }],
      incidents: [
        { of: "requests.accept", nth: 1, fault: "lost" },
        { of: "requests.find", by: "api", nth: 1, fault: "error" },
      ],
    },
    without: "acceptanceUnknown",
    noticedBy: "nothing accepted means nothing accepted",
    ends: ["201"],
  },
  {
    story: {
      name: "the replay changes after a cancellation",
      callers: [
        { repeatsAtMs: [MINUTE, 3 * MINUTE] },
        { change: { op: "cancel", words: "one" }, key: SECOND_KEY, atMs: 2 * MINUTE },
      ],
    },
    without: "frozenOutcome",
    noticedBy: "frozen bytes",
    ends: ["201", "200"],
  },
  {
    story: {
      name: "a/1 and A/1",
      callers: [{}, { key: SECOND_KEY, content: "respelled", atMs: 3 }],
      government: { registryDown: [forEver] },
    },
    ends: ["201", "200"],
  },
  {
    // The direct call is open at NIC1, which decides late; then NIC1's circuit opens, and the registry is down.
    story: {
      name: "the same document direct and queued goes to two portals",
      callers: [
        { tries: 1, key: undefined },
        { tries: 1, key: undefined, atMs: 300, flow: "queued" },
      ],
      fates: [{ ...LOST, workMs: 20_000 }],
      government: { registryDown: [forEver] },
      circuits: [{ atMs: 100, subject: "portal#NIC1", forMs: 5 * MINUTE }],
    },
    without: "pendingCondition",
    noticedBy: "one registration",
    ends: ["201", "200"],
  },
  {
    story: {
      name: "the same document under two keys goes to two portals",
      callers: [{ tries: 1 }, { atMs: 300, key: SECOND_KEY, content: "respelled", flow: "queued" }],
      fates: [{ ...LOST, workMs: 20_000 }],
      government: { registryDown: [forEver] },
      circuits: [{ atMs: 100, subject: "portal#NIC1", forMs: 5 * MINUTE }],
    },
    without: "pendingCondition",
    noticedBy: "the portal is pinned",
    ends: ["201", "200"],
  },
  {
    story: {
      name: "NIC1 timed out but committed, NIC2 generates",
      callers: [{ tries: 1 }],
      fates: [{ ends: "silent", workMs: 10_000 }],
      government: { registryDown: [forEver] },
      circuits: [{ atMs: 20_000, subject: "portal#NIC1", forMs: 5 * MINUTE }],
    },
    without: "pendingCondition",
    noticedBy: "no registration is forgotten",
    ends: ["201"],
  },
  {
    // Beyond what the model assumes of a portal: only the pin helps, because a portal knows its own documents.
    story: {
      name: "a portal registers minutes after the call, and the other one meanwhile",
      callers: [{ tries: 1 }],
      fates: [{ ends: "silent", workMs: 4 * MINUTE }],
      government: { registryDown: [forEver] },
      lastsMs: 5 * MINUTE,
    },
    without: "portalPin",
    noticedBy: "one registration",
    ends: ["201"],
  },
  {
    // A look-up lag beyond the configured one, which ends between the settled look-up and the refusal.
    story: {
      name: "the resubmission meets a date rule before the duplicate check and is taken as refused",
      callers: [{ tries: 1 }],
      fates: [LOST, { loginMs: 8_000 }],
      lagMs: 65_000,
      government: { dateRule: [{ fromMs: 1_000, toMs: Infinity }] },
    },
    without: "lookAfterRefusal",
    noticedBy: "no registration after a refusal",
    ends: ["201"],
  },
  {
    story: {
      name: "look-up lag taken as absence",
      callers: [{ tries: 1 }],
      fates: [LOST],
      lagMs: 15_000,
      government: { dateRule: [{ fromMs: 1_000, toMs: Infinity }] },
    },
    without: "settledAbsence",
    noticedBy: "no registration after a refusal",
    ends: ["201"],
  },
  {
    story: {
      name: "another document with the same number and total is adopted",
      callers: [{ tries: 1 }],
      government: { others: [{ atMs: 0, at: "NIC1", content: "other" }] },
    },
    without: "wholeContent",
    noticedBy: "reg names a sub of its content",
    ends: ["number_used"],
  },
  {
    // The worker stands still while it logs in; its successor is refused for a while, and looks before it believes.
    story: {
      name: "a delayed send after the lease",
      callers: [{ tries: 1 }],
      fates: [{ pauseMs: 70_000 }],
      killLagMs: MINUTE,
      government: { dateRule: [{ fromMs: 50_000, toMs: 69_000 }] },
    },
    without: "guard",
    noticedBy: "no registration after a refusal",
    ends: ["refused_by_irp"],
  },
  {
    story: {
      name: "a worker that lost its lock writes",
      callers: [{ tries: 1 }],
      incidents: [{ of: "documents.freezeAnswer", nth: 1, pauseMs: 70_000 }],
      killLagMs: MINUTE,
    },
    without: "fence",
    noticedBy: "a stale owner changes nothing",
    ends: ["201"],
  },
  {
    story: {
      name: "a refusal in three writes",
      callers: [{ tries: 1 }],
      fates: [GATEWAY],
      government: { refuses: ["first"] },
    },
    without: "refusingTransaction",
    noticedBy: "a refusal is one write",
    ends: ["refused_by_irp"],
  },
  {
    story: { name: "finished before its event", callers: [{ tries: 1 }] },
    without: "eventFirst",
    noticedBy: "the event comes first",
    ends: ["201"],
  },
  {
    story: {
      name: "the sweeper's message is swallowed as a duplicate of the first",
      callers: [{ tries: 1, flow: "queued" }],
      fates: [{ ends: "unreachable" }],
    },
    without: "attemptInDeduplicationId",
    noticedBy: "a message is not swallowed",
    ends: ["201"],
  },
  {
    story: { name: "a parked request is forgotten", callers: [{ tries: 1 }], fates: [{ ends: "unreachable" }] },
    without: "sweepOfRequests",
    noticedBy: "everything ends",
    ends: ["201"],
  },
  {
    story: {
      name: "an event that the bus lost is never told",
      callers: [{ tries: 1 }],
      incidents: [{ of: "events.dispatched", nth: 1, fault: "die-before" }],
    },
    without: "sweepOfEvents",
    noticedBy: "every event is told",
    ends: ["201"],
  },
  {
    // Both portals are asked, and the document is sent again: four calls, and one request.
    story: {
      name: "a slot per request undercounts look-ups",
      callers: [{ tries: 1, flow: "queued", waitMs: 0 }],
      fates: [{ ends: "gateway" }],
      policy: { calls: 6, perSeconds: 60, burst: 2, reserve: 1 },
    },
    without: "slotsOfLookUps",
    noticedBy: "every call has a slot",
    ends: ["201"],
  },
  {
    // It reads that the request waits, and goes on when another worker has refused it and the portal would take it again.
    story: {
      name: "a worker read the request before its refusal, and sends it after",
      callers: [{ tries: 1 }],
      incidents: [{ of: "requests.find", by: "worker", nth: 1, pauseMs: 66_000 }],
      killLagMs: MINUTE,
      government: { dateRule: [{ fromMs: 0, toMs: 65_000 }] },
    },
    without: "secondRead",
    noticedBy: "no registration after a refusal",
    ends: ["refused_by_irp"],
  },
  {
    // Its circuit is open, and it stands still before it refuses; its successor sends.
    story: {
      name: "an overdue request is refused while another worker sends it",
      callers: [{ flow: "queued", tries: 1, waitMs: 0 }],
      fates: [{ workMs: 10_000 }],
      circuits: [
        { atMs: 0, subject: "client", forMs: DAY + 90_000 },
        { atMs: DAY + 100_000, subject: "client", forMs: 40_000 },
      ],
      incidents: [
        { of: "documents.find", by: "worker", nth: 2, pauseMs: 62_000 },
        { of: "documents.submit", by: "worker", nth: 1, pauseMs: 62_000 },
      ],
      killLagMs: MINUTE,
      lastsMs: DAY + 5 * MINUTE,
    },
    ends: ["not_registered"],
  },
  {
    // The first is registered and its worker dies; the second has the number on another day, and is refused.
    story: {
      name: "a document is looked for on the day of another one with its number",
      callers: [{ tries: 1 }, { key: SECOND_KEY, content: "otherDay", flow: "queued", atMs: 56_000, tries: 1 }],
      incidents: [{ of: "events.append", nth: 1, fault: "die-before" }],
      government: { dateRule: [{ fromMs: 1_000, toMs: Infinity }] },
    },
    ends: ["201", "number_used"],
  },
  {
    // The first is refused; a copy of its submission arrives when nobody waits for it any more.
    story: {
      name: "a late copy of a submission makes a refused request the owner",
      callers: [{ tries: 1 }, { key: SECOND_KEY, content: "respelled", atMs: 10_000, tries: 1 }],
      incidents: [{ of: "documents.submit", nth: 1, fault: "straggler", copyMs: 5_000 }],
      government: { dateRule: [{ fromMs: 0, toMs: 6_000 }] },
    },
    ends: ["refused_by_irp", "201"],
  },
  ...changeHoles,
  ...webhookHoles,
];
