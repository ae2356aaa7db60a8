import { decimalText, paiseOf, rupees } from "./grouped.ts";
import type { Item, PrintedContent } from "./printed-content.ts";
import type { Column } from "./table.ts";
import { cessOf, type Tax } from "./tax.ts";

/** The columns of the lines of a document (rule 46 g to m): those that are empty on every line are left out. */
export function lineColumns({ ItemList }: PrintedContent, taxes: readonly Tax[]): Column<Item>[] {
  const hasQuantity = ItemList.some(({ Qty }) => Qty != null);
  const hasDiscount = ItemList.some(({ Discount }) => Discount > 0);
  return [
    { title: "#", align: "left", cell: ({ SlNo }) => ({ text: SlNo }) },
    {
      title: "Description",
      align: "left",
      isWide: true,
      cell: (item) => ({ text: item.PrdDesc || "–", notes: notesOf(item) }),
    },
    { title: "HSN/SAC", align: "left", cell: ({ HsnCd }) => ({ text: HsnCd }) },
    ...(hasQuantity ? [quantity] : []),
    { title: "Unit price", align: "right", cell: ({ UnitPrice }) => ({ text: decimalText(UnitPrice, 2) }) },
    ...(hasDiscount ? [discount] : []),
    { title: "Taxable value", align: "right", cell: ({ AssAmt }) => ({ text: rupees(paiseOf(AssAmt)) }) },
    ...taxes.map(taxColumn),
    { title: "Total ₹", align: "right", cell: ({ TotItemVal }) => ({ text: rupees(paiseOf(TotItemVal)) }) },
  ];
}

const quantity: Column<Item> = {
  title: "Qty",
  align: "right",
  cell: ({ Qty, Unit }) => ({ text: Qty == null ? "" : decimalText(Qty), notes: Unit ? [Unit.toUpperCase()] : [] }),
};
const discount: Column<Item> = {
  title: "Discount",
  align: "right",
  cell: ({ Discount }) => ({ text: rupees(paiseOf(Discount)) }),
};

function taxColumn({ name, amount, rate }: Tax): Column<Item> {
  return {
    title: name,
    align: "right",
    cell: (item) => ({ text: rupees(amount(item)), notes: rate(item) === "" ? [] : [rate(item)] }),
  };
}

function notesOf(item: Item): string[] {
  const { BchDtls: batch, AttribDtls } = item;
  const facts: readonly (readonly [name: string, value: string])[] = [
    ["Batch", batch?.Nm ?? ""],
    ["expiry", batch?.ExpDt ?? ""],
    ["warranty until", batch?.WrDt ?? ""],
    ["Serial no.", item.PrdSlNo],
    ["Bar code", item.Barcde],
    ["Free quantity", item.FreeQty > 0 ? decimalText(item.FreeQty) : ""],
    ["Order line", item.OrdLineRef],
    ["Origin", item.OrgCntry],
    ["Value before tax", item.PreTaxVal > 0 && item.PreTaxVal !== item.AssAmt ? money(item.PreTaxVal) : ""],
    ["Other charges", item.OthChrg > 0 ? money(item.OthChrg) : ""],
    ...(AttribDtls ?? []).map(({ Nm, Val }) => [Nm, Val] as const),
    ...cessFacts(item),
  ];
  const told = facts.filter(([, value]) => value !== "").map(([name, value]) => `${name} ${value}`.trim());
  return told.length > 0 ? [told.join(" · ")] : [];
}

/** Where it is more than one cess, or one by quantity, the column alone does not say what it is. */
function cessFacts(item: Item): [string, string][] {
  if (cessOf(item) === paiseOf(item.CesAmt)) return [];
  return (
    [
      ["Cess", item.CesAmt],
      ["Cess by quantity", item.CesNonAdvlAmt],
      ["State cess", item.StateCesAmt],
      ["State cess by quantity", item.StateCesNonAdvlAmt],
    ] as const
  ).map(([name, amount]) => [name, amount > 0 ? money(amount) : ""]);
}

function money(amount: number): string {
  return `₹ ${rupees(paiseOf(amount))}`;
}
