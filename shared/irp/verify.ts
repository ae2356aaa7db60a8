import { verify } from "node:crypto";
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

/** What a genuine token holds. */
export interface SignedContent {
  /** The portal, in its own words: NIC, `NIC Sandbox`. */
  readonly issuer: string;
  /** As the header names it. */
  readonly kid: string | undefined;
  readonly data: unknown;
}

/** No portal of which we have the key vouches for the token; the message says why not. */
export class NotGenuine extends Error {
  override readonly name = "NotGenuine";
}

/**
 * Some of the portals' tokens name RS256 by the address that XML signatures use for it (irp-protocol 6). Letter for
 * letter these two, and no other: whoever may choose the algorithm can forge.
 */
const Header = z.looseObject({
  alg: z.enum(["RS256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]),
  kid: z.string().optional(),
  x5t: z.string().optional(),
  crit: z.never().optional(),
});
const Signed = z.object({ data: z.string(), iss: z.string() });
const Acknowledged = z.looseObject({ AckNo: z.number().int(), AckDt: z.string(), Irn: z.string() });
const QrCode = z.looseObject({ Irn: z.string() });

/** RFC 7518, section 3.3. */
const LEAST_BITS = 2048;

/**
 * Verifies both signed copies and that they speak of the IRN asked for. Throws when anything does not fit: such a
 * document does not count as registered.
 */
export async function verifyDocument(keys: PortalKeys, document: SignedDocument): Promise<VerifiedDocument> {
  const [signedInvoice, signedQrCode] = await Promise.all([
    openSigned(keys, document.signedInvoice),
    openSigned(keys, document.signedQrCode),
  ]);
  const { AckNo, AckDt, Irn } = Acknowledged.parse(signedInvoice.data);
  const qr = QrCode.parse(signedQrCode.data);
  if (Irn !== document.irn || qr.Irn !== document.irn) throw new Error("the signed copies speak of another IRN");
  const docFp = documentFingerprint(signedInvoice.data);
  return { irn: Irn, ackNo: String(AckNo), ackDt: portalTimeToTimestamp(AckDt), docFp };
}

/**
 * The content of a token (compact JWS, RS256) that a portal signed. The signature covers the segments as they came: the
 * content is parsed after it fits, and nothing is serialised again. Throws NotGenuine, and whatever the keys throw that
 * could not be read.
 */
export async function openSigned(keys: PortalKeys, jwt: string): Promise<SignedContent> {
  const [header = "", payload = "", signature = "", ...more] = jwt.split(".");
  if (more.length > 0 || ![header, payload, signature].every(isBase64Url)) throw new NotGenuine("not a signed token");
  const { kid, x5t } = partOf(Header, header, "its header is not that of a portal's signature");

  const key = await keys.verification({ kid, x5t });
  if (!key) throw new NotGenuine(`it is signed with a key that is not known (${nameOf(kid ?? x5t)})`);
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS) throw new NotGenuine("its key is too short");
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("sha256", signed, key, Buffer.from(signature, "base64url")))
    throw new NotGenuine("signature verification failed");

  const { data, iss } = partOf(Signed, payload, "its content is not that of a portal");
  return { issuer: iss, kid, data: fromJson(data, "its content is not that of a portal") };
}

/** Anyone may write anything there, and it is read in logs and terminals. */
function nameOf(key = "not named"): string {
  return key.replaceAll(/[^\w .-]/g, "?").slice(0, 64);
}

/** Unpadded, and the one way to write these bytes: two texts of one token would be two tokens to everybody else. */
function isBase64Url(segment: string): boolean {
  return segment !== "" && Buffer.from(segment, "base64url").toString("base64url") === segment;
}

function partOf<Part>(schema: z.ZodType<Part>, segment: string, reason: string): Part {
  const part = schema.safeParse(fromJson(Buffer.from(segment, "base64url").toString("utf8"), reason));
  if (!part.success) throw new NotGenuine(reason);
  return part.data;
}

function fromJson(text: string, reason: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotGenuine(reason);
  }
}
