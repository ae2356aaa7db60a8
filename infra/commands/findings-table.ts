import type { Finding } from "../../shared/invoice/finding.ts";

/** What was found in a file, as it was named on the command line. */
export interface FileFindings {
  readonly file: string;
  readonly findings: readonly Finding[];
}

const WORDS = { error: "error", warning: "warning", ewb: "e-way bill" } as const;

/** For people: a block per file, then a line that counts. */
export function findingsTable(results: readonly FileFindings[]): string {
  return [...results.map(fileBlock), "", summary(results)].join("\n");
}

export function hasErrors({ findings }: FileFindings): boolean {
  return findings.some(({ severity }) => severity === "error");
}

function fileBlock({ file, findings }: FileFindings): string {
  if (findings.length === 0) return `${file}  ok`;
  const rows = findings.map(({ severity, code, irpCode = "", path }) => [WORDS[severity], code, irpCode, path]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = findings.flatMap(({ message, hint }, index) => [
    `  ${(rows[index] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}  ${message}`,
    ...(hint === undefined ? [] : [`      ${hint}`]),
  ]);
  return [file, ...lines].join("\n");
}

function summary(results: readonly FileFindings[]): string {
  const counts = (["error", "ewb", "warning"] as const).map((wanted) =>
    results.reduce((sum, { findings }) => sum + findings.filter(({ severity }) => severity === wanted).length, 0),
  );
  const [errors = 0, notes = 0, warnings = 0] = counts;
  return [
    counted(results.length, "file"),
    `${results.filter(hasErrors).length} with errors`,
    counted(errors, "error"),
    counted(notes, "e-way bill note"),
    counted(warnings, "warning"),
  ].join(", ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
