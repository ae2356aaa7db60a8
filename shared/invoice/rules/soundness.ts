import type { Finding } from "../finding.ts";

/** Which members rules can rely on, in a document with breaches of the schema. Paths are those of `Rule.reads`. */
export interface Unsound {
  /** Whether a member that is read breaks the schema; `eachLine` leaves those within a line to `onLine`. */
  inDocument(reads: readonly string[], eachLine: boolean): boolean;
  /** Whether a member that is read of this line breaks the schema. */
  onLine(reads: readonly string[], index: number): boolean;
}

const LINE = /^ItemList\[(\d+)\]/;

export function unsoundMembers(findings: readonly Finding[]): Unsound {
  const document: string[] = [];
  const lines = new Map<number, string[]>();
  for (const { severity, path } of findings) {
    if (severity !== "error") continue;
    const index = LINE.exec(path)?.[1];
    const member = path.replaceAll(/\[\d+\]/g, "[]");
    if (index === undefined) document.push(member);
    else lines.set(Number(index), [...(lines.get(Number(index)) ?? []), member]);
  }
  const anywhere = [...document, ...new Set([...lines.values()].flat())];
  return {
    inDocument: (reads, eachLine) => areHit(reads, eachLine ? document : anywhere),
    onLine: (reads, index) => areHit(reads, lines.get(index) ?? []),
  };
}

/** A breach at a block or list is one of everything in it, and "" is the document. */
function areHit(reads: readonly string[], breaches: readonly string[]): boolean {
  return breaches.some((breach) =>
    reads.some(
      (read) => breach === "" || read === breach || read.startsWith(`${breach}.`) || read.startsWith(`${breach}[`),
    ),
  );
}
