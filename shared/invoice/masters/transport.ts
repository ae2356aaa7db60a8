/** Goods for which the e-way bill system has checks of its own. */
export interface SpecialGoods {
  readonly prefixes: readonly string[];
  readonly except: readonly string[];
}

/** Modes of transport of EwbDtls.TransMode, NIC's master. */
export const ROAD = "1";
export const RAIL = "2";
export const AIR = "3";
export const SHIP = "4";

/** An e-way bill can be had for documents up to this old (NIC, from 01/01/2025). */
export const EWB_DAYS = 180;

/**
 * Gold and precious stones: chapter 71 of the tariff but for imitation jewellery. NIC names the set only as "gold", so
 * this is our reading of the State notifications behind it.
 */
export const gold: SpecialGoods = { prefixes: ["71"], except: ["7117"] };
