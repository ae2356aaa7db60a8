import { canonicalHash } from "../../shared/canonical-json.ts";
import { documentFingerprint } from "../../shared/document/document-fingerprint.ts";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import type { Payload } from "../../shared/request/request.ts";
import { anInvoice } from "../fakes/an-invoice.ts";

/** What callers send in the simulation. Made once per process: hashing is most of what a run would otherwise do. */
export interface Content {
  readonly name: ContentName;
  readonly invoice: Invoice;
  readonly payload: Payload;
  readonly gstin: string;
  readonly irn: string;
  readonly docFp: string;
  readonly fp: string;
}

/** The GSTINs of the documents. */
export const SELLER = "27AAAZA0001A1ZM";
export const NEIGHBOUR = "29AAAZB0002B1ZX";

const invoices = {
  /** The document. */
  first: anInvoice({ docNo: "SIM/a/1" }),
  /** The same document spelled otherwise: another payload, no other document. */
  respelled: anInvoice({ docNo: "SIM/A/1" }),
  /** The number, the date and the total of the first, and another content. */
  other: anInvoice({ docNo: "SIM/a/1", BuyerDtls: { LglNm: "Another Buyer LLP" } }),
  /** The number of the first on another day of its year: the IRN is the same. */
  otherDay: anInvoice({ docNo: "SIM/a/1", docDate: "17/08/2026" }),
  /** The first, and an e-way bill beside it: the document is the same. */
  withBill: anInvoice({
    docNo: "SIM/a/1",
    EwbDtls: { Distance: 0, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" },
  }),
  /** Another number. */
  second: anInvoice({ docNo: "SIM/2" }),
  /** Another GSTIN's. */
  neighbours: anInvoice({ docNo: "SIM/N", SellerDtls: { Gstin: NEIGHBOUR } }),
} as const;

export type ContentName = keyof typeof invoices;
export const contentNames = Object.keys(invoices) as [ContentName, ...ContentName[]];

const catalogue = new Map(contentNames.map((name) => [name, contentOf(name)]));

export function content(name: ContentName): Content {
  const found = catalogue.get(name);
  if (!found) throw new RangeError(`no content is called ${name}`);
  return found;
}

function contentOf(name: ContentName): Content {
  const invoice = invoices[name];
  const { SellerDtls, DocDtls } = invoice;
  const payload = { method: "POST", path: "/irn", query: {}, body: invoice };
  const sellerGstin = SellerDtls.Gstin;
  return {
    name,
    invoice,
    payload,
    gstin: sellerGstin,
    irn: irnOf({ sellerGstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt }),
    docFp: documentFingerprint(invoice),
    fp: canonicalHash(payload),
  };
}
