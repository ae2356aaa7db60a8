import * as z from "zod";

const FrozenAnswer = z.object({ signedInvoice: z.string() });
const Signed = z.object({ data: z.string() });

/**
 * The document as it was registered, from its frozen answer. The signature was verified before the answer was stored, so it
 * is not verified again. Throws on an answer that is not one.
 */
export function registeredContent(answer: string): object {
  const { signedInvoice } = FrozenAnswer.parse(JSON.parse(answer));
  const [, payload = ""] = signedInvoice.split(".");
  const { data } = Signed.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  return z.looseObject({}).parse(JSON.parse(data));
}
