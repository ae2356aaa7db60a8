import type { Finding } from "./finding.ts";
import { Invoice } from "./invoice.ts";
import { type Members, membersOf } from "./survey.ts";

const MEMBERS = membersOf(Invoice);

/** Sorts findings as their members stand on the sheet, line by line; those about the document as a whole come last. */
export function inDocumentOrder(findings: readonly Finding[]): Finding[] {
  return findings
    .map((finding) => ({ finding, position: positionOf(finding.path) }))
    .sort((one, other) => compare(one.position, other.position))
    .map(({ finding }) => finding);
}

/** The path as the numbers of its members within their blocks, and of its entries within their lists. */
function positionOf(path: string): number[] {
  const position: number[] = [];
  let members: Members | undefined = MEMBERS;
  for (const step of path.match(/[^.[\]]+/g) ?? [""]) {
    if (/^\d+$/.test(step)) {
      position.push(Number(step));
      continue;
    }
    const names: readonly string[] = [...(members?.keys() ?? [])];
    const at = names.indexOf(step);
    position.push(at < 0 ? names.length : at);
    members = members?.get(step);
  }
  return position;
}

/** A block comes before what is in it. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at < 0 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? -1);
}
