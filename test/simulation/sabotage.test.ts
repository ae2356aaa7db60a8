import { describe, expect, it } from "vitest";
import { changeSabotages } from "./change-sabotage.ts";
import { changeStories } from "./change-stories.ts";
import { holes } from "./holes.ts";
import type { Invariant } from "./invariants.ts";
import { hunt, sabotages } from "./sabotage.ts";
import { type Story, stories } from "./scenarios.ts";
import { webhookSabotages } from "./webhook-sabotage.ts";
import { webhookStories } from "./webhook-stories.ts";

const MOST_SCHEDULES = 300;

/** Each safeguard of the protocol, taken away alone. The lock is not among them: pending and the fence protect without it. */
const noticedBy: Readonly<Record<keyof typeof sabotages, readonly Invariant[]>> = {
  // A second submission goes out while the first is open, to another portal when the registry is down.
  pendingCondition: ["one registration"],
  // A portal knows its own documents whatever it does late; another portal does not. Needs a portal later than assumed.
  portalPin: ["one registration"],
  // The date is refused before the portal looks for the document that it has. Needs look-ups later than assumed.
  lookAfterRefusal: ["no registration after a refusal"],
  // Sent again while look-ups lag, and refused: the first one is registered and nobody knows.
  settledAbsence: ["no registration after a refusal"],
  // Another's content becomes ours.
  wholeContent: ["reg names a sub of its content"],
  // A worker that lost its lock drops or writes what is another's.
  fence: ["a stale owner changes nothing"],
  // The bytes leave when the successor has settled the outcome.
  guard: ["no registration after a refusal"],
  // FINAL stands without its event for as long as the worker lives, and for ever when it dies there.
  refusingTransaction: ["a refusal is one write"],
  // The document is registered, and then FINAL, and nothing could tell.
  eventFirst: ["the event comes first"],
  // What is accepted is lost to the next caller with its key.
  claimCondition: ["an accepted request stays"],
  // The first claimant works on for a key that it has lost.
  claimLease: ["a stale owner changes nothing"],
  // A late release removes the successor's request.
  releaseCondition: ["an accepted request stays", "a stale owner changes nothing"],
  // A late acceptance accepts the successor's claim, with another payload.
  acceptCondition: ["another payload gets no outcome", "a stale owner changes nothing"],
  // The caller is told that something is on its way which never was accepted.
  acceptedOnly: ["202 only for an accepted request", "400 only for an accepted key"],
  // The payload that is worked on is not the one that was accepted.
  payloadOfItsOwn: ["what is accepted can be read back"],
  // A request that waits for a day is removed.
  expiryFromTheEnd: ["an accepted request stays"],
  // "Nothing was accepted", and it is registered.
  acceptanceUnknown: ["nothing accepted means nothing accepted"],
  // The answer to the same key changes.
  frozenOutcome: ["frozen bytes"],
  // A request that was refused meanwhile is sent.
  secondRead: ["no registration after a refusal"],
  // What was parked waits for ever.
  sweepOfRequests: ["everything ends"],
  // What the bus lost stays lost.
  sweepOfEvents: ["every event is told"],
  // More calls than slots.
  slotsOfLookUps: ["every call has a slot"],
  slotsOfAdmission: ["every call has a slot"],
  // What the sweeper sends is taken for the first message.
  attemptInDeduplicationId: ["a message is not swallowed"],
  // Two changes of one document are open at once.
  changeCondition: ["a pending change is its request's"],
  // What was done is refused. Sending a cancellation again at once harms nobody; believing what is said to that does.
  lookAtChange: ["no change after its end", "no change is forgotten"],
  // Somebody else's doing is ours.
  ownBills: ["the outcome is true"],
  ownEnds: ["the outcome is true"],
  olderBills: ["the outcome is true"],
  // Made, cancelled elsewhere, and made again.
  endedBills: ["one change per request"],
  // A bill that moves goods is told as cancelled.
  newerBill: ["the outcome is true"],
  // One thing is told to those who listen, and another to those who ask.
  storedEvent: ["a change is what its event says"],
  frozenAnswer: ["the answer tells of the bill"],
  // What nobody will ever end is waited for.
  openOwner: ["everything ends"],
  // What came later is undone.
  numberOfChange: ["the status goes upwards"],
  fenceOfChange: ["the status goes upwards", "a stale owner changes nothing"],
  // What was found out costs another slot, again and again.
  undoneNoted: ["everything ends"],
  // If its worker died in between, nobody would be there for what is pending.
  unlockFirst: ["a pending change is its request's"],
  // A portal that is behind says that nothing was done.
  holderAlone: ["no change after its end"],
  guardOfChange: ["no change after its end"],
  slotsOfBills: ["every call has a slot"],
  numberOfBill: ["a bill's number leads to its document"],
  // What the bus did not take is told to nobody.
  failedEntry: ["every event is told", "every subscriber is told"],
  dispatchedLast: ["every subscriber is told"],
  // Nothing says that there is anything to deliver.
  openedRow: ["the row comes first"],
  rowBeforeMessage: ["the row comes first"],
  rowBeforeLadder: ["the row comes first"],
  rowUntilTheEnd: ["every delivery ends"],
  // What was delivered is sent again from the start.
  openingCondition: ["a delivery ends once"],
  // What was delivered failed after all.
  attemptCondition: ["a delivery ends once"],
  // A lost message or execution is lost for good.
  nextAtOfPending: ["every delivery ends"],
  sweepOfDeliveries: ["every delivery ends"],
  raiseOfSweeper: ["the row comes first"],
  // Two ladders for one delivery.
  olderGeneration: ["an older generation ends"],
  nameOfExecution: ["no more attempts than the ladder has"],
  waitsOfLadder: ["the ladder's waits"],
  disabledRead: ["nothing goes where nothing may go"],
  newestSecret: ["an attempt can be verified"],
  sameId: ["one webhook-id"],
  ownEndpoints: ["nobody else is told"],
  subscription: ["nobody else is told"],
  // Its worker died in between, and nobody asks the endpoint again.
  disabledFirst: ["who is gone is disabled"],
  heardOfDisabled: ["its owner hears of it"],
};

function storiesOf(name: string): readonly Story[] {
  if (name in webhookSabotages) return webhookStories;
  return name in changeSabotages ? changeStories : stories;
}

describe("without a safeguard", () => {
  it.each(Object.entries(noticedBy))("%s: %j notices", async (name, invariants) => {
    const sabotage = sabotages[name as keyof typeof sabotages];
    const among = holes.filter(({ without }) => without === name).map(({ story }) => story);
    const found = await hunt(sabotage, among, MOST_SCHEDULES, storiesOf(name));
    expect(
      found?.invariants.some((invariant) => invariants.includes(invariant)),
      JSON.stringify(found),
    ).toBe(true);
  });

  it("nothing is noticed where nothing is missing", async () => {
    const none = await hunt(
      () => ({}),
      holes.map(({ story }) => story),
      0,
    );
    expect(none).toBeUndefined();
  }, 60_000);
});
