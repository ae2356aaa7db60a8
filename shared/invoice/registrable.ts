import { Invoice } from "./invoice.ts";
import { type Members, membersOf } from "./survey.ts";

const MEMBERS = membersOf(Invoice);

/**
 * The document as a portal registers it: the members that INV-01 knows, without nulls and without `Irn`. It is what is
 * sent and what is compared, so that a signed copy, which gains members, and a request, which may hold nulls and members
 * of the caller's own, are the same document.
 */
export function registrable(document: unknown): Record<string, unknown> {
  const { Irn: _, ...registered } = known(document, MEMBERS) as Record<string, unknown>;
  return registered;
}

function known(value: unknown, members: Members): unknown {
  if (Array.isArray(value)) return value.map((entry) => known(entry, members));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, member]) => members.has(name) && member !== null && member !== undefined,
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, below(name, member, members)]));
}

function below(name: string, member: unknown, members: Members): unknown {
  const inner = members.get(name);
  return inner ? known(member, inner) : member;
}
