import { expect, it } from "vitest";
import { cancelReasons } from "../../../../shared/irp/nic/cancel-reasons.ts";

/** irp-protocol 5.3 and 5.6, written out once more. */
const irnNumbers = { "1": "duplicate", "2": "data_entry_mistake", "3": "order_cancelled", "4": "other" };
const ewayBillNumbers = { 1: "duplicate", 2: "order_cancelled", 3: "data_entry_mistake", 4: "other" };

it("every number of either kind has one reason, and every reason a number", () => {
  const byIrn = Object.entries(cancelReasons).map(([reason, { irn }]) => [irn, reason]);
  const byEwayBill = Object.entries(cancelReasons).map(([reason, { ewayBill }]) => [ewayBill, reason]);

  expect(Object.fromEntries(byIrn)).toEqual(irnNumbers);
  expect(Object.fromEntries(byEwayBill)).toEqual(ewayBillNumbers);
});
