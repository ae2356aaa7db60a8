import { catalogue } from "../../event/catalogue.ts";

/** The same supplier, document and request throughout the reference, so that its examples can be followed from call to call. */
export const IRN = "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe";
export const GSTIN = "27AAAZA0001A1ZM";
export const EWB_NO = "181000000001";
export const RID = "3q2-7wEBAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs.Vb1kQ2t6TfOMW9ZJ3nYpXA";
export const ENDPOINT_ID = "we_2f1c";
const DELIVERY_ID = "dlv_irn-generated-35054cc2-we_2f1c";

const ACK_DT = "2026-08-18T14:30:00+05:30";
const AS_OF = "2026-08-18T16:30:00+05:30";
const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoi4oCmIn0.c2lnbmF0dXJl";
const mode = "test";

const address = { Addr1: "1 Example Road", Loc: "Pune", Pin: 411001, Stcd: "27" };
const BuyerDtls = { Gstin: "27AAAZB0002B1ZI", LglNm: "Example Buyer LLP", ...address, Pos: "27" };

export const invoice = {
  Version: "1.1",
  TranDtls: { TaxSch: "GST", SupTyp: "B2B" },
  DocDtls: { Typ: "INV", No: "A/1", Dt: "18/08/2026" },
  SellerDtls: { Gstin: GSTIN, LglNm: "Example Seller Pvt Ltd", ...address },
  BuyerDtls,
  ItemList: [
    {
      ...{ SlNo: "1", PrdDesc: "Laptop", IsServc: "N", HsnCd: "84713010", Qty: 1, Unit: "NOS" },
      ...{ UnitPrice: 50000, TotAmt: 50000, AssAmt: 50000, GstRt: 18, CgstAmt: 4500, SgstAmt: 4500, TotItemVal: 59000 },
    },
  ],
  ValDtls: { AssVal: 50000, CgstVal: 4500, SgstVal: 4500, TotInvVal: 59000 },
};

