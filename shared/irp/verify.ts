import { compactVerify } from "jose";
import * as z from "zod";
import { documentFingerprint } from "../document/document-fingerprint.ts";
import { portalTimeToTimestamp } from "../ist.ts";
import type { SignedDocument } from "./irp.ts";
import type { PortalKeys } from "./portal-keys.ts";

/** What the portal's signature vouches for. */
export interface VerifiedDocument {
  readonly irn: string;
  readonly ackNo: string;
  /** RFC 3339 with +05:30, from the signed copy: the outer one is rounded to the minute. */
  readonly ackDt: string;
  readonly docFp: string;
}

const Signed = z.object({ data: z.string(), iss: z.string() });
const Acknowledged = z.looseObject({ AckNo: z.number().int(), AckDt: z.string(), Irn: z.string() });
const QrCode = z.looseObject({ Irn: z.string() });
const text = new TextDecoder();

/**
 * Verifies both signed copies (RS256, key chosen by `kid`) and that they speak of the IRN asked for.
 * Throws when anything does not fit: such a document does not count as registered.
 */
export async function verifyDocument(keys: PortalKeys, document: SignedDocument): Promise<VerifiedDocument> {
  const [signedInvoice, signedQrCode] = await Promise.all([
    signedData(keys, document.signedInvoice),
    signedData(keys, document.signedQrCode),
  ]);
  const { AckNo, AckDt, Irn } = Acknowledged.parse(signedInvoice);
  const qr = QrCode.parse(signedQrCode);
  if (Irn !== document.irn || qr.Irn !== document.irn) throw new Error("the signed copies speak of another IRN");
  const docFp = documentFingerprint(signedInvoice);
  return { irn: Irn, ackNo: String(AckNo), ackDt: portalTimeToTimestamp(AckDt), docFp };
}

async function signedData(keys: PortalKeys, jwt: string): Promise<unknown> {
  const { payload } = await compactVerify(jwt, keys.verification, { algorithms: ["RS256"] });
  const { data } = Signed.parse(JSON.parse(text.decode(payload)));
  return JSON.parse(data);
}
