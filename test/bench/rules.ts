import { Ajv2020 } from "ajv/dist/2020.js";
import * as z from "zod";
import { defaultContext } from "../../shared/invoice/check-context.ts";
import { checkInvoice } from "../../shared/invoice/check-invoice.ts";
import { Invoice } from "../../shared/invoice/invoice.ts";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";
import { percentile } from "./percentile.ts";

/** How long schema and rules take for one document, with Ajv on a JSON Schema of the same shape for orientation. */
export function benchRules(): void {
  const context = defaultContext("20/08/2026");
  const ajv = new Ajv2020({ strict: false, allErrors: true }).compile(
    z.toJSONSchema(Invoice, { unrepresentable: "any" }),
  );
  console.error("\nchecking one document                 p50        p99   ms");
  for (const [lines, rounds] of [
    [1, 5000],
    [1000, 100],
  ] as const) {
    const invoice = ofLines(lines);
    const row = (name: string, work: () => unknown) =>
      console.error(`${`${name}, ${lines} lines`.padEnd(30)} ${figures(work, rounds)}`);
    row("schema and all rules", () => checkInvoice(invoice, context));
    row("Ajv, schema alone", () => ajv(invoice));
  }
}

function figures(work: () => unknown, rounds: number): string {
  for (let i = 0; i < rounds; i++) work();
  const samples = Array.from({ length: rounds }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return [50, 99].map((p) => percentile(samples, p).toFixed(4).padStart(10)).join(" ");
}

function ofLines(count: number) {
  const ItemList = Array.from({ length: count }, (_, i) => anItem({ SlNo: String(i + 1) }));
  const ValDtls = { AssVal: 1000 * count, CgstVal: 90 * count, SgstVal: 90 * count, TotInvVal: 1180 * count };
  return anInvoice({ ItemList, ValDtls });
}
