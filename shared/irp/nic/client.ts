import * as z from "zod";
import { registrable } from "../../invoice/registrable.ts";
import { certaintyOf } from "../codes.ts";
import type { Answer, Irp, IrpCall, IrpError, SignedDocument } from "../irp.ts";
import { encrypt } from "./crypto.ts";
import { Envelope, openData } from "./envelope.ts";
import { LoginRefused, type Session, type SessionDeps, sessions } from "./session.ts";
import { NotSent, type WireRequest } from "./wire.ts";

const Registered = z.looseObject({
  Irn: z.string(),
  Status: z.enum(["ACT", "CNL", "REJ"]),
  SignedInvoice: z.string(),
  SignedQRCode: z.string(),
});

const TOKEN_REJECTED = "1005";

/** The NIC protocol: sessions, encrypted payloads, and answers that say what is certain. */
export function nicIrp(deps: SessionDeps): Pick<Irp, "generate" | "byIrn" | "byDocument"> {
  const session = sessions(deps);

  /** The session first: a login that fails has certainly not sent the call. A rejected token is replaced once. */
  async function call(
    to: IrpCall,
    request: Omit<WireRequest, "headers">,
    again = true,
  ): Promise<Answer<SignedDocument>> {
    const opened = await session.get(to.portal, to.gstin).catch(loginFailure);
    if ("is" in opened) return opened;
    if (!to.mayStillSend()) return failure("not-sent", "no time was left to wait for an answer");
    const answer = await exchange(deps, to, opened, request);
    if (answer.is !== "not-sent" || !answer.errors.some(({ code }) => code === TOKEN_REJECTED)) return answer;
    await session.drop(to.gstin, opened);
    return again ? call(to, request, false) : answer;
  }

  return {
    generate: (to, invoice) =>
      call(to, { kind: "register", method: "POST", path: "/eicore/v1.03/Invoice", body: registrable(invoice) }),
    byIrn: (to, irn) =>
      call(to, { kind: "look-up", method: "GET", path: `/eicore/v1.03/Invoice/irn/${encodeURIComponent(irn)}` }),
    byDocument(to, { docType, docNo, docDate }) {
      const query = new URLSearchParams({ doctype: docType, docnum: docNo, docdate: docDate });
      return call(to, { kind: "look-up", method: "GET", path: `/eicore/v1.03/Invoice/irnbydocdetails?${query}` });
    },
  };
}

function loginFailure(error: unknown): Failure<"not-sent"> & { readonly retryAt?: Date } {
  // The login itself may have happened; the call it was for has not.
  const reason = error instanceof Error ? error.message : "login failed";
  if (!(error instanceof LoginRefused)) return failure("not-sent", reason);
  const { errors, retryAt } = error;
  return { ...failure("not-sent", reason, errors), ...(retryAt ? { retryAt } : {}) };
}

type Failure<Is> = { readonly is: Is; readonly errors: readonly IrpError[]; readonly reason: string };

function failure<Is extends "not-sent" | "unknown">(
  is: Is,
  reason: string,
  errors: readonly IrpError[] = [],
): Failure<Is> {
  return { is, errors, reason };
}

async function exchange(
  deps: SessionDeps,
  to: IrpCall,
  { userName, authToken, sek }: Session,
  request: Omit<WireRequest, "headers">,
): Promise<Answer<SignedDocument>> {
  const headers = { Gstin: to.gstin, user_name: userName, AuthToken: authToken };
  const body = request.body === undefined ? {} : { body: { Data: encrypt(sek, JSON.stringify(request.body)) } };
  try {
    return readAnswer(sek, await deps.send(to.portal, { ...request, ...body, headers }));
  } catch (error) {
    if (error instanceof NotSent) return failure("not-sent", error.message);
    return failure("unknown", error instanceof Error ? error.message : "unreadable answer");
  }
}

function readAnswer(sek: Buffer, body: unknown): Answer<SignedDocument> {
  const { Status, Data, ErrorDetails } = Envelope.parse(body);
  if (Status === 1) return { is: "ok", value: signedDocument(openData(sek, Data)) };
  const codes = ErrorDetails.map(({ code }) => code);
  const certainty = certaintyOf(codes);
  if (certainty === "refused") return { is: "refused", errors: ErrorDetails };
  return failure(certainty, `the portal answered ${codes.join(", ") || "without a code"}`, ErrorDetails);
}

function signedDocument(data: unknown): SignedDocument {
  const { Irn, Status, SignedInvoice, SignedQRCode } = Registered.parse(data);
  return { irn: Irn, status: Status, signedInvoice: SignedInvoice, signedQrCode: SignedQRCode };
}
