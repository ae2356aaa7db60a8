import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { GivenContext } from "./validate-context.ts";

/** A file of the caller's that can not be checked; the message says why. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}

export interface InvoiceFile {
  readonly invoice: unknown;
  /** DD/MM/YYYY; a bare invoice has none. */
  readonly today?: string;
  readonly context?: GivenContext;
}

const Vector = z.looseObject({
  asOf: z
    .string()
    .regex(/^\d{2}\/\d{2}\/\d{4}$/, "write asOf as DD/MM/YYYY")
    .optional(),
  context: GivenContext.optional(),
  request: z.unknown(),
});
/** A large request is written as a recipe: the lines of another vector, so many times. */
const Recipe = z.strictObject({
  $generate: z.strictObject({ from: z.string().regex(/^[\w.-]+$/), lines: z.int().positive().max(100_000) }),
});
const OneLine = z.looseObject({ ItemList: z.tuple([z.looseObject({})]), ValDtls: z.record(z.string(), z.number()) });

/** Reads a bare invoice, or a test vector `{asOf, context, request}`. */
export function readInvoiceFile(file: string): InvoiceFile {
  const content = readJson(file);
  if (!isVector(content)) return { invoice: content };
  const vector = Vector.safeParse(content);
  if (!vector.success) throw new UnreadableFile(`not a test vector: ${z.prettifyError(vector.error)}`);
  const { asOf, context, request } = vector.data;
  const recipe = Recipe.safeParse(request);
  return {
    invoice: recipe.success ? generated(file, recipe.data) : request,
    ...(asOf === undefined ? {} : { today: asOf }),
    ...(context === undefined ? {} : { context }),
  };
}

/** Parses a file as JSON. Throws an UnreadableFile. */
export function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableFile(`not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** Reads a file as UTF-8, without the mark that some editors put first. Throws an UnreadableFile. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    if (code === "ENOENT") throw new UnreadableFile("there is no such file");
    if (code === "EISDIR") throw new UnreadableFile("it is a folder: name the files in it");
    throw new UnreadableFile(`can not be read (${String(code)})`);
  }
}

/** INV-01 has no member `request`, and a vector none of its blocks. */
function isVector(content: unknown): boolean {
  return typeof content === "object" && content !== null && "request" in content && !("DocDtls" in content);
}

/** Repeats the only line of the vector `from`, which lies beside the file or in the folder `valid` beside its own. */
function generated(file: string, { $generate: { from, lines } }: z.infer<typeof Recipe>): unknown {
  const folder = dirname(file);
  const places = [folder, join(folder, "..", "valid")].map((place) => join(place, `${from}.json`));
  const base = OneLine.safeParse(firstRequest(places));
  if (!base.success) throw new UnreadableFile(`its recipe needs the one-line vector ${from}, beside it or in ../valid`);
  const [line] = base.data.ItemList;
  return {
    ...base.data,
    ItemList: Array.from({ length: lines }, (_, index) => ({ ...line, SlNo: String(index + 1) })),
    ValDtls: Object.fromEntries(Object.entries(base.data.ValDtls).map(([name, value]) => [name, value * lines])),
  };
}

function firstRequest(files: readonly string[]): unknown {
  for (const file of files) {
    try {
      return Vector.parse(readJson(file)).request;
    } catch (error) {
      if (!(error instanceof UnreadableFile || error instanceof z.ZodError)) throw error;
    }
  }
  return undefined;
}
