import fc from "fast-check";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";

/** What a generated document is about; its lines are in paise and thousandths, so that no sum is a floating point one. */
interface Plan {
  readonly kind: (typeof KINDS)[number];
  readonly docType: "INV" | "CRN" | "DBN";
  readonly reverseCharge: boolean;
  readonly lines: readonly PlannedLine[];
  readonly roundOff: number;
  readonly otherCharges: number;
}

interface PlannedLine {
  readonly quantity: number;
  readonly price: number;
  readonly discountShare: number;
  readonly rate: number;
  readonly stateCess: number;
  readonly specificCess: number;
  readonly charges: number;
}

const KINDS = ["intra", "inter", "EXPWP", "EXPWOP", "SEZWP", "SEZWOP", "DEXP"] as const;

const line: fc.Arbitrary<PlannedLine> = fc.record({
  quantity: fc.integer({ min: 1, max: 9_999_999 }),
  price: fc.integer({ min: 0, max: 99_999_999 }),
  discountShare: fc.integer({ min: 0, max: 100 }),
  rate: fc.constantFrom(0, 250, 1500, 3000, 5000, 18000, 40000),
  stateCess: fc.constantFrom(0, 0, 1000),
  specificCess: fc.constantFrom(0, 0, 5055),
  charges: fc.constantFrom(0, 0, 1999),
});

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom(...KINDS),
  docType: fc.constantFrom("INV", "INV", "CRN", "DBN"),
  reverseCharge: fc.boolean(),
  lines: fc.array(line, { minLength: 1, maxLength: 6 }),
  roundOff: fc.integer({ min: -99, max: 99 }),
  otherCharges: fc.integer({ min: 0, max: 99_999 }),
});

/** Documents as a careful ERP makes them: every amount follows from the lines, rounded half up. */
export const generatedInvoice: fc.Arbitrary<Invoice> = plan.map(invoiceOf);

const BUYERS = {
  intra: {},
  inter: { Gstin: "29AAAZC0003C1ZA", Pin: 560001, Stcd: "29", Pos: "29" },
  abroad: { Gstin: "URP", Pin: 999999, Stcd: "96", Pos: "96" },
};

function invoiceOf({ kind, docType, reverseCharge, lines, roundOff, otherCharges }: Plan): Invoice {
  const isExport = kind.startsWith("EXP");
  const igst = !["intra", "DEXP"].includes(kind);
  const made = lines.map((planned, index) => lineOf(planned, index, igst, kind.endsWith("WOP")));
  const sum = (member: keyof (typeof made)[number]["paise"]) =>
    made.reduce((all, { paise }) => all + BigInt(paise[member]), 0n);
  const total = sum("total") + BigInt(otherCharges) + BigInt(roundOff);
  return anInvoice({
    TranDtls: {
      SupTyp: ["intra", "inter"].includes(kind) ? "B2B" : kind,
      RegRev: reverseCharge && ["intra", "inter", "SEZWP", "SEZWOP"].includes(kind) ? "Y" : "N",
    },
    DocDtls: { Typ: docType },
    BuyerDtls: isExport ? BUYERS.abroad : kind === "inter" ? BUYERS.inter : BUYERS.intra,
    ItemList: made.map(({ item }) => item),
    ValDtls: {
      AssVal: rupees(sum("taxable")),
      IgstVal: rupees(sum("igst")),
      CgstVal: rupees(sum("half")),
      SgstVal: rupees(sum("half")),
      CesVal: rupees(sum("specificCess")),
      StCesVal: rupees(sum("stateCess")),
      OthChrg: rupees(otherCharges),
      // A total below zero can not be sent, so there the rounding is left out.
      RndOffAmt: total < 0n ? 0 : rupees(roundOff),
      TotInvVal: rupees(total < 0n ? sum("total") + BigInt(otherCharges) : total),
    },
  });
}

function lineOf(planned: PlannedLine, index: number, igstSide: boolean, withoutPayment: boolean) {
  const gross = halfUp(BigInt(planned.quantity) * BigInt(planned.price), 10_000n);
  const discount = halfUp(gross * BigInt(planned.discountShare), 100n);
  const taxable = gross - discount;
  const tax = (rate: number, share: bigint) => halfUp(taxable * BigInt(rate), 100_000n * share);
  const igst = igstSide && !withoutPayment ? tax(planned.rate, 1n) : 0n;
  const half = igstSide ? 0n : tax(planned.rate, 2n);
  const stateCess = tax(planned.stateCess, 1n);
  const specificCess = BigInt(planned.specificCess);
  const total = taxable + igst + 2n * half + stateCess + specificCess + BigInt(planned.charges);
  const item = anItem({
    SlNo: String(index + 1),
    Qty: planned.quantity / 1000,
    UnitPrice: planned.price / 1000,
    TotAmt: rupees(gross),
    Discount: rupees(discount),
    AssAmt: rupees(taxable),
    GstRt: planned.rate / 1000,
    IgstAmt: rupees(igst),
    CgstAmt: rupees(half),
    SgstAmt: rupees(half),
    StateCesRt: planned.stateCess / 1000,
    StateCesAmt: rupees(stateCess),
    CesNonAdvlAmt: rupees(specificCess),
    OthChrg: rupees(planned.charges),
    TotItemVal: rupees(total),
  });
  return { item, paise: { taxable, igst, half, stateCess, specificCess, total } };
}

function halfUp(over: bigint, under: bigint): bigint {
  return (2n * over + under) / (2n * under);
}

function rupees(paise: bigint | number): number {
  return Number(paise) / 100;
}
