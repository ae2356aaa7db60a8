import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { registrable } from "../../shared/invoice/registrable.ts";
import type {
  Answer,
  Cancelled,
  DocumentNumber,
  EwayBill,
  Irp,
  IrpCall,
  IrpError,
  SignedDocument,
  Taxpayer,
} from "../../shared/irp/irp.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { openSigned, type SignedContent, type VerifiedDocument, verifyDocument } from "../../shared/irp/verify.ts";
import { toIstTimestamp, toPortalTime } from "../../shared/ist.ts";

/** RSA keys take long to make: one pair is the portal's, the other a stranger's. */
const [PORTAL, STRANGER] = [newPair(), newPair()];

/** What the portal does with the next call. `meanwhile` runs when the call has arrived and is not answered yet. */
export type Step = { readonly meanwhile?: () => void | Promise<void> } & (
  | {
      readonly is: "ok";
      readonly registers?: (sent: Invoice) => Invoice;
      /** Registered under another IRN than the document has. */
      readonly irn?: string;
      readonly signedBy?: "stranger";
    }
  | { readonly is: "refused"; readonly errors: readonly IrpError[] }
  | {
      readonly is: "not-sent";
      readonly errors?: readonly IrpError[];
      readonly retryAt?: Date;
      readonly needsUser?: true;
    }
  /** The answer is lost, or says what it says; whether the document was registered is up to the script. */
  | {
      readonly is: "unknown";
      readonly committed?: boolean;
      readonly errors?: readonly IrpError[];
      readonly irp?: string;
    }
);

/** What the portal does with the next change of a document. */
export type ChangeStep = { readonly meanwhile?: () => void | Promise<void> } & (
  | { readonly is: "ok" }
  | { readonly is: "refused"; readonly errors: readonly IrpError[] }
  | { readonly is: "not-sent"; readonly retryAt?: Date; readonly needsUser?: true }
  | { readonly is: "unknown"; readonly committed?: boolean }
);

/** What a portal answers to the next look-up in place of what it holds. */
export type LookStep =
  | { readonly is: "refused"; readonly errors: readonly IrpError[] }
  | { readonly is: "not-sent"; readonly retryAt: Date }
  | { readonly is: "unknown" };

export interface FakeIrp {
  readonly irp: Pick<
    Irp,
    "generate" | "byIrn" | "byDocument" | "syncTaxpayer" | "cancel" | "makeEwayBill" | "ewayBillOf" | "cancelEwayBill"
  >;
  /** Accepts what the portal signed, by the same checks as in production. */
  readonly verify: (document: SignedDocument) => Promise<VerifiedDocument>;
  readonly openSigned: (jwt: string) => Promise<SignedContent>;
  readonly calls: { readonly call: IrpCall; readonly invoice: Invoice }[];
  /** What the portals hold, by IRN: never more than one of each. */
  readonly registry: Map<string, SignedDocument>;
  /** Look-ups, as `NIC1 by document`. */
  readonly looks: string[];
  /** GSTINs that were synchronised. */
  readonly synced: string[];
  /** Registers a document for somebody else, at NIC1 unless told otherwise. */
  registers(invoice: Invoice, options?: { readonly portal?: string; readonly status?: SignedDocument["status"] }): void;
  /** E-way bills by IRN: a document has one at a time. */
  readonly bills: Map<string, EwayBill>;
  /** Changes that arrived, as `NIC1 cancel`. */
  readonly changes: string[];
  /** The next changes follow these steps, those after them succeed. */
  willChange(...steps: ChangeStep[]): void;
  /** The next look-ups are answered with these. */
  willShow(...steps: LookStep[]): void;
  /** The next calls follow these steps, those after them succeed. */
  will(...steps: Step[]): void;
}

