import { describe, expect, it } from "vitest";
import { countries } from "../../../shared/invoice/masters/countries.ts";
import { currencies } from "../../../shared/invoice/masters/currencies.ts";
import { isPort } from "../../../shared/invoice/masters/ports.ts";
import { rates } from "../../../shared/invoice/masters/rates.ts";
import { states } from "../../../shared/invoice/masters/states.ts";
import { supplyTypes } from "../../../shared/invoice/masters/supply-types.ts";
import { units } from "../../../shared/invoice/masters/units.ts";
import { pinFits } from "../../../shared/invoice/rules/pin.ts";

describe("the master tables", () => {
  it("have as many entries as their sources", () => {
    const withPins = [...states.values()].filter(({ pins }) => pins.length > 0);
    expect([states.size, withPins.length, units.size, rates.length, supplyTypes.size]).toEqual([39, 37, 45, 13, 6]);
    expect([countries.size, currencies.size]).toEqual([249, 179]);
  });

  it("hold codes of the right shape", () => {
    expect([...countries].filter((code) => !/^[A-Z]{2}$/.test(code))).toEqual([]);
    expect([...currencies].filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
    expect([...units.keys()].filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  });

  it("know ports in either case, with their country", () => {
    expect(["INNSA1", "inbom4", "INABG1"].map(isPort)).toEqual([true, true, true]);
    expect(["NSA1", "INZZZ9", "IN", "USNSA1", "INNSA1 ", "INABG1 ACH1"].map(isPort)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("have no half state: 25 is withdrawn, 28 and 99 are not there", () => {
    expect(states.get(25)?.withdrawn).toBe(true);
    expect([28, 98, 99, 0].some((state) => states.has(state))).toBe(false);
  });
});

describe("P-19: a PIN code and a state", () => {
  it.each([
    [411001, 27, "fits"],
    [110001, 7, "fits"],
    [403001, 30, "fits"],
    [403001, 27, "fits"], // Goa lies within NIC's range of Maharashtra.
    [160017, 3, "fits"],
    [160017, 4, "fits"],
    [247001, 5, "fits"],
    [247001, 9, "fits"],
    [396210, 26, "fits"],
    [396001, 24, "fits"],
    [605001, 34, "fits"],
    [605602, 33, "fits"],
    [682555, 31, "fits"],
    [682001, 32, "fits"],
    [673310, 34, "fits"],
    [194101, 38, "fits"],
    [194101, 1, "fits"], // NIC's range still has Ladakh in Jammu and Kashmir.
    [500001, 36, "fits"],
    [500001, 37, "fits"], // And Telangana in Andhra Pradesh.
    [515001, 36, "elsewhere"],
    [305001, 36, "fits"], // A stray office of the directory's.
    [799001, 36, "fits"],
    [799001, 13, "elsewhere"],
    [560001, 27, "elsewhere"],
    [411001, 24, "elsewhere"],
    [101301, 27, "unknown"],
    [999001, 27, "unknown"],
    [856001, 10, "unknown"],
    [999999, 27, "fits"],
    [411001, 96, "fits"],
    [411001, 97, "fits"],
    [411001, 39, "fits"],
  ])("%i in %i: %s", (pin, state, fit) => {
    expect(pinFits(pin, state)).toBe(fit);
  });
});
