import * as z from "zod";
import { billNow, described } from "./change-answer.ts";
import type { Document } from "./document.ts";
import type { DocumentStore } from "./document-store.ts";

const FrozenAnswer = z.record(z.string(), z.unknown());

/**
 * The frozen answer of a registered document's registration, and over it what became of the document since: its status,
 * when and why it was cancelled, and its latest e-way bill as it now is.
 */
export async function documentNow(
  documents: Pick<DocumentStore, "answer">,
  { irn, status, cancelled, bills = [] }: Document,
): Promise<Record<string, unknown>> {
  const answer = await documents.answer(irn);
  if (answer === undefined) throw new Error("a registered document has no frozen answer");
  const bill = bills.at(-1);
  return {
    ...FrozenAnswer.parse(JSON.parse(answer)),
    status,
    ...(cancelled && described(cancelled)),
    ...(bill && { ewb: billNow(bill) }),
  };
}
