import { sealAes } from "./aes-envelope.ts";
import type { Answer } from "./answer.ts";
import type { Session } from "./sandbox-store.ts";

/** A success with its Data under the session's key. Some captures show base64 of the JSON inside. */
export function sealAnswer(answer: Answer, { sek }: Session): Answer {
  if (answer.Status === 0) return answer;
  const json = JSON.stringify(answer.Data);
  const plain = answer.manner?.variant === "inner-base64" ? Buffer.from(json).toString("base64") : json;
  return { ...answer, Data: sealAes(Buffer.from(sek, "base64"), plain) };
}
