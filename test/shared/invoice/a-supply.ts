import { type CheckContext, defaultContext } from "../../../shared/invoice/check-context.ts";
import { checkInvoice } from "../../../shared/invoice/check-invoice.ts";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";

/** The day on which these invoices, dated 18/08/2026, are checked. */
export const TODAY = "20/08/2026";

export function aContext(overrides: Partial<CheckContext> = {}): CheckContext {
  return { ...defaultContext(TODAY), ...overrides };
}

const IGST = { CgstVal: 0, SgstVal: 0, IgstVal: 180 };
const igstLine = () => anItem({ IgstAmt: 180, CgstAmt: 0, SgstAmt: 0 });

/** Goods within Maharashtra. */
export const intra = () => anInvoice();

/** Goods from Maharashtra to Karnataka. */
export const inter = () =>
  anInvoice({
    BuyerDtls: { Gstin: "29AAAZC0003C1ZA", Loc: "Bengaluru", Pin: 560001, Stcd: "29", Pos: "29" },
    ItemList: [igstLine()],
    ValDtls: IGST,
  });

/** Goods to a SEZ in the seller's state. */
export const toSez = () => anInvoice({ TranDtls: { SupTyp: "SEZWP" }, ItemList: [igstLine()], ValDtls: IGST });

/** Goods to Singapore, with payment of IGST. */
export const exported = () =>
  anInvoice({
    TranDtls: { SupTyp: "EXPWP" },
    BuyerDtls: { Gstin: "URP", Loc: "Singapore", Pin: 999999, Stcd: "96", Pos: "96" },
    ItemList: [igstLine()],
    ValDtls: IGST,
    ExpDtls: { Port: "INNSA1", ForCur: "USD", CntCode: "SG" },
  });

/** A service within the state, without quantity and unit. */
export const service = () =>
  changed(intra(), {
    "ItemList.0.IsServc": "Y",
    "ItemList.0.HsnCd": "998313",
    "ItemList.0.Qty": undefined,
    "ItemList.0.Unit": undefined,
  });

/** `inter` with an e-way bill by road. */
export const byRoad = () =>
  ({ ...inter(), EwbDtls: { Distance: 0, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" } }) satisfies Invoice;

/** `byRoad`, received by somebody else in Gujarat. */
export const shipped = () =>
  changed(byRoad(), { ShipDtls: { ...address("24", 380001), LglNm: "Depot", Gstin: "URP" } });

export function address(Stcd: string, Pin: number) {
  return { Nm: "Depot", Addr1: "1 Example Road", Loc: "Example Town", Pin, Stcd };
}

/** A copy with members replaced, by paths like `ItemList.0.AssAmt`; undefined removes them. */
export function changed(invoice: unknown, changes: Readonly<Record<string, unknown>>): Invoice {
  const copy = structuredClone(invoice) as Invoice;
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    let block: Record<string, unknown> = copy;
    for (const step of steps) block = block[step] as Record<string, unknown>;
    if (value === undefined) delete block[last];
    else block[last] = value;
  }
  return copy;
}

/** Findings as `X-5 2234`; warnings as `A-1 warning`, notes on the e-way bill as `W-1 4019`. */
export function codesOf(invoice: unknown, context: CheckContext = aContext()): string[] {
  return checkInvoice(invoice, context).map(
    ({ code, irpCode, severity }) => `${code} ${severity === "warning" ? severity : (irpCode ?? severity)}`,
  );
}
