import type { Document } from "../document/document.ts";
import type { DocumentStore, Effect, Hold, Registered } from "../document/document-store.ts";
import { SKEW_MS } from "../request/request.ts";

/** Nobody holds the lock, or the lease of whoever does is over for certain. */
const FREE = "(attribute_not_exists(#lock) OR #lock.#until < :over)";
const MINE = "#lock.worker = :me";

/** The table, and the document that a write is for. */
interface DocumentPlace {
  readonly TableName: string;
  readonly irn: string;
}
type Submission = Parameters<DocumentStore["resubmit"]>[2];

export function documentAt(irn: string) {
  return { pk: `DOC#${irn}` };
}

export function submitting(place: DocumentPlace, ownerGstin: string, hold: Hold, pending: Submission, now: Date) {
  return {
    ...at(place),
    UpdateExpression:
      "SET #lock = :lock, pending = :pending, v = :v, irn = :irn, ownerGstin = if_not_exists(ownerGstin, :gstin), seq = if_not_exists(seq, :zero)",
    ConditionExpression: `${FREE} AND attribute_not_exists(pending) AND attribute_not_exists(reg)`,
    ExpressionAttributeNames: { "#lock": "lock", "#until": "until" },
    ExpressionAttributeValues: {
      ":lock": hold,
      ":pending": pending,
      ":v": 1,
      ":irn": place.irn,
      ":gstin": ownerGstin,
      ":zero": 0,
      ":over": now.getTime() - SKEW_MS,
    },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

export function taking(place: DocumentPlace, hold: Hold, now: Date) {
  return {
    ...at(place),
    UpdateExpression: "SET #lock = :lock",
    ConditionExpression: `attribute_exists(pk) AND (${FREE} OR ${MINE})`,
    ExpressionAttributeNames: { "#lock": "lock", "#until": "until" },
    ExpressionAttributeValues: { ":lock": hold, ":over": now.getTime() - SKEW_MS, ":me": hold.worker },
    ReturnValues: "ALL_NEW",
  } as const;
}

/** A document that does not exist has no registration, so that the write makes none. */
export function beginning(place: DocumentPlace, hold: Hold, pending: Submission, now: Date) {
  return {
    ...at(place),
    UpdateExpression: "SET #lock = :lock, pending = :pending",
    ConditionExpression: `${FREE} AND attribute_not_exists(pending) AND attribute_exists(reg) AND #status = :active`,
    ExpressionAttributeNames: { "#lock": "lock", "#until": "until", "#status": "status" },
    ExpressionAttributeValues: {
      ":lock": hold,
      ":pending": pending,
      ":over": now.getTime() - SKEW_MS,
      ":active": "ACT",
    },
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

export function resubmitting(place: DocumentPlace, hold: Hold, pending: Submission) {
  return {
    ...at(place),
    UpdateExpression: "SET pending = :pending",
    ConditionExpression: pending.op === "register" ? `${MINE} AND attribute_not_exists(reg)` : MINE,
    ExpressionAttributeNames: { "#lock": "lock" },
    ExpressionAttributeValues: { ":me": hold.worker, ":pending": pending },
  };
}

/** A bill that comes with the registration is a change of its own, with an event of its own. */
/** `expiresAt`: epoch seconds; none to keep it for ever. */
export function registering(
  place: DocumentPlace,
  hold: Hold,
  { reg, status, about, bill }: Registered,
  expiresAt: number | undefined,
) {
  const also = given({ bills: bill && [bill], expiresAt });
  return {
    ...at(place),
    UpdateExpression: `SET ${["reg = :reg, #status = :status, about = :about, listedBy = ownerGstin, listedAt = :listedAt, seq = seq + :changes", ...also.sets].join(", ")} REMOVE pending, #lock`,
    ConditionExpression: `${MINE} AND attribute_not_exists(reg)`,
    ExpressionAttributeNames: { "#lock": "lock", "#status": "status", ...also.names },
    ExpressionAttributeValues: {
      ":me": hold.worker,
      ":reg": reg,
      ":status": status,
      ":about": about,
      ":listedAt": listedAt({ docDate: about.docDate, irn: place.irn }),
      ":changes": bill ? 2 : 1,
      ...also.values,
    },
  };
}

export function changing(place: DocumentPlace, hold: Hold, { seq, status, cancelled, bills }: Effect) {
  const effect = given({ status, cancelled, bills });
  return {
    ...at(place),
    UpdateExpression: `SET ${[...effect.sets, "seq = :seq"].join(", ")} REMOVE pending, #lock`,
    ConditionExpression: `${MINE} AND attribute_exists(reg) AND seq = :before${status ? " AND #status = :active" : ""}`,
    ExpressionAttributeNames: { "#lock": "lock", ...effect.names },
    ExpressionAttributeValues: {
      ":me": hold.worker,
      ":seq": seq,
      ":before": seq - 1,
      ...(status ? { ":active": "ACT" } : {}),
      ...effect.values,
    },
    ReturnValues: "ALL_NEW",
  } as const;
}

export function unlocking(
  place: DocumentPlace,
  { worker }: Hold,
  { pending, refused, bills }: Pick<Document, "pending" | "refused" | "bills">,
) {
  const left = given({ pending, refused, bills });
  const set = left.sets.length > 0 ? `SET ${left.sets.join(", ")} ` : "";
  return {
    ...at(place),
    UpdateExpression: `${set}REMOVE #lock${pending ? "" : ", pending"}`,
    ConditionExpression: MINE,
    ExpressionAttributeNames: { "#lock": "lock", ...left.names },
    ExpressionAttributeValues: { ":me": worker, ...left.values },
  };
}

/** What lists sort documents by: days first, and within a day no two are the same. */
export function listedAt({ docDate, irn }: { readonly docDate: string; readonly irn: string }): string {
  return `${docDate}#${irn}`;
}

function at({ TableName, irn }: DocumentPlace) {
  return { TableName, Key: documentAt(irn) };
}

/** Members that have a value, as parts of an update; whatever has none stays as it is. */
function given(members: Readonly<Record<string, unknown>>) {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  return {
    sets: kept.map(([name]) => `#${name} = :${name}`),
    names: Object.fromEntries(kept.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(kept.map(([name, value]) => [`:${name}`, value])),
  };
}
