/** What the kind of a supply decides. August 2026, NIC's master of supply types. */
export interface SupplyType {
  readonly name: string;
  readonly isExport: boolean;
  readonly isSez: boolean;
  /** Under letter of undertaking or bond: a rate may be shown though no tax is. */
  readonly withoutPayment: boolean;
  readonly reverseCharge: boolean;
}

export const supplyTypes: ReadonlyMap<string, SupplyType> = new Map([
  ["B2B", supply("Business to business", { reverseCharge: true })],
  ["SEZWP", supply("Supply to a special economic zone with payment of tax", { isSez: true, reverseCharge: true })],
  [
    "SEZWOP",
    supply("Supply to a special economic zone without payment of tax", {
      isSez: true,
      reverseCharge: true,
      withoutPayment: true,
    }),
  ],
  ["EXPWP", supply("Export with payment of tax", { isExport: true })],
  ["EXPWOP", supply("Export without payment of tax", { isExport: true, withoutPayment: true })],
  ["DEXP", supply("Deemed export", {})],
]);

function supply(name: string, is: Partial<SupplyType>): SupplyType {
  return { name, isExport: false, isSez: false, withoutPayment: false, reverseCharge: false, ...is };
}
