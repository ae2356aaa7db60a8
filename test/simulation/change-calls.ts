import { canonicalHash } from "../../shared/canonical-json.ts";
import { askedFingerprint, type Change } from "../../shared/document/change.ts";
import type { Submission } from "../../shared/request/submit.ts";
import { type ContentName, content } from "./documents.ts";
import type { World } from "./world.ts";

/** What a caller asks of a registered document, in one of two ways: two payloads, and two e-way bills. */
export interface ChangeAsk {
  readonly op: Change["op"];
  readonly words: "one" | "other";
}

/** What is asked, by whom, of which document. */
export type Asked = Pick<Submission, "gstin" | "payload" | "irn" | "docFp" | "change"> & { readonly fp: string };

const REASONS = {
  one: { reason: "duplicate", remarks: "Entered twice" },
  other: { reason: "order_cancelled", remarks: "Not wanted any more" },
} as const;
const TRANSPORT = { Distance: 0, TransMode: "1", VehType: "R" };
const BILLS = { one: { ...TRANSPORT, VehNo: "MH12AB1234" }, other: { ...TRANSPORT, VehNo: "MH14CD5678" } };

/**
 * What the caller sends. An e-way bill is cancelled by its number, which stays the same through the caller's repeats;
 * undefined while it knows of none.
 */
export function askedOf(world: World, name: ContentName, ask: ChangeAsk | undefined): Asked | undefined {
  if (!ask) return content(name);
  const { irn } = content(name);
  const ewbNo = ask.op === "cancel_ewb" ? (world.numbers.get(ask) ?? newestBill(world, irn)) : "";
  if (ewbNo === undefined) return undefined;
  world.numbers.set(ask, ewbNo);
  return known(name, ask, ewbNo);
}

function newestBill({ stores: { rows } }: World, irn: string): string | undefined {
  return rows.documents.get(irn)?.bills?.at(-1)?.ewbNo;
}

const catalogue = new Map<string, Asked>();

/** Worked out once per process. */
function known(name: ContentName, ask: ChangeAsk, ewbNo: string): Asked {
  const key = `${name} ${ask.op} ${ask.words} ${ewbNo}`;
  const found = catalogue.get(key) ?? changeOf(name, ask, ewbNo);
  catalogue.set(key, found);
  return found;
}

/** What the routes that change a registered document make of a call. */
function changeOf(name: ContentName, ask: ChangeAsk, ewbNo: string): Asked {
  const { gstin, irn } = content(name);
  const change = wordsOf(ask, ewbNo);
  const payload = { method: "POST", path: pathOf(irn, change), query: {}, body: { irn, ...change } };
  const docFp = change.op === "make_ewb" ? askedFingerprint(change.request) : canonicalHash(change);
  return { gstin, payload, irn, docFp, change, fp: canonicalHash(payload) };
}

function wordsOf({ op, words }: ChangeAsk, ewbNo: string): Change {
  if (op === "make_ewb") return { op, request: BILLS[words] };
  return op === "cancel" ? { op, ...REASONS[words] } : { op, ewbNo, ...REASONS[words] };
}

function pathOf(irn: string, change: Change): string {
  if (change.op === "cancel_ewb") return `/ewb/${change.ewbNo}/cancel`;
  return `/irn/${irn}/${change.op === "cancel" ? "cancel" : "ewb"}`;
}