/** A portal that follows a script, registers each IRN once and signs with a real key. */
export function fakeIrp(now: () => Date): FakeIrp {
  const script: Step[] = [];
  const calls: { call: IrpCall; invoice: Invoice }[] = [];
  const registry = new Map<string, SignedDocument>();
  const holders = new Map<string, { readonly portal: string; readonly docDate: string }>();
  const looks: string[] = [];
  const synced: string[] = [];
  const lookScript: LookStep[] = [];
  const changeScript: ChangeStep[] = [];
  const changes: string[] = [];
  const bills = new Map<string, EwayBill>();
  let made = 0;
  const keys = portalKeys(
    async () => ({ keys: [PORTAL.jwk] }),
    async () => ({}),
  );

  /** The registration, or the portals' word for a number that is taken, which says nothing of by whom. */
  function register(portal: string, sent: Invoice, step: Extract<Step, { is: "ok" }>): Answer<SignedDocument> {
    const ackNo = 112610000000001 + registry.size;
    const document = step.registers?.(sent) ?? sent;
    const ack = { irn: step.irn ?? irnOfInvoice(document), ackNo, at: now() };
    const signed = signedCopies(document, ack, step.signedBy ? STRANGER : PORTAL);
    if (registry.has(signed.irn))
      return { is: "unknown", errors: [{ code: "2150", message: "Duplicate IRN" }], reason: "Duplicate IRN" };
    registry.set(signed.irn, signed);
    holders.set(signed.irn, { portal, docDate: document.DocDtls.Dt });
    return { is: "ok", value: signed };
  }

  function answer(portal: string, sent: Invoice, step: Step): Answer<SignedDocument> {
    if (step.is === "ok") return register(portal, sent, step);
    if (step.is === "refused") return { is: "refused", errors: step.errors };
    if (step.is === "not-sent") return { errors: [], reason: "connection refused", ...step };
    if (step.committed) register(portal, sent, { is: "ok" });
    const existing = step.irp === undefined ? {} : { existing: { irp: step.irp } };
    return { is: "unknown", errors: step.errors ?? [], reason: "time-out", ...existing };
  }

  /** A change of a document, as the portal makes it or the script has it. */
  async function change<T>(call: IrpCall, name: string, make: () => Answer<T>): Promise<Answer<T>> {
    if (!call.mayStillSend()) return { is: "not-sent", errors: [], reason: "no time left" };
    changes.push(`${call.portal} ${name}`);
    const step = changeScript.shift() ?? { is: "ok" };
    await step.meanwhile?.();
    if (step.is === "refused") return { is: "refused", errors: step.errors };
    if (step.is === "not-sent") return { errors: [], reason: "connection refused", ...step };
    if (step.is === "ok") return make();
    if (step.committed) make();
    return { is: "unknown", errors: [], reason: "time-out" };
  }

  function cancel(irn: string): Answer<Cancelled> {
    const signed = registry.get(irn);
    if (!signed) return refused("2148");
    if (signed.status !== "ACT") return refused("9999");
    if (bills.get(irn)?.status === "ACT") return refused("2230");
    registry.set(irn, { ...signed, status: "CNL" });
    return { is: "ok", value: { cancelledAt: toIstTimestamp(now()) } };
  }

  function makeBill(irn: string): Answer<EwayBill> {
    if (registry.get(irn)?.status !== "ACT") return refused("4000");
    if (bills.get(irn)?.status === "ACT")
      return { is: "unknown", errors: [{ code: "4002", message: "" }], reason: "there is one" };
    const madeAt = toIstTimestamp(now());
    const bill = { ewbNo: String(181000000001 + made++), madeAt, validTill: madeAt, status: "ACT" } as const;
    bills.set(irn, bill);
    const { status: _, ...told } = bill;
    return { is: "ok", value: { ...told, distanceKm: 12 } };
  }

  function cancelBill(ewbNo: string): Answer<Cancelled> {
    const [irn, bill] = [...bills].find(([, each]) => each.ewbNo === ewbNo) ?? [];
    if (irn === undefined || bill?.status !== "ACT") return refused("312");
    bills.set(irn, { ...bill, status: "CNL" });
    return { is: "ok", value: { cancelledAt: toIstTimestamp(now()) } };
  }

  /** By document the date counts too; a portal shows only what it holds itself. */
  function show(portal: string, irn: string, number?: DocumentNumber): Answer<SignedDocument> {
    looks.push(`${portal} by ${number ? "document" : "IRN"}`);
    const step = lookScript.shift();
    if (step?.is === "refused") return step;
    if (step?.is === "not-sent") return { ...step, errors: [], reason: "no slot" };
    if (step) return { is: "unknown", errors: [], reason: "time-out" };
    const holder = holders.get(irn);
    const signed = holder?.portal === portal && (number?.docDate ?? holder.docDate) === holder.docDate;
    const found = signed ? registry.get(irn) : undefined;
    return found
      ? { is: "ok", value: found }
      : { is: "refused", errors: [{ code: number ? "2154" : "2148", message: "" }] };
  }

  return {
    calls,
    registry,
    bills,
    changes,
    looks,
    synced,
    registers(invoice, { portal = "NIC1", status = "ACT" } = {}) {
      const answered = register(portal, invoice, { is: "ok" });
      if (answered.is === "ok") registry.set(answered.value.irn, { ...answered.value, status });
    },
    willChange: (...steps) => void changeScript.push(...steps),
    willShow: (...steps) => void lookScript.push(...steps),
    will: (...steps) => void script.push(...steps),
    verify: (document) => verifyDocument(keys, document),
    openSigned: (jwt) => openSigned(keys, jwt),
    irp: {
      async generate(call, invoice) {
        if (!call.mayStillSend()) return { is: "not-sent", errors: [], reason: "no time left" };
        calls.push({ call, invoice: structuredClone(invoice) });
        const step = script.shift() ?? { is: "ok" };
        await step.meanwhile?.();
        return answer(call.portal, invoice, step);
      },
      byIrn: async ({ portal }, irn) => show(portal, irn),
      byDocument: async ({ portal, gstin }, number) => show(portal, irnOf({ sellerGstin: gstin, ...number }), number),
      cancel: (call, irn) => change(call, "cancel", () => cancel(irn)),
      makeEwayBill: (call, irn) => change(call, "bill", () => makeBill(irn)),
      cancelEwayBill: (call, ewbNo) => change(call, "cancel bill", () => cancelBill(ewbNo)),
      async ewayBillOf({ portal }, irn) {
        looks.push(`${portal} bill`);
        const step = lookScript.shift();
        if (step?.is === "refused") return step;
        if (step?.is === "not-sent") return { ...step, errors: [], reason: "no slot" };
        if (step) return { is: "unknown", errors: [], reason: "time-out" };
        const bill = bills.get(irn);
        return bill ? { is: "ok", value: bill } : refused("4005");
      },
      async syncTaxpayer(_, gstin) {
        synced.push(gstin);
        return { is: "ok", value: { ...TAXPAYER, gstin } };
      },
    },
  };
}

