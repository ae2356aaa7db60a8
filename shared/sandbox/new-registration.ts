import { irnOf } from "../invoice/irn.ts";
import { toPortalTime } from "../ist.ts";
import type { Portal } from "./portal.ts";
import { packDocument, type RegisteredDocument } from "./registered-document.ts";
import type { Registration } from "./registration.ts";

/** A document is registered by its supplier, or by the e-commerce operator that it names. */
export function mayRegister(gstin: string, { SellerDtls, TranDtls }: RegisteredDocument): boolean {
  return gstin === SellerDtls.Gstin || gstin === TranDtls.EcmGstin;
}

/** The record that a document gets at this portal, if its IRN is free. */
export function newRegistration(
  randomBytes: (count: number) => Uint8Array,
  { portal, at }: { readonly portal: Portal; readonly at: Date },
  document: RegisteredDocument,
): Registration {
  return {
    v: 1,
    irn: irnOfDocument(document),
    portal,
    revision: 0,
    ackNo: newAckNo(randomBytes, portal, at),
    ackAt: at.toISOString(),
    document: packDocument(document),
  };
}

function irnOfDocument({ SellerDtls, DocDtls }: RegisteredDocument): string {
  return irnOf({ sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt });
}

const ACK_PREFIX = { NIC1: "11", NIC2: "12" } as const satisfies Record<Portal, string>;

/**
 * 15 digits, the shape of captured ones: a prefix, the year, eleven digits more. Those are random: no one looks a
 * document up by its acknowledgement, so a counter that every registration had to pass would buy nothing.
 */
function newAckNo(randomBytes: (count: number) => Uint8Array, portal: Portal, at: Date): number {
  const random = Buffer.from(randomBytes(6)).readUIntBE(0, 6) % 1e11;
  return Number(`${ACK_PREFIX[portal]}${toPortalTime(at).slice(2, 4)}${String(random).padStart(11, "0")}`);
}
