import { block, pattern, text, wholeNumber } from "./fields.ts";

/** The schema's own expression, without layout and check digit: those the portal leaves to its registry (3028). */
export const gstin = pattern(
  /^[0-9]{2}[0-9A-Z]{13}$/,
  "a GSTIN of 15 characters: two digits, then digits and capitals",
  "Copy the GSTIN from the registration certificate: 15 characters in capitals, no spaces.",
);
const gstinOrUrp = pattern(
  /^([0-9]{2}[0-9A-Z]{13}|URP)$/,
  "a GSTIN of 15 characters, or URP for an unregistered person",
  "Copy the 15 characters of the GSTIN in capitals, or write URP when there is none.",
);
const state = pattern(
  /^(?!0+$)([0-9]{1,2})$/,
  "a state code of one or two digits, as text",
  'Use the GST state code in quotes, for instance "27"; "96" stands for outside India.',
);
const pin = wholeNumber(100000, 999999);
const phone = pattern(
  /^([0-9]{6,12})$/,
  "6 to 12 digits, as text",
  "Leave out the plus sign, spaces and hyphens, and put the number in quotes.",
);
const email = pattern(
  /^(?=.{6,100}$)[a-zA-Z0-9+_.-]+@[a-zA-Z0-9.-]+$/,
  "one e-mail address of 6 to 100 characters",
  "Send a single address like name@example.com, without a display name.",
);

export const SellerDtls = block({
  Gstin: gstin,
  LglNm: text(3, 100),
  TrdNm: text(3, 100).nullish(),
  Addr1: text(1, 100),
  Addr2: text(3, 100).nullish(),
  Loc: text(3, 50),
  Pin: pin,
  Stcd: state,
  Ph: phone.nullish(),
  Em: email.nullish(),
});

export const BuyerDtls = block({
  Gstin: gstinOrUrp,
  LglNm: text(3, 100),
  TrdNm: text(3, 100).nullish(),
  Pos: state,
  Addr1: text(1, 100),
  Addr2: text(3, 100).nullish(),
  Loc: text(3, 100),
  Pin: pin.nullish(), // Whether it is needed depends on the supply: rule P-16.
  Stcd: state,
  Ph: phone.nullish(),
  Em: email.nullish(),
});

export const DispDtls = block({
  Nm: text(3, 100),
  Addr1: text(1, 100),
  Addr2: text(3, 100).nullish(),
  Loc: text(3, 100),
  Pin: pin,
  Stcd: state,
});

export const ShipDtls = block({
  Gstin: gstinOrUrp.nullish(), // Needed beside EwbDtls since 2026-08-01: rule P-23, which knows the day.
  LglNm: text(3, 100),
  TrdNm: text(3, 100).nullish(),
  Addr1: text(1, 100),
  Addr2: text(3, 100).nullish(),
  Loc: text(3, 100),
  Pin: pin,
  Stcd: state,
});
