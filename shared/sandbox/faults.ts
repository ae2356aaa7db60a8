import type { Variant } from "./answer.ts";

/** What goes wrong, on demand. All of it may be combined; the tables below say what they combine. */
export interface Trouble {
  /** Refused with this code. */
  readonly code?: string;
  /** A gateway answers in the portal's place. */
  readonly status?: 502 | 504;
  /** The answer breaks off in the middle. */
  readonly cut?: boolean;
  /** `code`, `status` or `cut` come when the document is registered already. Otherwise nothing is done. */
  readonly afterCommit?: boolean;
  /** They come at the first call for the document alone. */
  readonly once?: boolean;
  readonly delaySeconds?: number;
  /** The caller's token ends as well. */
  readonly revokes?: boolean;
  /** Look-ups do not find a document until it is this old. */
  readonly lagSeconds?: number;
  /** Tokens end this long after they were given, whatever their expiry says. */
  readonly tokenSeconds?: number;
  readonly variant?: Variant;
  /** Who holds the number, as the registry has it. */
  readonly held?: "elsewhere" | "cancelled";
  /** The registry is down while the IRN is given out, and rejects it when it is back. */
  readonly rejected?: boolean;
  readonly ewayBill?: "fails" | "tells-distance";
}

export interface FaultRow {
  /** How it is written; `n` stands for a digit. */
  readonly by: string;
  readonly what: string;
  readonly pattern: RegExp;
  readonly trouble: (digits: string) => Trouble;
}

/** Until 25 s have passed a careful client waits; API Gateway itself gives up after 30 s. */
const HANG_SECONDS = 27;

/** The portals have no codes from 2000 to 2099, and `E2026-1` is somebody's real number. */
const CODE = "(?!20)(\\d{4})";

function row(by: string, what: string, trouble: Trouble | ((digits: string) => Trouble)): FaultRow {
  const pattern = new RegExp(
    `^${by.replace("502/504", "(502|504)").replace("nnnn", by.endsWith("-") ? CODE : "(\\d{4})")}`,
  );
  return { by, what, pattern, trouble: typeof trouble === "function" ? trouble : () => trouble };
}

/** Faults by the start of the document's number, in any case; what follows is the caller's own. The first row that fits counts. */
export const DOCUMENT_FAULTS: readonly FaultRow[] = [
  row("LOST-", "answer lost after commit: registered, and a bare 504", { status: 504, afterCommit: true }),
  row("HANG-", `answer lost after commit: registered, silent for ${HANG_SECONDS} s, then a bare 504`, {
    status: 504,
    afterCommit: true,
    delaySeconds: HANG_SECONDS,
  }),
  row("SLOW-", "slow answer: 5 s", { delaySeconds: 5 }),
  row(
    "RESET-",
    "connection reset, the first time: an answer cut in its middle, as close as a Lambda comes; nothing registered then",
    {
      cut: true,
      once: true,
    },
  ),
  row("E502/504-", "that bare HTTP status, every time; nothing registered", (status) => gateway(status)),
  row("T502/504-", "that bare HTTP status, the first time; nothing registered then", (status) => ({
    ...gateway(status),
    once: true,
  })),
  row("T2147-", "2147 the first time: registered, but the signature fails; look-ups find it", {
    code: "2147",
    afterCommit: true,
    once: true,
  }),
  row(
    "Ennnn-",
    "any code by its number (but 20nn, which are years), every time; nothing registered: `E2146-`, `E3029-`, `E3095-`, `E3108-`",
    (code) => ({
      code,
    }),
  ),
  row("Tnnnn-", "any code by its number, the first time; nothing registered then: `T2146-`, `T3108-`", (code) => ({
    code,
    once: true,
  })),
  row("REVOKE-", "token revoked early: the first call ends the token and is refused with 1005", {
    code: "1005",
    once: true,
    revokes: true,
  }),
  row("LAG-", "look-up lag: registered, but look-ups answer 2148 or 2154 until it is 60 s old", { lagSeconds: 60 }),
  row("OTHER-", "registered earlier at another IRP: 2295 with DUPIRNGLP", { held: "elsewhere" }),
  row("USED-", "number of a cancelled IRN: 2278 with DUPIRN", { held: "cancelled" }),
  row("REJ-", "registry down: registered, an hour later REJ and in the day's list of rejected IRNs", {
    rejected: true,
  }),
  row("EWBERR-", "the e-way bill fails with 4001: `EWBERR` beside the IRN, or a refusal of the bill by IRN", {
    ewayBill: "fails",
  }),
  row("EWBPPD-", "`EWBPPD` beside the IRN, also when the distance was given", { ewayBill: "tells-distance" }),
  row("VTEXT-", "`ErrorDetails` as JSON text", { variant: "details-text" }),
  row("VBASE64-", "`ErrorDetails` as base64 of JSON", { variant: "details-base64" }),
  row("VSTATUS-", "`Status` as text", { variant: "text-status" }),
  row("VINNER-", "base64 of the JSON inside the encrypted `Data`", { variant: "inner-base64" }),
  row("VNOINFO-", "no member `InfoDtls`, also where it had something to say", { variant: "no-info" }),
];

const VARIANTS: readonly Variant[] = ["details-text", "details-base64", "text-status", "inner-base64", "no-info"];

/** Faults by the caller's GSTIN (its PAN, in any state): at every call with a token. */
export const GSTIN_FAULTS: readonly FaultRow[] = [
  row("FLTZEnnnn", "any code by its number; 0502 and 0504 are the bare HTTP status", (digits) =>
    /^050[24]$/.test(digits) ? gateway(digits.slice(1)) : { code: digits },
  ),
  row("FLTZSnnnn", `slow answer: nnnn seconds, ${HANG_SECONDS} at most`, (digits) => ({
    delaySeconds: Math.min(Number(digits), HANG_SECONDS),
  })),
  row("FLTZLnnnn", "look-up lag: nnnn seconds", (digits) => ({ lagSeconds: Number(digits) })),
  row("FLTZTnnnn", "token revoked early: nnnn seconds after it was given", (digits) => ({
    tokenSeconds: Number(digits),
  })),
  row(
    "FLTZVnnnn",
    "the envelope, at login too: 0001 `ErrorDetails` as text, 0002 as base64, 0003 `Status` as text, 0004 base64 inside `Data`, 0005 no `InfoDtls`",
    (digits) => withVariant(VARIANTS[Number(digits) - 1]),
  ),
];

/** What is to go wrong with this document; `{}` when nothing is. */
export function troubleOfDocument(docNo: string): Trouble {
  return troubleBy(DOCUMENT_FAULTS, docNo.toUpperCase());
}

/** What is to go wrong with every call of this GSTIN; `{}` when nothing is. */
export function troubleOfGstin(gstin: string): Trouble {
  return troubleBy(GSTIN_FAULTS, gstin.slice(2));
}

function troubleBy(rows: readonly FaultRow[], text: string): Trouble {
  for (const { pattern, trouble } of rows) {
    const [start, digits = ""] = pattern.exec(text) ?? [];
    if (start !== undefined) return trouble(digits);
  }
  return {};
}

function gateway(status: string): Trouble {
  return { status: status === "502" ? 502 : 504 };
}

function withVariant(variant: Variant | undefined): Trouble {
  return variant === undefined ? {} : { variant };
}
