import type { RegisteredTaxpayer } from "../check-context.ts";
import type { Invoice } from "../invoice.ts";
import { dayNumber } from "./day.ts";
import { type Rule, rule } from "./rule.ts";
import { isRegistered, isSez, isSupply, taxpayerOf } from "./supply.ts";

/** A row about a party that the registry knows. `check` is true when all is well. */
interface Row {
  readonly no: string;
  readonly irpCode: string;
  readonly of: "SellerDtls" | "BuyerDtls";
  readonly check: (taxpayer: RegisteredTaxpayer, invoice: Invoice) => boolean;
  readonly message: string;
  readonly hint: string;
}

const ASK_THE_BUYER = "Ask the buyer for the GSTIN of its active registration.";

const rows: readonly Row[] = [
  {
    no: "P-26",
    irpCode: "3029",
    of: "SellerDtls",
    check: ({ status }) => status === "active",
    message: "the seller's registration is not active",
    hint: "Ask the tax office: with this GSTIN nothing can be registered.",
  },
  {
    no: "P-26",
    irpCode: "2300",
    of: "SellerDtls",
    check: ({ type }) => ["regular", "sez-developer", "casual", "sez-unit"].includes(type),
    message: "only regular and casual taxpayers and SEZ developers issue e-invoices",
    hint: "Use the GSTIN of the regular registration.",
  },
  {
    no: "P-27",
    irpCode: "3076",
    of: "BuyerDtls",
    check: ({ status }) => status !== "inactive",
    message: "the buyer's registration is not active",
    hint: ASK_THE_BUYER,
  },
  {
    no: "P-27",
    irpCode: "3074",
    of: "BuyerDtls",
    check: (buyer, { DocDtls }) => !isCancelled(buyer) || !isAfter(DocDtls.Dt, buyer.cancelledOn),
    message: "the document is dated after the buyer's registration was cancelled",
    hint: ASK_THE_BUYER,
  },
  {
    no: "P-27",
    irpCode: "3075",
    of: "BuyerDtls",
    check: (buyer) => !isCancelled(buyer) || buyer.cancelledOn !== undefined,
    message: "the buyer's registration was cancelled on a day that the portal does not know",
    hint: ASK_THE_BUYER,
  },
  {
    no: "P-27",
    irpCode: "3077",
    of: "BuyerDtls",
    check: (buyer, { DocDtls }) => !isCancelled(buyer) || !isBefore(DocDtls.Dt, buyer.registeredOn),
    message: "the document is dated before the buyer's registration, which is cancelled by now",
    hint: ASK_THE_BUYER,
  },
  {
    no: "P-27",
    irpCode: "3078",
    of: "BuyerDtls",
    check: (buyer) => !isCancelled(buyer) || buyer.registeredOn !== undefined,
    message: "the buyer's registration is cancelled, and the portal does not know when it began",
    hint: ASK_THE_BUYER,
  },
  {
    no: "P-27",
    irpCode: "3079",
    of: "BuyerDtls",
    check: (buyer, { DocDtls }) => isCancelled(buyer) || !isBefore(DocDtls.Dt, buyer.registeredOn),
    message: "the document is dated before the buyer's registration",
    hint: "Check the date, or ask the buyer for the GSTIN that it had then.",
  },
  {
    no: "P-28",
    irpCode: "2247",
    of: "BuyerDtls",
    check: ({ type }, invoice) => !isSez(invoice) || isInSez(type),
    message: "the buyer of a supply to a SEZ is neither a SEZ unit nor a SEZ developer",
    hint: "Correct the supply type, or use the buyer's GSTIN in the SEZ.",
  },
  // For which other supply types a buyer in a SEZ is refused is not known; B2B passes, with IGST.
  {
    no: "P-28",
    irpCode: "2246",
    of: "BuyerDtls",
    check: ({ type }, invoice) => !isSupply(invoice, "DEXP") || !isInSez(type),
    message: "the buyer is in a SEZ, to which nothing is a deemed export",
    hint: "Use SEZWP or SEZWOP.",
  },
  {
    no: "P-29",
    irpCode: "2298",
    of: "BuyerDtls",
    check: ({ type }, invoice) =>
      !isSupply(invoice, "DEXP") || isInSez(type) || type === "regular" || type === "casual",
    message: "the buyer of a deemed export is a regular or casual taxpayer",
    hint: "Correct the supply type.",
  },
];

/** P-26 to P-29 of section 3.3: what only the registry of taxpayers knows. Without its look-up nothing is found. */
export const registrationRules: readonly Rule[] = [
  ...(
    [
      ["P-26", "SellerDtls", "the seller's"],
      ["P-27", "BuyerDtls", "the buyer's"],
    ] as const
  ).map(([no, party, whose]) =>
    rule({
      no,
      irpCode: "3028",
      reads: [`${party}.Gstin`],
      at: `${party}.Gstin`,
      when: (invoice) => isRegistered(invoice[party].Gstin),
      check: (invoice, { registry }) => registry?.taxpayer?.(invoice[party].Gstin) !== "nobody",
      message: `the portal does not know ${whose} GSTIN`,
      hint: "Copy the 15 characters from the registration certificate.",
    }),
  ),
  // The taxpayer's own profile tells it without a registry.
  rule({
    no: "P-26",
    irpCode: "2231",
    reads: ["SellerDtls.Gstin"],
    at: "SellerDtls.Gstin",
    check: ({ SellerDtls }, { taxpayer, registry }) =>
      taxpayer.exemptClass !== "sez-unit" && taxpayerOf(SellerDtls.Gstin, registry)?.type !== "sez-unit",
    message: "units in a SEZ do not issue e-invoices",
    hint: "Issue an ordinary invoice: a SEZ unit is exempt.",
  }),
  ...rows.map(({ no, irpCode, of, check, message, hint }) =>
    rule({
      no,
      irpCode,
      reads: [`${of}.Gstin`, "TranDtls.SupTyp", "DocDtls.Dt"],
      at: `${of}.Gstin`,
      check: (invoice, { registry }) => {
        const taxpayer = taxpayerOf(invoice[of].Gstin, registry);
        return taxpayer === undefined || check(taxpayer, invoice);
      },
      message,
      hint,
    }),
  ),
];

function isInSez(type: RegisteredTaxpayer["type"]): boolean {
  return type === "sez-unit" || type === "sez-developer";
}

function isCancelled({ status }: RegisteredTaxpayer): boolean {
  return status === "cancelled";
}

function isBefore(date: string, day: string | undefined): boolean {
  return day !== undefined && dayNumber(date) < dayNumber(day);
}

function isAfter(date: string, day: string | undefined): boolean {
  return day !== undefined && dayNumber(date) > dayNumber(day);
}
