import { type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { toPortalTime } from "../ist.ts";
import { kidOf, type SandboxKey } from "./keys.ts";
import { type RegisteredDocument, unpackDocument } from "./registered-document.ts";
import type { Registration } from "./registration.ts";

/** Marks every signature as a test. Production portals sign as "NIC". */
const ISSUER = "NIC Sandbox";

export interface SignedCopies {
  readonly SignedInvoice: string;
  readonly SignedQRCode: string;
}

/** The two JWTs that make a registered document an e-invoice. */
export async function signedCopies(registration: Registration, key: SandboxKey): Promise<SignedCopies> {
  const document = unpackDocument(registration.document);
  const [SignedInvoice, SignedQRCode] = await Promise.all([
    jws(key, invoiceData(registration, document)),
    jws(key, qrData(registration, document)),
  ]);
  return { SignedInvoice, SignedQRCode };
}

function invoiceData({ ackNo, ackAt, irn }: Registration, document: RegisteredDocument) {
  const ItemList = document.ItemList.map((item, ItemNo) => ({ ItemNo, ...item })); // From 0, as in captured tokens.
  return { AckNo: ackNo, AckDt: toPortalTime(new Date(ackAt)), Irn: irn, ...document, ItemList };
}

function qrData({ irn, ackAt }: Registration, document: RegisteredDocument) {
  return {
    SellerGstin: document.SellerDtls.Gstin,
    BuyerGstin: document.BuyerDtls.Gstin,
    DocNo: document.DocDtls.No,
    DocTyp: document.DocDtls.Typ,
    DocDt: document.DocDtls.Dt,
    TotInvVal: document.ValDtls.TotInvVal,
    ItemCnt: document.ItemList.length,
    MainHsnCode: mainHsnCode(document),
    Irn: irn,
    IrnDt: toPortalTime(new Date(ackAt)),
  };
}

/** The HSN of the line with the highest taxable value; of equals the first. */
function mainHsnCode({ ItemList }: RegisteredDocument): string | undefined {
  const largest = Math.max(...ItemList.map((item) => item.AssAmt));
  return ItemList.find((item) => item.AssAmt === largest)?.HsnCd;
}

const signAsync = promisify<string, Buffer, KeyObject, Buffer>(sign); // In the thread pool, so that the two run side by side.

/**
 * A compact JWS written by hand: the payload is two claims in this order, `data` being a text that holds JSON, and no
 * library is needed to say so. Verifiers check the bytes of the segments, so nothing depends on how numbers are printed.
 */
async function jws(key: SandboxKey, data: object): Promise<string> {
  const header = { alg: "RS256", kid: kidOf(key), x5t: key.thumbprint.toString("base64url"), typ: "JWT" };
  const input = `${segment(header)}.${segment({ data: JSON.stringify(data), iss: ISSUER })}`;
  const signature = await signAsync("RSA-SHA256", Buffer.from(input), key.privateKey);
  return `${input}.${signature.toString("base64url")}`;
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
