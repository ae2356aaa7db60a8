import { describe, expect, it } from "vitest";
import { financialYear, irnOf } from "../../../shared/invoice/irn.ts";

describe("financialYear", () => {
  it.each([
    ["31/03/2026", "2025-26"],
    ["01/04/2026", "2026-27"],
    ["31/12/2026", "2026-27"],
    ["01/01/2027", "2026-27"],
    ["01/04/1999", "1999-00"],
    ["15/05/2008", "2008-09"],
  ])("of %s is %s", (date, year) => {
    expect(financialYear(date)).toBe(year);
  });

  it.each(["2026-04-01", "1/4/2026", "01/13/2026", "01/00/2026", "", "01/04/2026\n"])("is not told for %j", (date) => {
    expect(() => financialYear(date)).toThrow(RangeError);
  });
});

describe("irnOf", () => {
  it.each([
    ["37BZNPM9430M1KL", "CTDN23456", "05/08/2020", "afdcc32a0eaa3a054cffcd251884d3e3f4f726b75c8943e7d35fbabc82f05d8a"],
    ["09AAAPG7885R002", "MSI/084", "01/02/2021", "d27bf67bcab04c7f5af7de6560e3573b0a4caeafaf86e194db0c817f8a264600"],
    [
      "01AMBPG7773M002",
      "SINV-CFY-00067",
      "16/09/2022",
      "706daeccda0ef6f818da78f3a2a05a1288731057373002289b46c3229289a2e7",
    ],
    ["01AAAAB1234C1Z0", "AB1234", "31/03/2020", "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe"],
  ])("of %s %s is the published one", (sellerGstin, docNo, docDate, irn) => {
    expect(irnOf({ sellerGstin, docType: "INV", docNo, docDate })).toBe(irn);
  });

  const mixedCase = { sellerGstin: "02AMBPG7773M002", docType: "INV", docNo: "9sQ5E2", docDate: "02/10/2023" };

  it("hashes the number in capitals, as the IRP does since June 2025", () => {
    expect(irnOf(mixedCase)).toBe("8874725d14204345d901ed168798f9fe8578d3c6e87ef6beecb4cb9894c8b4a9");
  });

  it("differs from the IRN of a document that was registered with lower case before", () => {
    expect(irnOf(mixedCase)).not.toBe("2ecc42a8e81dcbbb56923e4bd046c861ce7374060bd31875ce35447e922c9399");
  });

  it("is the same in whatever case type and number are written", () => {
    expect(irnOf({ ...mixedCase, docType: "inv", docNo: "9SQ5e2" })).toBe(irnOf(mixedCase));
  });

  it("is another one for another supplier, year, type or number", () => {
    const others = [
      { sellerGstin: "03AMBPG7773M002" },
      { docDate: "02/10/2024" },
      { docType: "CRN" },
      { docNo: "9sQ5E3" },
    ].map((other) => irnOf({ ...mixedCase, ...other }));
    expect(new Set([irnOf(mixedCase), ...others]).size).toBe(5);
  });

  it("is the same on every day of a financial year", () => {
    expect(irnOf({ ...mixedCase, docDate: "31/03/2024" })).toBe(irnOf({ ...mixedCase, docDate: "01/04/2023" }));
  });
});
