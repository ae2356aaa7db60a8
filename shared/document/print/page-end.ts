import { rupeesText, scaled } from "../../money.ts";
import { amountInWords } from "./amount-in-words.ts";
import { drawFields } from "./fields-grid.ts";
import { drawLines, type Flow, GREY, heightOf, INK, LINE_GREY, MARGIN, NAVY, TINT, WIDTH } from "./flow.ts";
import { decimalText, paiseOf, rupees, westernGroups } from "./grouped.ts";
import type { Item, PrintedContent } from "./printed-content.ts";
import { drawTable } from "./table.ts";
import { type Tax, total } from "./tax.ts";
import { LEADING, type Line, type Style } from "./typesetter.ts";

const BODY: Style = { size: 8.4, weight: "regular", colour: INK };
const STRONG: Style = { size: 10, weight: "bold", colour: NAVY };
const NAME: Style = { size: 6.4, weight: "regular", colour: GREY };
const SUMS_WIDTH = 240;

/** The sums of the document as it was registered, and the last one in words. */
export function drawSums(flow: Flow, content: PrintedContent, taxes: readonly Tax[]): void {
  const sums = sumsOf(content, taxes).map((sum) => setSum(flow, sum, BODY));
  const { Typ } = content.DocDtls;
  const value = `₹ ${rupees(paiseOf(content.ValDtls.TotInvVal))}`;
  const last = setSum(flow, [`Total ${Typ.toUpperCase() === "INV" ? "invoice" : "note"} value`, value], STRONG);
  const left = leftOf(flow, content, WIDTH - SUMS_WIDTH - 20);
  const height = Math.max(heightOf(left), heightOf([...sums, last].flatMap(({ name }) => name)) + 10) + 12;

  flow.ensure(height);
  const top = flow.y + 6;
  drawLines(flow.canvas, left, { x: MARGIN, y: top });
  const x = MARGIN + WIDTH - SUMS_WIDTH;
  const end = sums.reduce((y, sum) => drawSum(flow, sum, y), top) + 4;
  flow.canvas.fill({ x, y: end, width: SUMS_WIDTH, height: heightOf(last.name) + 6 }, TINT);
  flow.canvas.rule({ x, y: end, width: SUMS_WIDTH }, NAVY);
  drawSum(flow, last, end + 3);
  flow.y += height;
}

interface SetSum {
  readonly name: readonly Line[];
  readonly amount: Line;
}

function setSum({ setter }: Flow, [name, sum]: readonly [string, string], style: Style): SetSum {
  const amount = setter.line(sum, style);
  return { amount, name: setter.lines(name, style, SUMS_WIDTH - amount.width - 18) };
}

function drawSum({ canvas }: Flow, { name, amount }: SetSum, y: number): number {
  const end = drawLines(canvas, name, { x: MARGIN + WIDTH - SUMS_WIDTH + 6, y });
  canvas.text(amount, { x: MARGIN + WIDTH - 4, y, align: "right" });
  return end;
}

function sumsOf({ ValDtls, ExpDtls }: PrintedContent, taxes: readonly Tax[]): [string, string][] {
  const { AssVal, CgstVal, SgstVal, IgstVal, CesVal, StCesVal, Discount, OthChrg, RndOffAmt, TotInvValFc } = ValDtls;
  const of = { CGST: CgstVal, SGST: SgstVal, UTGST: SgstVal, IGST: IgstVal } as Readonly<Record<string, number>>;
  const some = (name: string, amount: number, sign = ""): [string, string][] =>
    amount > 0 ? [[name, `${sign}${rupees(paiseOf(amount))}`]] : [];
  return [
    ["Taxable value", rupees(paiseOf(AssVal))],
    ...taxes
      .filter(({ name }) => name !== "Cess")
      .map(({ name }): [string, string] => [name, rupees(paiseOf(of[name]))]),
    ...some("Cess", CesVal),
    ...some("State cess", StCesVal),
    ...some("Other charges", OthChrg),
    ...some("Discount", Discount, "−"),
    ...(RndOffAmt === 0 ? [] : [["Rounding", signed(RndOffAmt)] as [string, string]]),
    ...(TotInvValFc > 0
      ? [
          [`Value in ${ExpDtls?.ForCur || "foreign currency"}`, westernGroups(rupeesText(paiseOf(TotInvValFc)))] as [
            string,
            string,
          ],
        ]
      : []),
  ];
}

function signed(amount: number): string {
  const paise = scaled(amount, 2);
  return paise < 0 ? `−${rupees(-paise)}` : `+${rupees(paise)}`;
}

