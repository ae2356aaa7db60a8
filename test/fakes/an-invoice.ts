import type { Invoice } from "../../shared/invoice/invoice.ts";

type Overrides = {
  readonly [Block in keyof Invoice]?: Invoice[Block] extends readonly unknown[] | string
    ? Invoice[Block]
    : Partial<Invoice[Block]>;
} & { readonly docNo?: string; readonly docDate?: string };

/**
 * A valid intra-state B2B invoice of one line, as plain JSON. A block that is given is merged into the default one;
 * lists and texts replace it. `docNo` and `docDate` (DD/MM/YYYY) are short for members of DocDtls.
 */
export function anInvoice({ docNo = "INV/26-27/001", docDate = "18/08/2026", ...blocks }: Overrides = {}): Invoice {
  const invoice: Invoice = {
    Version: "1.1",
    TranDtls: { TaxSch: "GST", SupTyp: "B2B" },
    DocDtls: { Typ: "INV", No: docNo, Dt: docDate },
    SellerDtls: party("27AAAZA0001A1ZM", "Example Seller Pvt Ltd"),
    BuyerDtls: { ...party("27AAAZB0002B1ZI", "Example Buyer LLP"), Pos: "27" },
    ItemList: [anItem()],
    ValDtls: { AssVal: 1000, CgstVal: 90, SgstVal: 90, TotInvVal: 1180 },
  };
  return { ...invoice, ...merged(invoice, blocks) };
}

/** A line of the default invoice: one piece at 1000 rupees and 18 % GST. */
export function anItem(overrides: Partial<Invoice["ItemList"][number]> = {}): Invoice["ItemList"][number] {
  return {
    SlNo: "1",
    PrdDesc: "Example item",
    IsServc: "N",
    HsnCd: "84713010",
    Qty: 1,
    Unit: "NOS",
    UnitPrice: 1000,
    TotAmt: 1000,
    AssAmt: 1000,
    GstRt: 18,
    CgstAmt: 90,
    SgstAmt: 90,
    TotItemVal: 1180,
    ...overrides,
  };
}

function party(Gstin: string, LglNm: string) {
  return { Gstin, LglNm, Addr1: "1 Example Road", Loc: "Pune", Pin: 411001, Stcd: "27" };
}

function merged(invoice: Invoice, blocks: object): object {
  const defaults = new Map<string, unknown>(Object.entries(invoice));
  return Object.fromEntries(
    Object.entries(blocks).map(([name, block]) => {
      const base = defaults.get(name);
      return [name, isObject(base) && isObject(block) ? { ...base, ...block } : block];
    }),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
