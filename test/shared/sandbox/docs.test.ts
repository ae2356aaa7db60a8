import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Gstin } from "../../../shared/gstin.ts";
import { SANDBOX_CLIENT, sandboxUser } from "../../../shared/sandbox/accounts.ts";
import { DOCUMENT_FAULTS, GSTIN_FAULTS, troubleOfGstin } from "../../../shared/sandbox/faults.ts";
import { TAXPAYERS, UNKNOWN_GSTIN } from "../../../shared/sandbox/taxpayers.ts";

const page = readFileSync("docs/sandbox.md", "utf8");

/** The rows of the table below a heading, without its head. */
function tableOf(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2);
}

describe("the page about the sandbox", () => {
  it.each([
    ["Taxpayers", [...TAXPAYERS, { gstin: UNKNOWN_GSTIN, what: "unknown: 3028" }].map((row) => [row.gstin, row.what])],
    ["Faults by the number of the document", DOCUMENT_FAULTS.map(({ by, what }) => [by, what])],
    ["Faults by the caller's GSTIN", GSTIN_FAULTS.map(({ by, what }) => [by, what])],
  ])("has the rows of the code under %s, and no others", (heading, rows) => {
    expect(tableOf(heading)).toEqual(rows.map(([name, what]) => `| \`${name}\` | ${what} |`));
  });

  it("has the credentials of the code", () => {
    const values = tableOf("Credentials").map((line) => line.split("|")[2]?.trim());
    const { clientId, clientSecret } = SANDBOX_CLIENT;
    const { userName, password } = sandboxUser("");
    expect(values.slice(0, 2)).toEqual([`\`${clientId}\``, `\`${clientSecret}\``]);
    expect(values.slice(2, 4)).toEqual([`\`${userName}\` and the GSTIN`, `\`${password}\``]);
  });

  it("gives GSTINs that do what their PAN says, with right check digits", () => {
    const gstins = page.match(/27FLTZ\w{9}/g) ?? [];
    expect(gstins).toHaveLength(13);
    for (const gstin of gstins) {
      expect(Gstin.safeParse(gstin).success).toBe(true);
      expect(troubleOfGstin(gstin)).not.toEqual({});
    }
  });
});