function leftOf({ setter }: Flow, content: PrintedContent, width: number): Line[] {
  const { ValDtls, PayDtls } = content;
  const facts = (
    [
      ["Payee", PayDtls?.Nm],
      ["Account", PayDtls?.AccDet],
      ["IFSC or branch", PayDtls?.FinInsBr],
      ["Mode", PayDtls?.Mode],
      ["Terms", PayDtls?.PayTerm],
      ["Instruction", PayDtls?.PayInstr],
      ["Credit transfer", PayDtls?.CrTrn],
      ["Direct debit", PayDtls?.DirDr],
      ["Credit days", PayDtls?.CrDay],
      ["Paid", PayDtls?.PaidAmt == null ? "" : `₹ ${rupees(paiseOf(PayDtls.PaidAmt))}`],
      ["Due", PayDtls?.PaymtDue == null ? "" : `₹ ${rupees(paiseOf(PayDtls.PaymtDue))}`],
    ] as const
  ).filter(([, value]) => value);
  const more = { ...BODY, size: 7.8 };
  return [
    ...setter.lines("AMOUNT IN WORDS", NAME, width),
    ...setter.lines(amountInWords(paiseOf(ValDtls.TotInvVal)), { ...BODY, weight: "bold" }, width),
    ...(facts.length > 0 ? setter.lines("PAYMENT", NAME, width) : []),
    ...facts.flatMap(([name, value]) => setter.lines(`${name}: ${value}`, more, width)),
  ];
}

interface RateSums {
  readonly rate: string;
  readonly items: readonly Item[];
}

/** What each rate of tax comes to, summed over the lines to the paisa. */
export function drawTaxSummary(flow: Flow, { ItemList }: PrintedContent, taxes: readonly Tax[]): void {
  const rates = Map.groupBy(ItemList, ({ GstRt }) => GstRt);
  const rows = [...rates]
    .sort(([a], [b]) => a - b)
    .map(([rate, items]): RateSums => ({ rate: `${decimalText(rate)}%`, items }));
  const amount = (of: (item: Item) => ReturnType<Tax["amount"]>) => (row: RateSums) => ({
    text: rupees(total(row.items.map(of))),
  });
  flow.y += 10;
  drawTable<RateSums>(
    flow,
    [
      { title: "Tax by rate", align: "left", isWide: true, cell: ({ rate }) => ({ text: `GST ${rate}` }) },
      { title: "Lines", align: "right", cell: ({ items }) => ({ text: String(items.length) }) },
      { title: "Taxable value", align: "right", cell: amount(({ AssAmt }) => paiseOf(AssAmt)) },
      ...taxes.map((tax) => ({ title: tax.name, align: "right" as const, cell: amount(tax.amount) })),
      { title: "Tax ₹", align: "right", cell: amount((item) => total(taxes.map((tax) => tax.amount(item)))) },
    ],
    rows,
  );
}

/** What the document refers to. Rule 53 wants number and date of the invoices that a note corrects. */
export function drawReferences(flow: Flow, { RefDtls, ExpDtls }: PrintedContent): void {
  const isRefundClaimed = { Y: "Yes", N: "No" }[ExpDtls?.RefClm ?? ""] ?? "";
  const duty = ExpDtls?.ExpDuty ? `₹ ${rupees(paiseOf(ExpDtls.ExpDuty))}` : "";
  drawFields(
    flow,
    [
      { name: "Country of destination", value: countryText(ExpDtls?.CntCode ?? "") },
      { name: "Port", value: ExpDtls?.Port ?? "" },
      { name: "Shipping bill", value: [ExpDtls?.ShipBNo, ExpDtls?.ShipBDt].filter(Boolean).join(" of ") },
      { name: "Currency", value: ExpDtls?.ForCur ?? "" },
      { name: "Refund claimed", value: isRefundClaimed },
      { name: "Export duty", value: duty },
    ],
    6,
  );
  const originals = (RefDtls?.PrecDocDtls ?? []).map(({ InvNo, InvDt, OthRefNo }) =>
    [`${InvNo} of ${InvDt}`, OthRefNo && `(${OthRefNo})`].filter(Boolean).join(" "),
  );
  drawParagraph(flow, "Original invoice", originals.join("; "));
  for (const each of RefDtls?.ContrDtls ?? []) {
    const facts = [
      ["Purchase order", [each.PORefr, each.PORefDt].filter(Boolean).join(" of ")],
      ["Receipt advice", [each.RecAdvRefr, each.RecAdvDt].filter(Boolean).join(" of ")],
      ["Tender", each.TendRefr],
      ["Contract", each.ContrRefr],
      ["Project", each.ProjRefr],
      ["External reference", each.ExtRefr],
    ] as const;
    const told = facts.filter(([, value]) => value !== "").map(([name, value]) => `${name} ${value}`);
    drawParagraph(flow, "References", told.join(" · "));
  }
}

function countryText(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return `${new Intl.DisplayNames("en", { type: "region" }).of(code)} (${code})`;
}

export function drawRemarks(flow: Flow, text: string): void {
  flow.y += 8;
  drawParagraph(flow, "Remarks", text);
}

/** A name in small and a text of any length, which may go on overleaf. */
function drawParagraph(flow: Flow, name: string, text: string): void {
  if (text === "") return;
  const label = flow.setter.line(name, { size: 7.6, weight: "bold", colour: NAVY });
  const lines = flow.setter.lines(text, { size: 7.6, weight: "regular", colour: INK }, WIDTH - 84);
  flow.ensure(2 * 7.6 * LEADING);
  flow.y += 3;
  flow.canvas.text(label, { x: MARGIN + 4, y: flow.y });
  for (const line of lines) {
    flow.ensure(7.6 * LEADING);
    flow.canvas.text(line, { x: MARGIN + 80, y: flow.y });
    flow.y += 7.6 * LEADING;
  }
  flow.canvas.rule({ x: MARGIN, y: flow.y + 2, width: WIDTH }, LINE_GREY);
  flow.y += 2;
}
