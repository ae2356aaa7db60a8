import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { registrable } from "../../shared/invoice/registrable.ts";
import type { Answer, Irp, IrpCall, IrpError, SignedDocument } from "../../shared/irp/irp.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { type VerifiedDocument, verifyDocument } from "../../shared/irp/verify.ts";
import { toPortalTime } from "../../shared/ist.ts";

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
  | { readonly is: "not-sent"; readonly errors?: readonly IrpError[] }
  /** The answer is lost; whether the document was registered is up to the script. */
  | { readonly is: "unknown"; readonly committed?: boolean }
);

export interface FakeIrp {
  readonly irp: Pick<Irp, "generate">;
  /** Accepts what the portal signed, by the same checks as in production. */
  readonly verify: (document: SignedDocument) => Promise<VerifiedDocument>;
  readonly calls: { readonly call: IrpCall; readonly invoice: Invoice }[];
  /** What the portals hold, by IRN: never more than one of each. */
  readonly registry: ReadonlyMap<string, SignedDocument>;
  /** The next calls follow these steps, those after them succeed. */
  will(...steps: Step[]): void;
}

/** A portal that follows a script, registers each IRN once and signs with a real key. */
export function fakeIrp(now: () => Date): FakeIrp {
  const script: Step[] = [];
  const calls: { call: IrpCall; invoice: Invoice }[] = [];
  const registry = new Map<string, SignedDocument>();
  const keys = portalKeys(
    async () => ({ keys: [PORTAL.jwk] }),
    async () => ({}),
  );

  /** The registration, or the portals' word for a number that is taken, which says nothing of by whom. */
  function register(sent: Invoice, step: Extract<Step, { is: "ok" }>): Answer<SignedDocument> {
    const ackNo = 112610000000001 + registry.size;
    const document = step.registers?.(sent) ?? sent;
    const ack = { irn: step.irn ?? irnOfInvoice(document), ackNo, at: now() };
    const signed = signedCopies(document, ack, step.signedBy ? STRANGER : PORTAL);
    if (registry.has(signed.irn))
      return { is: "unknown", errors: [{ code: "2150", message: "Duplicate IRN" }], reason: "Duplicate IRN" };
    registry.set(signed.irn, signed);
    return { is: "ok", value: signed };
  }

  function answer(sent: Invoice, step: Step): Answer<SignedDocument> {
    if (step.is === "ok") return register(sent, step);
    if (step.is === "refused") return { is: "refused", errors: step.errors };
    if (step.is === "not-sent") return { is: "not-sent", errors: step.errors ?? [], reason: "connection refused" };
    if (step.committed) register(sent, { is: "ok" });
    return { is: "unknown", errors: [], reason: "time-out" };
  }

  return {
    calls,
    registry,
    will: (...steps) => void script.push(...steps),
    verify: (document) => verifyDocument(keys, document),
    irp: {
      async generate(call, invoice) {
        if (!call.mayStillSend()) return { is: "not-sent", errors: [], reason: "no time left" };
        calls.push({ call, invoice: structuredClone(invoice) });
        const step = script.shift() ?? { is: "ok" };
        await step.meanwhile?.();
        return answer(invoice, step);
      },
    },
  };
}

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
