import { sha256Hex } from "./openssl.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A GSTIN of nobody: no PAN has Z as its fourth letter. Luhn in base 36 gives the last character. */
export function aGstin(number: number, state = "27"): string {
  const body = `${state}AAAZC${String(number).padStart(4, "0")}C1Z`;
  const sum = [...body].reduce((total, character, index) => {
    const product = ALPHABET.indexOf(character) * (1 + (index % 2));
    return total + Math.floor(product / 36) + (product % 36);
  }, 0);
  return `${body}${ALPHABET[(36 - (sum % 36)) % 36]}`;
}

/** Other ones in every run and file: a portal that lives on holds their tokens for an hour. */
const first = Math.floor(Math.random() * 9990);
export const SELLER = aGstin(first);
export const BUYER = aGstin(first + 1);
export const STRANGER = aGstin(first + 2);

/** A number nobody has used: a portal remembers its documents for ever. */
export function aNumber(): string {
  return `C${Math.random().toString(36).slice(2, 12).padEnd(10, "0").toUpperCase()}`;
}

/** A day in India as documents write it; 0 is today. */
export function indianDay(offset: number, from = new Date()): string {
  const [year, month, day] = new Date(from.getTime() + 19_800_000 + offset * 86_400_000)
    .toISOString()
    .slice(0, 10)
    .split("-");
  return `${day}/${month}/${year}`;
}

interface Changes {
  readonly Typ?: string;
  readonly No?: string;
  readonly Dt?: string;
  readonly tran?: object;
  readonly seller?: object;
  readonly buyer?: object;
  /** One object of changes to the default line for each line. */
  readonly items?: readonly object[];
  readonly val?: object;
  /** Further members of the top level. */
  readonly more?: object;
}

/** INV-01 of section 5.2: one piece of goods for 1000 rupees at 18 %, within one state, of yesterday. */
export function aDocument({ Typ = "INV", No = aNumber(), Dt = indianDay(-1), ...changes }: Changes = {}) {
  return {
    Version: "1.1",
    TranDtls: { TaxSch: "GST", SupTyp: "B2B", ...changes.tran },
    DocDtls: { Typ, No, Dt },
    SellerDtls: { ...party(SELLER, "Conformance Seller"), ...changes.seller },
    BuyerDtls: { ...party(BUYER, "Conformance Buyer"), Pos: "27", ...changes.buyer },
    ItemList: (changes.items ?? [{}]).map((item, index) => ({ ...line(String(index + 1)), ...item })),
    ValDtls: { AssVal: 1000, CgstVal: 90, SgstVal: 90, TotInvVal: 1180, ...changes.val },
    ...changes.more,
  };
}
export type Document = ReturnType<typeof aDocument>;

/** The same sale to another state: IGST alone. */
export function anInterStateDocument({ buyer, items = [{}], val, ...changes }: Changes = {}) {
  return aDocument({
    ...changes,
    buyer: { Pos: "29", ...buyer },
    items: items.map((item) => ({ CgstAmt: 0, SgstAmt: 0, IgstAmt: 180, ...item })),
    val: { CgstVal: 0, SgstVal: 0, IgstVal: 180, ...val },
  });
}

export function anExport({ tran, buyer, ...changes }: Changes = {}) {
  return anInterStateDocument({
    ...changes,
    tran: { SupTyp: "EXPWP", ...tran },
    buyer: { Gstin: "URP", Pos: "96", Stcd: "96", Pin: 999999, ...buyer },
    more: { ExpDtls: { CntCode: "US" }, ...changes.more },
  });
}

/** Section 5.1: no separators, the number in capitals, the year from April to March. */
export function irnOf({ SellerDtls, DocDtls }: Pick<Document, "SellerDtls" | "DocDtls">): string {
  const [, month, year] = DocDtls.Dt.split("/").map(Number);
  const first = Number(year) - (Number(month) < 4 ? 1 : 0);
  const financialYear = `${first}-${String(first + 1).slice(2)}`;
  return sha256Hex(`${SellerDtls.Gstin}${financialYear}${DocDtls.Typ}${DocDtls.No.toUpperCase()}`);
}

function party(Gstin: string, LglNm: string) {
  return { Gstin, LglNm, Addr1: "1 Example Road", Loc: "Pune", Pin: 411001, Stcd: "27" };
}

function line(SlNo: string) {
  return {
    SlNo,
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
  };
}