function refused(code: string): { readonly is: "refused"; readonly errors: readonly IrpError[] } {
  return { is: "refused", errors: [{ code, message: `refused with ${code}` }] };
}

const TAXPAYER: Taxpayer = {
  gstin: "",
  legalName: "A",
  tradeName: "A",
  type: "REG",
  status: "ACT",
  ewayBillBlocked: false,
  stateCode: "27",
  address: "",
};

/** The signed copies gain members, and the number comes back in capitals. */
function signedCopies(
  invoice: Invoice,
  { irn, ackNo, at }: { readonly irn: string; readonly ackNo: number; readonly at: Date },
  pair: Pair,
): SignedDocument {
  const { Typ, No } = invoice.DocDtls;
  const DocDtls = { ...invoice.DocDtls, Typ: Typ.toUpperCase(), No: No.toUpperCase() };
  const ItemList = invoice.ItemList.map((item, ItemNo) => ({ ItemNo, ...item }));
  const acknowledged = { AckNo: ackNo, AckDt: toPortalTime(at), Irn: irn };
  const signedInvoice = jws(pair, { ...acknowledged, ...registrable(invoice), DocDtls, ItemList });
  return { irn, status: "ACT", signedInvoice, signedQrCode: jws(pair, { Irn: irn, DocNo: DocDtls.No }) };
}

function irnOfInvoice({ SellerDtls, DocDtls }: Invoice): string {
  return irnOf({ sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt });
}

type Pair = ReturnType<typeof newPair>;

function newPair() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { privateKey, jwk: { ...publicJwk(privateKey), kid: "portal", use: "sig", alg: "RS256" } };
}

function publicJwk(privateKey: KeyObject) {
  const { n = "", e = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return { kty: "RSA", n, e };
}

/** Both pairs carry the portal's `kid`: a forger would. */
function jws({ privateKey }: Pair, data: object): string {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${segment({ alg: "RS256", kid: "portal" })}.${segment({ data: JSON.stringify(data), iss: "NIC" })}`;
  return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}
