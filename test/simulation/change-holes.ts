import { asks } from "./change-stories.ts";
import type { Hole } from "./holes.ts";
import { GATEWAY, HOUR, LOST, MINUTE, SECOND_KEY } from "./scenarios.ts";

const SECOND = 1_000;
const registered = { tries: 1 } as const;
const withBill = { tries: 1, content: "withBill" } as const;
const ONE_SLOT = { calls: 1, perSeconds: 60, burst: 1, reserve: 0 };

/** Holes of a simpler protocol for what happens to a registered document. */
export const changeHoles: readonly Hole[] = [
  {
    // The second has the document when the first has made the bill, and stops there: nothing of it was sent.
    story: {
      name: "a change that was decided before it began waits for an outcome that never comes",
      callers: [registered, asks("make_ewb"), asks("make_ewb", { key: SECOND_KEY, words: "other", atMs: MINUTE + 3 })],
      incidents: [{ of: "documents.begin", nth: 2, fault: "die-after" }],
    },
    ends: ["201", "201", "eway_bill_active"],
  },
  {
    story: {
      name: "a cancel that stopped before it was sent takes the document's own bill for somebody else's",
      callers: [registered, asks("make_ewb"), asks("cancel", { atMs: MINUTE + 3 })],
      incidents: [{ of: "documents.begin", nth: 2, fault: "die-after" }],
    },
    ends: ["201", "201", "eway_bill_active"],
  },
  {
    story: {
      name: "an e-way bill that was made elsewhere leaves a gap in the numbers of changes",
      callers: [
        registered,
        asks("cancel", { atMs: MINUTE }),
        asks("cancel_ewb", { atMs: 2 * MINUTE }),
        asks("cancel", { key: SECOND_KEY, atMs: 3 * MINUTE }),
      ],
      government: { billsElsewhere: [{ atMs: 30 * SECOND, is: "made" }] },
    },
    ends: ["201", "eway_bill_active", "200", "200"],
  },
  {
    story: {
      name: "a bill that was there before the first submission is taken for its own",
      callers: [registered, asks("make_ewb")],
      government: { billsElsewhere: [{ atMs: 30 * SECOND, is: "made" }] },
    },
    without: "ownBills",
    noticedBy: "the outcome is true",
    ends: ["201", "eway_bill_active"],
  },
  {
    // Its event says that somebody else did it; its worker stops, and the next one cannot know.
    story: {
      name: "a cancellation by somebody else is told by its event, and answered as our own",
      callers: [registered, asks("cancel")],
      government: { cancelsAtMs: [30 * SECOND] },
      incidents: [{ of: "documents.change", nth: 1, fault: "die-before" }],
    },
    without: "storedEvent",
    noticedBy: "a change is what its event says",
    ends: ["201", "not_active"],
  },
  {
    // Only the answer tells the distance; a look-up does not.
    story: {
      name: "a bill has no distance on the document, and one in its event",
      callers: [registered, asks("make_ewb")],
      incidents: [{ of: "documents.change", nth: 1, fault: "die-before" }],
    },
    without: "storedEvent",
    noticedBy: "a change is what its event says",
    ends: ["201", "201"],
  },
  {
    // The frozen answer has it, and its events; who looks it up finds it cancelled elsewhere.
    story: {
      name: "a bill beside a registration is in the answer, and not on the document",
      callers: [withBill],
      incidents: [{ of: "documents.register", nth: 1, fault: "die-before" }],
      government: { billsElsewhere: [{ atMs: 10 * SECOND, is: "cancelled" }] },
    },
    without: "frozenAnswer",
    noticedBy: "the answer tells of the bill",
    ends: ["201"],
  },
  {
    // Its bill is refused, the answer lost; who finds the document asked for none.
    story: {
      name: "the answer to a registration that asked for a bill does not speak of it",
      callers: [withBill, { tries: 1, key: SECOND_KEY, content: "respelled", atMs: 300, flow: "queued" }],
      fates: [LOST],
      lagMs: 4 * SECOND,
      incidents: [
        { of: "irp.byIrn", nth: 1, fault: "die-before" },
        { of: "irp.byDocument", nth: 1, fault: "die-before" },
      ],
      government: { refusesBills: [{ fromMs: 0, toMs: Infinity }] },
    },
    ends: ["201", "200"],
  },
  {
    story: {
      name: "a bill that nobody asked for is taken for the registration's own",
      callers: [registered],
      fates: [LOST],
      lagMs: 4 * SECOND,
      government: { billsElsewhere: [{ atMs: SECOND, is: "made" }] },
    },
    ends: ["201"],
  },
  {
    // A copy of its first write comes when it is over; the next one waits for it.
    story: {
      name: "a change of a request that is over keeps everybody else waiting",
      callers: [registered, asks("make_ewb"), asks("cancel_ewb", { atMs: 2 * MINUTE })],
      incidents: [{ of: "documents.begin", nth: 1, fault: "straggler", copyMs: 5 * SECOND }],
    },
    without: "openOwner",
    noticedBy: "everything ends",
    ends: ["201", "201", "200"],
  },
  {
    // Both copies come late: the one that takes the lock, and the one that writes what another has written since.
    story: {
      name: "a late copy of a change overwrites a later one",
      callers: [registered, asks("make_ewb"), asks("cancel_ewb", { atMs: MINUTE + 5 * SECOND })],
      incidents: [
        { of: "documents.begin", nth: 1, fault: "straggler", copyMs: 20 * SECOND },
        { of: "documents.change", nth: 1, fault: "straggler", copyMs: 20 * SECOND },
      ],
    },
    without: "numberOfChange",
    noticedBy: "the status goes upwards",
    ends: ["201", "201", "200"],
  },
  {
    // Between the answer, which has the bill, and the document somebody cancels both; only the latter is seen.
    story: {
      name: "an e-way bill of a cancelled document is asked to be cancelled, for ever",
      callers: [withBill, asks("cancel_ewb", { atMs: 3 * MINUTE, flow: "queued" })],
      incidents: [{ of: "documents.register", nth: 1, fault: "die-before" }],
      government: { billsElsewhere: [{ atMs: 10 * SECOND, is: "cancelled" }], cancelsAtMs: [15 * SECOND] },
    },
    ends: ["201"],
  },
  {
    // The look-up shows the first bill still, which is cancelled: the second is too new to be seen.
    story: {
      name: "an older bill that a look-up shows proves that the newer one is cancelled",
      callers: [
        withBill,
        asks("cancel_ewb", { atMs: MINUTE }),
        asks("make_ewb", { atMs: MINUTE + 2 * SECOND }),
        asks("cancel_ewb", { atMs: MINUTE + 4 * SECOND, key: SECOND_KEY }),
      ],
      changes: [{}, {}, GATEWAY],
      lagMs: 15 * SECOND,
    },
    without: "newerBill",
    noticedBy: "the outcome is true",
    ends: ["201", "200", "201", "200"],
  },
  {
    // Its answer is lost, and somebody cancels it at the portal before anybody looks.
    story: {
      name: "a bill that somebody cancelled before it was seen is made once more",
      callers: [registered, asks("make_ewb")],
      changes: [LOST],
      lagMs: SECOND,
      government: { billsElsewhere: [{ atMs: MINUTE + SECOND, is: "cancelled" }] },
    },
    without: "endedBills",
    noticedBy: "one change per request",
    ends: ["201", "201"],
  },
  {
    // One slot at a time: it pays for the look that shows that nothing is done, and never for sending it again.
    story: {
      name: "with one slot at a time a change is looked for, and never sent",
      callers: [registered, asks("cancel", { atMs: 2 * MINUTE })],
      changes: [GATEWAY],
      policy: ONE_SLOT,
    },
    without: "undoneNoted",
    noticedBy: "everything ends",
    ends: ["201", "200"],
  },
  {
    story: {
      name: "with one slot at a time a refusal is never looked at",
      callers: [registered, asks("make_ewb", { atMs: 2 * MINUTE })],
      changes: [GATEWAY],
      policy: ONE_SLOT,
      government: { refusesBills: [{ fromMs: MINUTE, toMs: Infinity }] },
    },
    without: "undoneNoted",
    noticedBy: "everything ends",
    ends: ["201", "refused_by_irp"],
  },
  {
    // The document is shown at once, and its bill some seconds later.
    story: {
      name: "the bill beside a registration is not shown yet, and told as failed",
      callers: [withBill],
      fates: [LOST],
      lagsMs: [0, 10 * SECOND],
    },
    without: "settledAbsence",
    noticedBy: "the answer tells of the bill",
    ends: ["201"],
  },
  {
    // Both are of the same minute, so that their times do not tell which is the newer one.
    story: {
      name: "a bill that somebody made after ours was cancelled keeps us from learning that it was",
      callers: [withBill, asks("cancel_ewb", { atMs: 5 * SECOND })],
      changes: [LOST],
      government: { billsElsewhere: [{ atMs: 6 * SECOND, is: "made" }] },
    },
    ends: ["201", "200"],
  },
  {
    // The first has no outcome yet; the second would be refused by what it has done.
    story: {
      name: "a cancel is sent while a bill is being made",
      callers: [registered, asks("make_ewb", { tries: 1 }), asks("cancel", { atMs: MINUTE + 300, flow: "queued" })],
      changes: [{ workMs: 10 * SECOND }],
    },
    without: "changeCondition",
    noticedBy: "a pending change is its request's",
    ends: ["201", "201", "eway_bill_active"],
  },
  {
    story: {
      name: "a lost cancel is sent again at once, and the refusal believed",
      callers: [registered, asks("cancel")],
      changes: [LOST],
      lagMs: 4 * SECOND,
    },
    without: "lookAtChange",
    noticedBy: "no change after its end",
    ends: ["201", "200"],
  },
  {
    story: {
      name: "what somebody else cancelled is answered as cancelled by us",
      callers: [registered, asks("cancel")],
      government: { cancelsAtMs: [30 * SECOND] },
    },
    without: "ownEnds",
    noticedBy: "the outcome is true",
    ends: ["201", "not_active"],
  },
  {
    // It never arrives; an hour before somebody has made another.
    story: {
      name: "an older bill is adopted in place of one that was lost",
      callers: [registered, asks("make_ewb", { atMs: 60 * MINUTE })],
      changes: [{ ends: "swallowed" }],
      government: { billsElsewhere: [{ atMs: 30 * SECOND, is: "made" }] },
    },
    without: "olderBills",
    noticedBy: "the outcome is true",
    ends: ["201", "eway_bill_active"],
  },
  {
    story: { name: "a change finished before its event", callers: [registered, asks("cancel")] },
    without: "eventFirst",
    noticedBy: "the event comes first",
    ends: ["201", "200"],
  },
  {
    // It is decided already, and its worker has the document when it says so.
    story: {
      name: "a change is over, and pending still",
      callers: [registered, asks("make_ewb"), asks("make_ewb", { key: SECOND_KEY, atMs: MINUTE + 3 })],
    },
    without: "unlockFirst",
    noticedBy: "a pending change is its request's",
    ends: ["201", "201", "200"],
  },
  {
    story: {
      name: "the refusal of a change in three writes",
      callers: [registered, asks("make_ewb")],
      government: { refusesBills: [{ fromMs: 0, toMs: Infinity }] },
    },
    without: "refusingTransaction",
    noticedBy: "a refusal is one write",
    ends: ["201", "refused_by_irp"],
  },
  {
    // It reads that the request waits, and goes on when another worker has refused it.
    story: {
      name: "a worker read the change before its refusal, and sends it after",
      callers: [registered, asks("make_ewb", { tries: 1 })],
      incidents: [{ of: "requests.find", by: "worker", nth: 2, pauseMs: 66_000 }],
      killLagMs: MINUTE,
      government: { refusesBills: [{ fromMs: 0, toMs: MINUTE + 65_000 }] },
    },
    without: "secondRead",
    noticedBy: "no change after its end",
    ends: ["201", "refused_by_irp"],
  },
  {
    // The worker stands still while it logs in; its successor is refused.
    story: {
      name: "a change is sent after the lease",
      callers: [registered, asks("make_ewb", { tries: 1 })],
      changes: [{ pauseMs: 100_000 }],
      killLagMs: 2 * MINUTE,
      government: { refusesBills: [{ fromMs: MINUTE + 10 * SECOND, toMs: MINUTE + 99 * SECOND }] },
    },
    without: "guardOfChange",
    noticedBy: "no change after its end",
    ends: ["201", "refused_by_irp"],
  },
  {
    // It has told what it did when its successor has written it, and somebody else something more.
    story: {
      name: "a worker that lost its lock writes what became of the document",
      callers: [
        registered,
        asks("make_ewb", { tries: 1 }),
        asks("cancel_ewb", { atMs: 2 * MINUTE + 20 * SECOND, tries: 1 }),
      ],
      incidents: [{ of: "events.append", nth: 2, pauseMs: 100_000 }],
      killLagMs: 2 * MINUTE,
    },
    without: "fenceOfChange",
    noticedBy: "the status goes upwards",
    ends: ["201", "201", "200"],
  },
  {
    // It is refused, because there is a bill; what that is, a second call says.
    story: {
      name: "a slot per change undercounts the looks for bills",
      callers: [registered, asks("make_ewb")],
      government: { billsElsewhere: [{ atMs: 30 * SECOND, is: "made" }] },
      policy: { calls: 60, perSeconds: 60, burst: 4, reserve: 1 },
    },
    without: "slotsOfBills",
    noticedBy: "every call has a slot",
    ends: ["201", "eway_bill_active"],
  },
  {
    story: { name: "a bill is told that nobody can find", callers: [registered, asks("make_ewb")] },
    without: "numberOfBill",
    noticedBy: "a bill's number leads to its document",
    ends: ["201", "201"],
  },
  {
    // The portal that holds it cannot be asked; the other one answers for it, and is minutes behind.
    story: {
      name: "a cancel that a stand-in does not show yet is taken for not done",
      callers: [registered, asks("cancel")],
      changes: [LOST],
      circuits: [{ atMs: 30 * SECOND, subject: "portal#NIC1", forMs: 5 * MINUTE }],
      government: { standInLagMs: 10 * MINUTE },
    },
    without: "holderAlone",
    noticedBy: "no change after its end",
    ends: ["201", "200"],
  },
  {
    // Theirs was cancelled a moment before ours was made; the look-up shows neither yet.
    story: {
      name: "a bill that is cancelled already is taken for what stood in the way of ours",
      callers: [registered, asks("make_ewb", { atMs: 60 * MINUTE })],
      changes: [LOST],
      lagMs: 10 * SECOND,
      government: {
        billsElsewhere: [
          { atMs: 30 * SECOND, is: "made" },
          { atMs: 60 * MINUTE - SECOND, is: "cancelled" },
        ],
      },
    },
    without: "settledAbsence",
    noticedBy: "no change after its end",
    ends: ["201", "201"],
  },
  {
    // Somebody made a bill and cancelled it a moment before ours was made. Ours is too new to be shown, and theirs is.
    story: {
      name: "a stranger's bill that a look-up shows proves that ours is cancelled",
      callers: [registered, asks("make_ewb"), asks("cancel_ewb", { atMs: MINUTE + 2 * SECOND })],
      changes: [{}, GATEWAY],
      lagMs: 15 * SECOND,
      government: {
        billsElsewhere: [
          { atMs: 50 * SECOND, is: "made" },
          { atMs: 55 * SECOND, is: "cancelled" },
        ],
      },
    },
    without: "newerBill",
    noticedBy: "the outcome is true",
    ends: ["201", "201", "200"],
  },
  {
    // A look-up lag beyond the configured one, which ends between the settled look-up and the refusal: 9999.
    story: {
      name: "the refusal of a second cancellation hides that the first was made",
      callers: [registered, asks("cancel", { tries: 1 })],
      changes: [LOST, { loginMs: 8 * SECOND }],
      lagMs: 65 * SECOND,
    },
    ends: ["201", "200"],
  },
  {
    // Its answer is lost, and for more than a day no portal answers.
    story: {
      name: "a change is given up after a day, and was made",
      callers: [registered, asks("cancel", { flow: "queued", tries: 1, waitMs: 0 })],
      changes: [LOST],
      lagMs: 3 * SECOND,
      government: {
        dead: [
          { portal: "NIC1", fromMs: MINUTE + 500, toMs: 25 * HOUR },
          { portal: "NIC2", fromMs: MINUTE + 500, toMs: 25 * HOUR },
        ],
      },
      lastsMs: 25 * HOUR,
    },
    ends: ["201", "200"],
  },
  {
    // Theirs is too new to be shown, and the end of ours too.
    story: {
      name: "a bill that we know as cancelled stands in the way of the document's cancellation",
      callers: [withBill, asks("cancel_ewb"), asks("cancel", { atMs: MINUTE + 4 * SECOND })],
      lagMs: 15 * SECOND,
      government: { billsElsewhere: [{ atMs: MINUTE + 2 * SECOND, is: "made" }] },
    },
    ends: ["201", "200", "refused_by_irp"],
  },
];
