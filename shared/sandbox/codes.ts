/** The NIC codes that the sandbox answers with, and the text that goes with each. Texts are ours; codes are the portals'. */
const TEXTS = {
  "307": "Invalid reason for cancelling",
  "308": "Invalid remarks",
  "312": "E-way bill is not the caller's, or cancelled already",
  "315": "E-way bill can be cancelled within 24 hours only",
  "444": "E-way bill was generated at NIC1",
  "445": "E-way bill was generated at NIC2",
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
  "2143": "Requesting GSTIN does not own this IRN",
  "2146": "IRN could not be created at this time",
  "2147": "Invoice could not be signed at this time",
  "2148": "No data held at this portal for the IRN",
  "2150": "Duplicate IRN",
  "2154": "No IRN for these document details",
  "2169": "Requesting GSTIN is neither the supplier nor the e-commerce operator of the document",
  "2226": "Requesting GSTIN is not a party to this IRN",
  "2230": "IRN with an active e-way bill can not be cancelled",
  "2255": "Decrypted payload is empty",
  "2270": "IRN can be cancelled within 24 hours only",
  "2278": "An IRN was given to this document and cancelled; the number can not be used again",
  "2280": "Document type is invalid",
  "2281": "Document number is invalid",
  "2283": "IRN is too old to be served",
  "2293": "Date is not in the form dd/MM/yyyy",
  "2295": "The document is already registered at another IRP",
  "2296": "No data",
  "2306": "The supplier has not allowed the recipient to download this IRN",
  "2307": "Date is in the future",
  "3001": "No data for the GSTIN",
  "3095": "Client id is suspended for its many failing requests",
  "3096": "User is suspended for its many failing requests",
  "3098": "irp header is invalid: NIC1 or NIC2",
  "3108": "Quota of the operation is used up",
  "4000": "E-way bill not possible: the IRN is not active",
  "4001": "E-way bill could not be generated",
  "4002": "E-way bill is already generated for this IRN",
  "4003": "No data held at this portal for the IRN",
  "4005": "E-way bill is not generated for this IRN",
  "4037": "Requesting GSTIN may not see this e-way bill",
  "5001": "Application error",
  "5002": "Request payload is not acceptable",
  "5003": "Data is missing or empty",
  "9999": "Invoice is not active",
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

/** Any code, also one that the sandbox has no reason of its own for. */
export function faultNumbered(code: string): Fault {
  return {
    ErrorCode: code,
    ErrorMessage: Object.hasOwn(TEXTS, code) ? TEXTS[code as NicCode] : `Code ${code}, as asked for`,
  };
}
