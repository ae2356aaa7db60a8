import type { TaxpayerProfile } from "../invoice/check-context.ts";

/** What a taxpayer says of itself at registration, by GSTIN. The rules for its documents follow from it. */
export interface ProfileStore {
  find(gstin: string): Promise<TaxpayerProfile | undefined>;
  save(gstin: string, profile: TaxpayerProfile): Promise<void>;
}
