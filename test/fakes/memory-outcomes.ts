import type { Outcomes } from "../../shared/request/outcomes.ts";
import { keyOf } from "../../shared/request/request.ts";
import { type DocumentRows, documentRows } from "./memory-document-store.ts";

export function memoryOutcomes({ requests, answers }: DocumentRows = documentRows()): Outcomes {
  return {
    async look({ rid, irn }) {
      const request = requests.get(keyOf(rid));
      const outcome = request?.rid === rid ? request.outcome : undefined;
      return outcome && { outcome: structuredClone(outcome), answer: irn === undefined ? undefined : answers.get(irn) };
    },
  };
}
