import { parseArgs } from "node:util";
import { checkInvoice } from "../../shared/invoice/check-invoice.ts";
import type { Finding } from "../../shared/invoice/finding.ts";
import { toDocumentDate } from "../../shared/ist.ts";
import { type FileFindings, findingsTable, hasErrors } from "./findings-table.ts";
import { readInvoiceFile, readJson, UnreadableFile } from "./invoice-file.ts";
import { UsageError } from "./usage.ts";
import { contextOf, GivenContext } from "./validate-context.ts";

interface Result extends FileFindings {
  readonly unreadable?: true;
}

/** So many files take about a second, and more make a person wonder. */
const PROGRESS_EVERY = 100;

/** Checks files against the schema and the rules of INV-01. Needs no network and no AWS. */
export const validate = {
  usage: "validate FILE... [--as-of YYYY-MM-DD] [--context FILE] [--json]",
  does: "checks invoices, or test vectors {asOf, context, request}, offline; exit code 1 on errors, 2 on files that can not be read",

  async run(args: readonly string[]): Promise<void> {
    const { files, given, asJson } = readArguments(args);
    const results = files.map((file, index) => {
      reportProgress(index, files.length);
      return checked(file, given);
    });
    console.log(
      asJson ? JSON.stringify(results.map(({ file, findings }) => ({ file, findings }))) : findingsTable(results),
    );
    process.exitCode = exitCode(results);
  },
};

function readArguments(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  if (positionals.length === 0) throw new UsageError("say which files to check");
  const context = values.context === undefined ? {} : readContext(values.context);
  return { files: positionals, given: { today: today(values["as-of"]), context }, asJson: values.json ?? false };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { "as-of": { type: "string" }, context: { type: "string" }, json: { type: "boolean" } },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** YYYY-MM-DD, or the clock's day in India → DD/MM/YYYY. */
function today(asOf: string | undefined): string {
  if (asOf === undefined) return toDocumentDate(new Date());
  const day = new Date(`${asOf}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(asOf) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(asOf);
  if (!isDay) throw new UsageError(`--as-of takes a day as YYYY-MM-DD, not ${asOf}`);
  return asOf.split("-").reverse().join("/");
}

function readContext(file: string): GivenContext {
  try {
    return GivenContext.parse(readJson(file));
  } catch (error) {
    if (error instanceof UnreadableFile) throw new UsageError(`--context ${file}: ${error.message}`);
    throw new UsageError(`--context ${file} does not fit: ${error instanceof Error ? error.message : error}`);
  }
}

function checked(file: string, given: { today: string; context: GivenContext }): Result {
  try {
    const { invoice, today = given.today, context = given.context } = readInvoiceFile(file);
    return { file, findings: checkInvoice(invoice, contextOf(today, context)) };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return { file, findings: [unreadable(error.message)], unreadable: true };
  }
}

function unreadable(message: string): Finding {
  return { code: "FILE", severity: "error", path: "", message, hint: "Name files that hold one JSON document each." };
}

/** On stderr, so that the findings stay alone on stdout. */
function reportProgress(done: number, all: number): void {
  if (done > 0 && done % PROGRESS_EVERY === 0) console.error(`checked ${done} of ${all} files`);
}

function exitCode(results: readonly Result[]): number {
  if (results.some(({ unreadable }) => unreadable)) return 2;
  return results.some(hasErrors) ? 1 : 0;
}
