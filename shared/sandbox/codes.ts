/** The NIC codes that the sandbox answers with, and the text that goes with each. Texts are ours; codes are the portals'. */
const TEXTS = {
  "1004": "Gstin header is missing",
  "1005": "Invalid or expired AuthToken",
  "1006": "user_name is missing",
  "1007": "Authentication request could not be processed",
  "1010": "Invalid client_id or client_secret",
  "1011": "client_id header is missing",
  "1012": "client_secret header is missing",
  "1013": "Password could not be decrypted",
  "1015": "Gstin header differs from the GSTIN of the AuthToken",
  "1016": "AppKey could not be decrypted",
  "1017": "Unknown user name",
  "1019": "Wrong password",
  "1020": "Data could not be decrypted with the authentication key",
  "2148": "No data held at this portal for the IRN",
  "2150": "Duplicate IRN",
  "2154": "No IRN for these document details",
  "2169": "Requesting GSTIN is neither the supplier nor the e-commerce operator of the document",
  "2226": "Requesting GSTIN is not a party to this IRN",
  "2255": "Decrypted payload is empty",
  "2280": "Document type is invalid",
  "2281": "Document number is invalid",
  "2283": "IRN is too old to be served",
  "2293": "Date is not in the form dd/MM/yyyy",
  "2295": "The document is already registered at another IRP",
  "2306": "The supplier has not allowed the recipient to download this IRN",
  "3098": "irp header is invalid: NIC1 or NIC2",
  "4001": "E-way bill could not be generated",
  "5001": "Application error",
  "5002": "Request payload is not acceptable",
  "5003": "Data is missing or empty",
} as const satisfies Record<string, string>;

export type NicCode = keyof typeof TEXTS;

/** One entry of `ErrorDetails`. */
export interface Fault {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** The code with its text, and what was wrong in this very request where there is more to say. */
export function fault(code: NicCode, detail?: string): Fault {
  return { ErrorCode: code, ErrorMessage: detail === undefined ? TEXTS[code] : `${TEXTS[code]}: ${detail}` };
}
