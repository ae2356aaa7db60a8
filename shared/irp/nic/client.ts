import * as z from "zod";
import { certaintyOf, needsToken, pauseSeconds } from "../codes.ts";
import type { Answer, Irp, IrpCall, IrpError } from "../irp.ts";
import { readExisting } from "./answers.ts";
import {
  documentByIrn,
  documentByNumber,
  type Endpoint,
  ewayBillByIrn,
  ewayBillCancellation,
  irnCancellation,
  newEwayBill,
  registration,
  rejectedIrns,
  syncedTaxpayer,
  taxpayerDetails,
} from "./endpoints.ts";
import { type OpenedAnswer, openData, sealData } from "./envelope.ts";
import { LoginRefused, type Session, type SessionDeps, sessions } from "./session.ts";
import { NotSent } from "./wire.ts";

/**
 * The NIC protocol: sessions, encrypted payloads, and answers that say what is certain. A look-up that fails has changed
 * nothing whatever its answer; its words are the same, and `unknown` then means that it told nothing.
 */
export function nicIrp(deps: SessionDeps): Irp {
  const session = sessions(deps);

  /** The session first: a login that fails has certainly not sent the call. A rejected token is replaced once. */
  async function ask<T>(to: IrpCall, endpoint: Endpoint<T>, again = true): Promise<Answer<T>> {
    const opened = await session
      .get(portalOf(to, endpoint), to.gstin)
      .catch((error: unknown) => loginFailure(deps.now(), error));
    if ("is" in opened) return opened;
    if (!to.mayStillSend()) return failure("not-sent", "no time was left to wait for an answer");
    const answer = await seenExchange(deps, to, opened, endpoint);
    if (answer.is !== "not-sent" || !needsToken(answer.errors)) return answer;
    // The answer stands, whatever becomes of the token.
    await session.drop(to.gstin, opened).catch(() => undefined);
    return again ? ask(to, endpoint, false) : answer;
  }

  return {
    generate: async (to, invoice) => ask(to, registration(invoice)),
    byIrn: async (to, irn) => ask(to, documentByIrn(irn)),
    byDocument: async (to, number) => ask(to, documentByNumber(number)),
    cancel: async (to, irn, cancellation) => ask(to, irnCancellation(irn, cancellation)),
    rejected: async (to, date) => noneWithoutData(await ask(to, rejectedIrns(date))),
    makeEwayBill: async (to, irn, request) => ask(to, newEwayBill(irn, request)),
    ewayBillOf: async (to, irn) => ask(to, ewayBillByIrn(irn)),
    cancelEwayBill: async (to, ewbNo, cancellation) => ask(to, ewayBillCancellation(ewbNo, cancellation)),
    taxpayer: async (to, gstin) => ask(to, taxpayerDetails(gstin)),
    syncTaxpayer: async (to, gstin) => ask(to, syncedTaxpayer(gstin)),
  };
}

function portalOf({ portal, via }: IrpCall, { servesOthers }: Endpoint<unknown>): string {
  return servesOthers ? (via ?? portal) : portal;
}

/** Of a day without rejections the portals say "no data". */
function noneWithoutData(answer: Answer<readonly string[]>): Answer<readonly string[]> {
  const isNone = answer.is === "refused" && answer.errors.every(({ code }) => code === "2296");
  return isNone ? { is: "ok", value: [] } : answer;
}

/** The login itself may have happened; the call it was for has not. */
function loginFailure(now: Date, error: unknown): NothingSent {
  if (!(error instanceof LoginRefused)) return nothingSent(now, error, "login failed");
  const { message, errors, retryAt, needsUser } = error;
  return { ...failure("not-sent", message, errors), ...(retryAt && { retryAt }), ...(needsUser && { needsUser }) };
}

function nothingSent(now: Date, error: unknown, otherwise: string): NothingSent {
  const ms = error instanceof NotSent ? error.retryAfterMs : undefined;
  const retryAt = ms === undefined ? {} : { retryAt: new Date(now.getTime() + ms) };
  return { ...failure("not-sent", reasonOf(error, otherwise)), ...retryAt };
}

type Failure<Is> = { readonly is: Is; readonly errors: readonly IrpError[]; readonly reason: string };
type NothingSent = Extract<Answer<never>, { is: "not-sent" }>;

function failure<Is extends "not-sent" | "unknown">(
  is: Is,
  reason: string,
  errors: readonly IrpError[] = [],
): Failure<Is> {
  return { is, errors, reason };
}

async function seenExchange<T>(
  deps: SessionDeps,
  to: IrpCall,
  session: Session,
  endpoint: Endpoint<T>,
): Promise<Answer<T>> {
  const startedAt = deps.now().getTime();
  const answer = await exchange(deps, to, session, endpoint);
  const { gstin, about } = to;
  const { method, path } = endpoint;
  const tookMs = deps.now().getTime() - startedAt;
  deps.seen({ gstin, ...(about && { about }), portal: portalOf(to, endpoint), method, path, answer, tookMs });
  return answer;
}

async function exchange<T>(
  deps: SessionDeps,
  to: IrpCall,
  session: Session,
  endpoint: Endpoint<T>,
): Promise<Answer<T>> {
  const { kind, method, path, body, dialect } = endpoint;
  const asked = portalOf(to, endpoint);
  const headers = {
    Gstin: to.gstin,
    ...dialect.headers(session),
    ...(to.supplier !== undefined && { sup_gstin: to.supplier }),
    ...(asked !== to.portal && { irp: to.portal }),
  };
  const wrapped = body && { body: dialect.wrap(sealData(session.sek, body)) };
  try {
    const reply = await deps.send(asked, { kind, method, path, headers, ...wrapped });
    return conclude(deps.now(), session, endpoint, dialect.open(reply));
  } catch (error) {
    if (error instanceof NotSent) return nothingSent(deps.now(), error, error.name);
    return failure("unknown", reasonOf(error, "unreadable answer"));
  }
}

/** The members that were missing or wrong; a JSON parser's own words would quote what it was given. */
function reasonOf(error: unknown, otherwise: string): string {
  if (error instanceof z.ZodError) {
    const members = new Set(error.issues.map(({ path }) => path.join(".")));
    return `unreadable answer: ${[...members].join(", ")}`;
  }
  return error instanceof Error && !(error instanceof SyntaxError) ? error.message : otherwise;
}

function conclude<T>(
  now: Date,
  { sek }: Session,
  { dialect, read }: Endpoint<T>,
  { isSuccess, data, errors, infos }: OpenedAnswer,
): Answer<T> {
  const isEmpty = data === undefined || data === null || data === "";
  if (isSuccess) return { is: "ok", value: read(isEmpty ? null : openData(sek, data), infos) };
  const codes = errors.map(({ code }) => code);
  const certainty = certaintyOf(codes, dialect.source);
  if (certainty === "refused") return { is: "refused", errors };
  const reason = `the portal answered ${codes.join(", ") || "without a code"}`;
  if (certainty === "not-sent") return { ...failure("not-sent", reason, errors), ...retryAt(now, errors) };
  const existing = readExisting(infos);
  return { ...failure("unknown", reason, errors), ...(existing && { existing }) };
}

function retryAt(now: Date, errors: readonly IrpError[]): { readonly retryAt?: Date } {
  const seconds = pauseSeconds(errors);
  return seconds === 0 ? {} : { retryAt: new Date(now.getTime() + seconds * 1000) };
}
