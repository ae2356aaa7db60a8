/** What a portal's error code makes certain about the call that got it. */
type Certainty = "refused" | "not-sent" | "unknown";

/**
 * The codes that do not simply mean "refused". Not done: the portal turned the call away before looking at the document.
 * Unknown: it failed while working on it, or says that the number is taken, and only a look-up tells by whom.
 */
const certainties: ReadonlyMap<string, Certainty> = new Map(
  Object.entries<Certainty>({
    "1004": "not-sent", // Gstin header missing
    "1005": "not-sent", // token rejected
    "1006": "not-sent", // user name missing
    "1008": "not-sent", // user name or password wrong
    "1010": "not-sent", // client id or secret wrong
    "1011": "not-sent", // client id missing
    "1012": "not-sent", // client secret missing
    "1014": "not-sent", // user inactive, or the GSTIN not enabled
    "1015": "not-sent", // token of another GSTIN
    "1017": "not-sent", // user name unknown
    "1018": "not-sent", // user of another client id
    "1019": "not-sent", // password wrong
    "3095": "not-sent", // client id suspended
    "3096": "not-sent", // GSTIN suspended
    "3108": "not-sent", // operation quota
    "3109": "not-sent", // operation quota
    _3109: "not-sent", // the same, as the official table spells it
    "4062": "not-sent", // operation quota
    GEN5005: "not-sent", // a GSP's quota
    "2139": "unknown", // creation failed
    "2140": "unknown", // validation failed
    "2146": "unknown", // IRN could not be created just now
    "2147": "unknown", // signing failed just now
    "2150": "unknown", // duplicate: ours or another's
    "2278": "unknown", // number of a cancelled IRN: ours or another's
    "2295": "unknown", // registered at another portal
    "5001": "unknown", // catch-all
    "5002": "unknown", // catch-all
  }),
);

/** Any other code is a GSP's or a gateway's, which may have lost the portal's answer. */
const PORTAL_CODE = /^\d{4}$/;

/** What a refusal with these codes makes certain: the least certain of them counts. */
export function certaintyOf(codes: readonly string[]): Certainty {
  const found = codes.map((code) => certainties.get(code) ?? (PORTAL_CODE.test(code) ? "refused" : "unknown"));
  if (codes.length === 0 || found.includes("unknown")) return "unknown";
  return found.includes("not-sent") ? "not-sent" : "refused";
}
