import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import type { Invoice } from "../invoice/invoice.ts";

/** What the sandbox itself looks at in a registered document; the rest goes into the signed copy as it is. */
const Shape = z.looseObject({
  TranDtls: z.looseObject({ EcmGstin: z.string().optional() }),
  DocDtls: z.looseObject({ Typ: z.string(), No: z.string(), Dt: z.string() }),
  SellerDtls: z.looseObject({ Gstin: z.string() }),
  BuyerDtls: z.looseObject({ Gstin: z.string() }),
  ItemList: z.array(z.looseObject({ HsnCd: z.string(), AssAmt: z.number() })),
  ValDtls: z.looseObject({ TotInvVal: z.number() }),
});
export type RegisteredDocument = z.infer<typeof Shape>;

/** Checks without copying: a loose object comes out of zod with the members of its shape first, and order matters here. */
const RegisteredDocument = z.custom<RegisteredDocument>((value) => Shape.safeParse(value).success);

/** The blocks of a document in the order of the signed copy. What a client adds beside them is not registered. */
const BLOCKS = [
  ...["Version", "TranDtls", "DocDtls", "SellerDtls", "BuyerDtls", "DispDtls", "ShipDtls", "ItemList", "ValDtls"],
  ...["PayDtls", "RefDtls", "AddlDocDtls", "ExpDtls", "EwbDtls"],
] as const;

/**
 * The document as the portal keeps it: nulls dropped, type and number in capitals (since June 2025 the IRN is made of
 * those, and guides, though no captured token, say that the signed copies show the same).
 */
export function toRegisteredDocument(invoice: Invoice): RegisteredDocument {
  const blocks = new Map(Object.entries(invoice));
  const document = Object.fromEntries(BLOCKS.map((block) => [block, withoutNulls(blocks.get(block))]));
  const { Typ, No } = invoice.DocDtls;
  const DocDtls = { ...invoice.DocDtls, Typ: Typ.toUpperCase(), No: No.toUpperCase() };
  return RegisteredDocument.parse(withoutNulls({ ...document, DocDtls }));
}

export function packDocument(document: RegisteredDocument): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(JSON.stringify(document)));
}

export function unpackDocument(packed: Uint8Array): RegisteredDocument {
  return RegisteredDocument.parse(JSON.parse(gunzipSync(packed).toString()));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry != null).map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, inner]) => inner != null);
  return Object.fromEntries(members.map(([name, inner]) => [name, withoutNulls(inner)]));
}
