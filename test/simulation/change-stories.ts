import type { CallerPlan } from "./callers.ts";
import type { ChangeAsk } from "./change-calls.ts";
import { GATEWAY, LOST, MINUTE, NOT_SENT, SECOND_KEY, type Story, stories, THIRD_KEY } from "./scenarios.ts";
import { webhookStories } from "./webhook-stories.ts";

const SECOND = 1_000;

/** A caller that asks for a change a minute after the document was registered, under a key of its own. */
export function asks(
  op: ChangeAsk["op"],
  { words = "one", ...plan }: Partial<CallerPlan> & Partial<Pick<ChangeAsk, "words">> = {},
): Partial<CallerPlan> {
  return { change: { op, words }, key: `${op}-${words}`, atMs: MINUTE, ...plan };
}

/** How documents come into the world in these stories; what may go wrong there, other stories tell. */
const registered = [{ tries: 1 }] as const;
const withBill = [{ tries: 1, content: "withBill" }] as const;
const later = { crashesFromMs: MINUTE } as const;

/** What crashes are tried in: one story for each way through the life of a registered document. */
export const changeStories: readonly Story[] = [
  { name: "cancel", callers: [...registered, asks("cancel")], ...later },
  { name: "cancel, queued", callers: [...registered, asks("cancel", { flow: "queued", waitMs: 0 })], ...later },
  {
    name: "cancel, the answer is lost",
    callers: [...registered, asks("cancel")],
    changes: [LOST],
    lagMs: 4 * SECOND,
    ...later,
  },
  {
    name: "cancel, unknown, not done, sent again",
    callers: [...registered, asks("cancel")],
    changes: [GATEWAY],
    ...later,
    isLong: true,
  },
  { name: "cancel, not sent, then sent", callers: [...registered, asks("cancel")], changes: [NOT_SENT], ...later },
  {
    name: "cancel what somebody else cancelled",
    callers: [...registered, asks("cancel")],
    government: { cancelsAtMs: [30 * SECOND] },
    ...later,
  },
  {
    name: "cancel what the registry rejected",
    callers: [...registered, asks("cancel")],
    government: { rejectsAtMs: [MINUTE - 2_990] },
    ...later,
  },
  {
    name: "cancel with a bill that somebody else made",
    callers: [...registered, asks("cancel")],
    government: { billsElsewhere: [{ atMs: 30 * SECOND, is: "made" }] },
    ...later,
  },
  {
    name: "two cancels under two keys",
    callers: [...registered, asks("cancel"), asks("cancel", { words: "other", atMs: MINUTE + 3 })],
    ...later,
  },
  {
    name: "two cancels under two keys, the answer is lost",
    callers: [...registered, asks("cancel"), asks("cancel", { words: "other", atMs: MINUTE + 300, flow: "queued" })],
    changes: [LOST],
    lagMs: 4 * SECOND,
    ...later,
    isLong: true,
  },
  { name: "make a bill", callers: [...registered, asks("make_ewb")], ...later },
  {
    name: "make a bill, the answer is lost",
    callers: [...registered, asks("make_ewb")],
    changes: [LOST],
    lagMs: 4 * SECOND,
    ...later,
  },
  {
    name: "make a bill, unknown, not done, refused",
    callers: [...registered, asks("make_ewb")],
    changes: [GATEWAY],
    government: { refusesBills: [{ fromMs: MINUTE, toMs: Infinity }] },
    ...later,
    isLong: true,
  },
  {
    name: "make a bill that somebody else has made",
    callers: [...registered, asks("make_ewb")],
    government: { billsElsewhere: [{ atMs: 30 * SECOND, is: "made" }] },
    ...later,
  },
  {
    name: "the same bill under two keys",
    callers: [...registered, asks("make_ewb"), asks("make_ewb", { key: SECOND_KEY, atMs: MINUTE + 3 })],
    ...later,
  },
  { name: "cancel a bill", callers: [...withBill, asks("cancel_ewb")], ...later },
  {
    name: "cancel a bill, the answer is lost",
    callers: [...withBill, asks("cancel_ewb")],
    changes: [LOST],
    lagMs: 4 * SECOND,
    ...later,
  },
  {
    name: "cancel a bill that somebody else cancelled",
    callers: [...withBill, asks("cancel_ewb")],
    government: { billsElsewhere: [{ atMs: 30 * SECOND, is: "cancelled" }] },
    ...later,
  },
  {
    name: "a bill, and its cancellation, and another bill",
    callers: [
      ...registered,
      asks("make_ewb"),
      asks("cancel_ewb", { atMs: MINUTE + 10 * SECOND }),
      asks("make_ewb", { words: "other", atMs: MINUTE + 20 * SECOND }),
    ],
    ...later,
    isLong: true,
  },
  {
    name: "a bill against a cancel",
    callers: [...registered, asks("make_ewb"), asks("cancel", { atMs: MINUTE + 3 })],
    ...later,
  },
  {
    name: "a cancel against a bill",
    callers: [...registered, asks("cancel"), asks("make_ewb", { atMs: MINUTE + 3 })],
    ...later,
  },
  {
    name: "a bill of which nobody knows against a cancel",
    callers: [...registered, asks("make_ewb"), asks("cancel", { atMs: MINUTE + 300, flow: "queued" })],
    changes: [LOST],
    lagMs: 4 * SECOND,
    ...later,
    isLong: true,
  },
  {
    name: "a cancel before, during and after an unknown registration",
    callers: [
      { tries: 1 },
      asks("cancel", { atMs: 0 }),
      asks("cancel", { words: "other", key: THIRD_KEY, atMs: 300 }),
      asks("cancel", { key: SECOND_KEY, atMs: 30 * SECOND }),
    ],
    fates: [LOST],
    lagMs: 4 * SECOND,
    isLong: true,
  },
  { name: "registered with a bill", callers: withBill },
  { name: "registered with a bill, the answer is lost", callers: withBill, fates: [LOST], lagMs: 4 * SECOND },
  {
    name: "registered, the bill beside it refused",
    callers: withBill,
    government: { refusesBills: [{ fromMs: 0, toMs: Infinity }] },
  },
];

export const allStories: readonly Story[] = [...stories, ...changeStories, ...webhookStories];
