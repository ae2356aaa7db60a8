import { readFileSync } from "node:fs";
import * as z from "zod";
import { UsageError } from "./usage.ts";

/** The outputs of the one stack in the file that `cdk deploy --outputs-file` wrote: `{"einvoice-sandbox": {"ApiUrl": …}}`. */
export function readOutputs<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  const stacks = z.record(z.string(), z.unknown()).safeParse(readJson(file));
  const [stack, ...others] = Object.values(stacks.data ?? {}).map((outputs) => schema.safeParse(outputs));
  if (!stack?.success || others.length > 0) throw new UsageError(`${file} must hold the outputs of one einvoice stack`);
  return stack.data;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new UsageError(
      `${file} cannot be read as JSON; write it with: npx cdk deploy einvoice-sandbox --outputs-file ${file}`,
    );
  }
}