export const transport = { Distance: 0, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" };

/** Goods that go to another town, with the e-way bill for the way there. */
export const invoiceWithBill = {
  ...invoice,
  BuyerDtls: { ...BuyerDtls, Loc: "Mumbai", Pin: 400001 },
  EwbDtls: transport,
};

export const creditNote = {
  ...invoice,
  DocDtls: { Typ: "CRN", No: "C/1", Dt: "20/08/2026" },
  RefDtls: { PrecDocDtls: [{ InvNo: "A/1", InvDt: "18/08/2026" }] },
};

export const registration = {
  ...{ irn: IRN, ackNo: "112610000000001", ackDt: ACK_DT, status: "ACT", mode },
  ...{ signedInvoice: JWT, signedQrCode: JWT, links: { self: `/irn/${IRN}` } },
};
export const noteRegistration = {
  ...registration,
  ...{ irn: IRN.replace("35", "c1"), links: { self: `/irn/${IRN.replace("35", "c1")}`, originals: [`/irn/${IRN}`] } },
};

export const accepted = {
  ...{ id: RID, state: "queued", startsAt: "2026-08-18T14:31:20+05:30" },
  links: { self: `/requests/${RID}` },
};

export const reasons = { reason: "data_entry_mistake", remarks: "Wrong buyer" };
const ended = { cancelledAt: "2026-08-18T16:05:00+05:30", ...reasons };
const made = { ewbNo: EWB_NO, ewbDt: ACK_DT, validTill: "2026-08-19T23:59:00+05:30", distanceKm: 148 };
const billLinks = { self: `/irn/${IRN}/ewb`, document: `/irn/${IRN}` };

export const cancelled = { irn: IRN, status: "CNL", ...ended, mode, links: { self: `/irn/${IRN}` } };
export const newBill = { irn: IRN, status: "ACT", ...made, mode, links: billLinks };
export const billNow = { ...newBill, asOf: AS_OF };
export const cancelledBill = { irn: IRN, ewbNo: EWB_NO, status: "CNL", ...ended, mode, links: billLinks };

export const documentNow = { ...registration, ewb: { status: "ACT", ...made }, asOf: AS_OF };
export const documentList = {
  documents: [
    {
      ...{ irn: IRN, docType: "INV", docNo: "A/1", docDate: "2026-08-18", buyerGstin: BuyerDtls.Gstin, total: 59000 },
      ...{ ackNo: "112610000000001", ackDt: ACK_DT, status: "ACT", ewbNo: EWB_NO, links: { self: `/irn/${IRN}` } },
    },
  ],
  ...{ mode, asOf: AS_OF },
  next: "/documents?from=2026-08-01&to=2026-08-31&limit=1&cursor=eyJ2IjoxfQ",
};

export const requestNow = {
  ...{ id: RID, operation: "register", state: "done", irn: IRN },
  ...{ createdAt: "2026-08-18T14:29:58+05:30", finishedAt: "2026-08-18T14:30:01+05:30" },
  ...{ links: { self: `/requests/${RID}` }, status: 201, result: registration },
};
const { result: _, ...requestInShort } = requestNow;
export const requestList = { requests: [requestInShort] };

export const rateLimit = {
  gstin: GSTIN,
  policy: { calls: 60, perSeconds: 60, burst: 20, reserve: 5 },
  ...{ remaining: 18, resetSeconds: 2, queue: { waiting: 0, nextStartsAt: AS_OF } },
};

export const taxpayer = {
  ...{ gstin: BuyerDtls.Gstin, legalName: "Example Buyer LLP", tradeName: "Example Buyer", type: "REG", status: "ACT" },
  ...{ ewayBillBlocked: false, stateCode: "27", pin: "411001", address: "1 Example Road, Pune" },
  ...{ registeredOn: "2017-07-01", asOf: AS_OF, mode },
};

export const endpoint = {
  ...{ id: ENDPOINT_ID, url: "https://erp.example.com/einvoice", events: ["irn.generated", "irn.cancelled"] },
  ...{ description: "ERP", status: "enabled", createdAt: ACK_DT, mode },
  links: { self: `/webhooks/${ENDPOINT_ID}`, deliveries: `/deliveries?endpoint=${ENDPOINT_ID}` },
};
/** Made up: base64 of the word itself. */
export const newEndpoint = {
  ...endpoint,
  secret: `whsec_${Buffer.from("an example, never a secret").toString("base64")}`,
};
export const rotatedEndpoint = { ...newEndpoint, previousSecretUntil: "2026-08-19T14:30:00+05:30" };
export const disabledEndpoint = { ...endpoint, status: "disabled", disabledReason: "by_owner", disabledAt: AS_OF };

const { example: generated } = catalogue["irn.generated"];
export const event = { id: `irn-generated-${IRN}`, type: "irn.generated", timestamp: ACK_DT, data: generated };
export const eventList = { events: [event], more: false, next: "/events?limit=20&cursor=eyJ2IjoxfQ" };
export const testSent = {
  event: {
    ...{ id: `endpoint-test-${ENDPOINT_ID}-1`, type: "endpoint.test", timestamp: AS_OF },
    data: catalogue["endpoint.test"].example,
  },
  links: { deliveries: endpoint.links.deliveries },
};
export const recovered = { opened: 3, more: false, links: { deliveries: endpoint.links.deliveries } };

const deliveryInShort = {
  ...{ id: DELIVERY_ID, endpointId: ENDPOINT_ID, state: "delivered" },
  event: { id: event.id, type: event.type, timestamp: ACK_DT },
  ...{ createdAt: ACK_DT, attemptCount: 1, lastStatus: 200 },
  links: { self: `/deliveries/${DELIVERY_ID}`, endpoint: `/webhooks/${ENDPOINT_ID}` },
};
export const deliveryList = { deliveries: [deliveryInShort] };
export const delivery = {
  ...deliveryInShort,
  attempts: [{ n: 1, at: "2026-08-18T09:00:01.120Z", status: 200, latencyMs: 84, answer: "ok" }],
};
const { lastStatus: __, ...deliveryBegun } = deliveryInShort;
export const replayed = {
  ...deliveryBegun,
  ...{ id: `${DELIVERY_ID}-r1`, state: "pending", attemptCount: 0, replayOf: DELIVERY_ID, attempts: [] },
  links: { self: `/deliveries/${DELIVERY_ID}-r1`, endpoint: `/webhooks/${ENDPOINT_ID}` },
};

export const validation = {
  valid: false,
  findings: [
    {
      ...{ code: "A-11", irpCode: "2189", severity: "error", path: "ValDtls.TotInvVal" },
      message: "the invoice total is 1, and its parts make 59000",
    },
  ],
  patch: [{ op: "replace", path: "/ValDtls/TotInvVal", value: 59000 }],
};

const asked = {
  ...{ clientId: "test_client", method: "POST", route: "POST /irn", path: "/irn", requestId: "Yp1uYgAAhcwEJ2w=" },
};
const trail = [
  {
    ...{ id: "5f0c2c1e", at: "2026-08-18T14:30:00.012+05:30", kind: "intent", ...asked, rid: RID, irn: IRN },
    ...{ op: "register", flow: "direct", fp: IRN.replace("3", "f"), docFp: IRN.replace("3", "d") },
  },
  {
    ...{ id: "9a1b7d40", at: "2026-08-18T14:30:00.245+05:30", kind: "upstream", rid: RID, irn: IRN, portal: "NIC1" },
    ...{ call: "POST /eicore/v1.03/Invoice", answer: "ok", irpCodes: [], tookMs: 210 },
  },
  {
    ...{ id: "c44d90aa", at: "2026-08-18T14:30:00.251+05:30", kind: "outcome", rid: RID, irn: IRN },
    ...{ op: "register", status: 201 },
  },
];
export const auditPage = { records: trail, next: "/audit?from=…&to=…&limit=3&cursor=eyJ2IjoxfQ" };
export const evidence = {
  document: registration,
  registration: { requestId: RID, portal: "NIC1", fingerprint: IRN.replace("3", "d") },
  trail,
  verification: {
    checkedAt: AS_OF,
    signedInvoice: { isGenuine: true, issuer: "NIC", keyId: "1", isOfThisIrn: true, isAsAccepted: true },
    signedQrCode: { isGenuine: true, issuer: "NIC", keyId: "1", isOfThisIrn: true },
  },
  asOf: AS_OF,
};
