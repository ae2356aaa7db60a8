/** A state as the IRP's state master has it. */
export interface State {
  readonly name: string;
  /** First three digits of its PIN codes, ends included. Empty for the two codes that are no Indian state. */
  readonly pins: readonly (readonly [from: number, to: number])[];
  /** Merged into another one: lives on in old GSTINs, but is no place of supply any more. */
  readonly withdrawn?: true;
}

export const OTHER_COUNTRY = 96;
export const OTHER_TERRITORY = 97;

/**
 * States by the integer of their code, as of August 2026. Source: NIC master codes (as india-compliance carries them);
 * PIN ranges of Telangana and Ladakh, which NIC's list lacks, from the India Post directory. NIC's ranges of Jammu and
 * Kashmir and of Andhra Pradesh still contain Ladakh and Telangana. 28 (Andhra Pradesh before the division) and 99
 * (centre jurisdiction) open old GSTINs only and are not in the master.
 */
export const states: ReadonlyMap<number, State> = new Map<number, State>([
  [1, { name: "Jammu and Kashmir", pins: [[180, 194]] }],
  [2, { name: "Himachal Pradesh", pins: [[171, 177]] }],
  [3, { name: "Punjab", pins: [[140, 160]] }],
  [4, { name: "Chandigarh", pins: [[160, 160]] }],
  [5, { name: "Uttarakhand", pins: [[244, 263]] }],
  [6, { name: "Haryana", pins: [[121, 136]] }],
  [7, { name: "Delhi", pins: [[110, 110]] }],
  [8, { name: "Rajasthan", pins: [[301, 345]] }],
  [9, { name: "Uttar Pradesh", pins: [[201, 285]] }],
  [10, { name: "Bihar", pins: [[800, 855]] }],
  [11, { name: "Sikkim", pins: [[737, 737]] }],
  [12, { name: "Arunachal Pradesh", pins: [[790, 792]] }],
  [13, { name: "Nagaland", pins: [[797, 798]] }],
  [14, { name: "Manipur", pins: [[795, 795]] }],
  [15, { name: "Mizoram", pins: [[796, 796]] }],
  [16, { name: "Tripura", pins: [[799, 799]] }],
  [17, { name: "Meghalaya", pins: [[793, 794]] }],
  [18, { name: "Assam", pins: [[781, 788]] }],
  [19, { name: "West Bengal", pins: [[700, 743]] }],
  [20, { name: "Jharkhand", pins: [[813, 835]] }],
  [21, { name: "Odisha", pins: [[751, 770]] }],
  [22, { name: "Chhattisgarh", pins: [[490, 497]] }],
  [23, { name: "Madhya Pradesh", pins: [[450, 488]] }],
  [24, { name: "Gujarat", pins: [[360, 396]] }],
  [
    25,
    {
      name: "Daman and Diu",
      pins: [
        [362, 362],
        [396, 396],
      ],
      withdrawn: true,
    },
  ],
  [
    26,
    {
      name: "Dadra and Nagar Haveli and Daman and Diu",
      pins: [
        [362, 362],
        [396, 396],
      ],
    },
  ],
  [27, { name: "Maharashtra", pins: [[400, 445]] }],
  [29, { name: "Karnataka", pins: [[560, 591]] }],
  [30, { name: "Goa", pins: [[403, 403]] }],
  [31, { name: "Lakshadweep Islands", pins: [[682, 682]] }],
  [32, { name: "Kerala", pins: [[670, 695]] }],
  [33, { name: "Tamil Nadu", pins: [[600, 643]] }],
  [
    34,
    {
      name: "Puducherry",
      pins: [
        [533, 533],
        [605, 605],
        [607, 607],
        [609, 609],
        [673, 673],
      ],
    },
  ],
  [35, { name: "Andaman and Nicobar Islands", pins: [[744, 744]] }],
  [36, { name: "Telangana", pins: [[500, 509]] }],
  [37, { name: "Andhra Pradesh", pins: [[500, 535]] }],
  [38, { name: "Ladakh", pins: [[194, 194]] }],
  [96, { name: "Other Country", pins: [] }],
  [97, { name: "Other Territory", pins: [] }],
]);
