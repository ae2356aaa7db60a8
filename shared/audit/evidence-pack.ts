import * as z from "zod";
import { documentFingerprint } from "../document/document-fingerprint.ts";
import { documentNow } from "../document/document-now.ts";
import type { DocumentStore } from "../document/document-store.ts";
import type { RegisteredDocument } from "../document/own-document.ts";
import { NotGenuine, type SignedContent } from "../irp/verify.ts";
import { toIstTimestamp } from "../ist.ts";
import type { AuditLog } from "./audit-log.ts";
import type { AuditRecord } from "./record.ts";

export interface EvidenceDeps {
  readonly documents: Pick<DocumentStore, "answer">;
  readonly trail: Pick<AuditLog, "about">;
  /** The content of a token that a portal signed. Throws with the reason when no key of ours vouches for it. */
  readonly openSigned: (jwt: string) => Promise<SignedContent>;
  readonly now: () => Date;
}

/** Whether a signed copy stands up to the portals' keys now; `problem` says why not, or why that cannot be told now. */
export interface CopyCheck {
  readonly isGenuine?: boolean;
  readonly problem?: string;
  /** The portal, and the key that it named. */
  readonly issuer?: string;
  readonly keyId?: string;
  /** Whether it speaks of this IRN. */
  readonly isOfThisIrn?: boolean;
}

export interface Verification {
  readonly checkedAt: string;
  readonly signedInvoice: CopyCheck & {
    /** Whether the signed document is the one that was accepted, in all its parts: their fingerprints are the same. */
    readonly isAsAccepted?: boolean;
  };
  readonly signedQrCode: CopyCheck;
}

/** A document has some dozens, unless somebody asks for the impossible again and again. */
const MOST_RECORDS = 1_000;

const Copies = z.object({ signedInvoice: z.string(), signedQrCode: z.string() });
const OfIrn = z.looseObject({ Irn: z.string() });

/**
 * All that proves a registered document: the document as it is, with both signed copies, what is on record of what was done with
 * it, the oldest first, and whether the copies are genuine. Where more is on record, `next` leads to it, among all else.
 */
export async function evidencePack(deps: EvidenceDeps, document: RegisteredDocument) {
  const { irn, ownerGstin, reg } = document;
  const [shown, trail] = await Promise.all([
    documentNow(deps.documents, document),
    deps.trail.about(ownerGstin, irn, MOST_RECORDS),
  ]);
  const last = trail.at(-1);
  const isCut = trail.length === MOST_RECORDS && last;
  const copies = Copies.parse(shown);
  return {
    document: shown,
    registration: { requestId: reg.rid, portal: reg.portal, fingerprint: reg.docFp },
    trail: trail.map(shownRecord),
    ...(isCut && { next: `/audit?${new URLSearchParams({ from: last.at })}` }),
    verification: await verified(deps, copies, document),
    asOf: toIstTimestamp(deps.now()),
  };
}

/** A record as its GSTIN sees it. */
export function shownRecord({ v: _, gstin: __, ...record }: AuditRecord) {
  return record;
}

async function verified(
  deps: EvidenceDeps,
  { signedInvoice, signedQrCode }: z.output<typeof Copies>,
  { irn, reg }: RegisteredDocument,
): Promise<Verification> {
  const [invoice, qrCode] = await Promise.all([checked(deps, signedInvoice, irn), checked(deps, signedQrCode, irn)]);
  const isAsAccepted = invoice.content && documentFingerprint(invoice.content.data) === reg.docFp;
  return {
    checkedAt: toIstTimestamp(deps.now()),
    signedInvoice: { ...invoice.check, ...(isAsAccepted !== undefined && { isAsAccepted }) },
    signedQrCode: qrCode.check,
  };
}

async function checked(
  { openSigned }: EvidenceDeps,
  jwt: string,
  irn: string,
): Promise<{ readonly check: CopyCheck; readonly content?: SignedContent }> {
  try {
    const content = await openSigned(jwt);
    const { issuer, kid } = content;
    const isOfThisIrn = OfIrn.safeParse(content.data).data?.Irn === irn;
    return { content, check: { isGenuine: true, issuer, ...(kid !== undefined && { keyId: kid }), isOfThisIrn } };
  } catch (error) {
    if (error instanceof NotGenuine) return { check: { isGenuine: false, problem: error.message } };
    return { check: { problem: "the portals' keys could not be read; ask again" } };
  }
}
