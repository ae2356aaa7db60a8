import { readdirSync, readFileSync } from "node:fs";
import * as z from "zod";

const Recipe = z.strictObject({ $generate: z.strictObject({ from: z.string(), lines: z.int().positive() }) });

/** Strict, so that a member which nobody reads is noticed. */
const Vector = z.strictObject({
  id: z.string(),
  asOf: z.string(),
  context: z.strictObject({
    limit30: z.boolean().optional(),
    cutoff: z.string().optional(),
    agent: z.enum(["supplier", "eco"]).optional(),
    needs: z.string().optional(),
  }),
  expected: z.array(z.string()),
  alsoAllowed: z.array(z.string()).optional(),
  expectedEwbInfo: z.array(z.string()).optional(),
  schemaPaths: z.array(z.string()).optional(),
  source: z.string(),
  basis: z.string().optional(),
  notes: z.string(),
  request: z.unknown(),
});
export type Vector = z.infer<typeof Vector>;

/** The vectors of a folder in the order of their names, with recipes carried out. README.md tells the format. */
export function loadVectors(folder: "valid" | "invalid"): Vector[] {
  const at = new URL(`invoices/${folder}/`, import.meta.url);
  return readdirSync(at)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => loadVector(new URL(name, at)));
}

function loadVector(file: URL): Vector {
  const vector = Vector.parse(JSON.parse(readFileSync(file, "utf8")));
  const recipe = Recipe.safeParse(vector.request);
  return recipe.success ? { ...vector, request: generated(recipe.data) } : vector;
}

const OneLine = z.looseObject({ ItemList: z.tuple([z.looseObject({})]), ValDtls: z.record(z.string(), z.number()) });

function generated({ $generate: { from, lines } }: z.infer<typeof Recipe>): unknown {
  const invoice = OneLine.parse(loadVector(new URL(`invoices/valid/${from}.json`, import.meta.url)).request);
  const [line] = invoice.ItemList;
  return {
    ...invoice,
    ItemList: Array.from({ length: lines }, (_, index) => ({ ...line, SlNo: String(index + 1) })),
    ValDtls: Object.fromEntries(Object.entries(invoice.ValDtls).map(([name, value]) => [name, value * lines])),
  };
}
