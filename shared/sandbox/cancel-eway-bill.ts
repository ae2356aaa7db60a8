import * as z from "zod";
import { toIstTimestamp } from "../ist.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { fault, type NicCode } from "./codes.ts";
import { noteOfEwayBill } from "./eway-bill.ts";
import { readJson } from "./json-text.ts";
import { readFields } from "./read-fields.ts";
import { changed, type EwayBill, type Registration } from "./registration.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

const WINDOW_MS = 24 * 60 * 60_000;

/** `ewayapi` spells its members in its own way, and its one action here is CANEWB. */
const Call = z.object({ action: z.literal("CANEWB"), data: z.string().nullish() });

/** Reasons: 1 duplicate, 2 order cancelled, 3 data-entry mistake, 4 others. Not the order of those for IRNs. */
const Cancellation = z.object({
  ewbNo: z.coerce.number().int().positive(),
  cancelRsnCode: z.coerce.number().int().min(1).max(4),
  cancelRmrk: z.string().min(1).max(50),
});

/** `POST /ewaybillapi/v1.03/ewayapi` */
export async function cancelEwayBill(deps: SandboxDeps, request: SessionRequest): Promise<Answer> {
  const called = Call.safeParse(readJson(request.body));
  if (!called.success) return refuse([fault("5001")]);
  const body = JSON.stringify({ Data: called.data.data });
  const read = readFields({ ...request, body }, Cancellation);
  if ("faults" in read) return refuse(read.faults.map(({ ErrorMessage }) => fault(codeOf(ErrorMessage))));
  return cancel(deps, request, read.fields.ewbNo);
}

function codeOf(message: string): NicCode {
  if (message.includes("cancelRsnCode")) return "307";
  if (message.includes("cancelRmrk")) return "308";
  return message.includes("ewbNo") ? "312" : "5001";
}

async function cancel(deps: SandboxDeps, request: SessionRequest, ewbNo: number): Promise<Answer> {
  const irn = await deps.store.findNote(noteOfEwayBill(ewbNo));
  const registration = irn === undefined ? undefined : await deps.store.findRegistration(irn);
  const bill = registration?.ewayBill;
  if (registration === undefined || bill?.no !== ewbNo) return refuse([fault("312")]);
  const refusedWith = refusalOf(registration, bill, request);
  if (refusedWith !== undefined) return refuse([fault(refusedWith)]);

  const ewayBill = { ...bill, cancelledAt: request.at.toISOString() };
  const next = changed(registration, deps.randomBytes, { ewayBill });
  if (!(await deps.store.changeRegistration(next))) return cancel(deps, request, ewbNo);
  return succeed({ ewayBillNo: String(ewbNo), cancelDate: twelveHourTime(request.at) });
}

function refusalOf({ portal: holder }: Registration, bill: EwayBill, { portal, session, at }: SessionRequest) {
  const elsewhere = { NIC1: "444", NIC2: "445" } as const;
  if (bill.by !== session.gstin || bill.cancelledAt !== undefined) return "312" satisfies NicCode;
  if (holder !== portal) return elsewhere[holder] satisfies NicCode;
  return at.getTime() - Date.parse(bill.madeAt) > WINDOW_MS ? ("315" satisfies NicCode) : undefined;
}

/** `20/09/2022 12:10:00 PM`, in India. */
function twelveHourTime(at: Date): string {
  const [, year, month, day, hour, rest] = /^(\d+)-(\d+)-(\d+)T(\d+)(:\d+:\d+)/.exec(toIstTimestamp(at)) ?? [];
  const hours = String(Number(hour) % 12 || 12).padStart(2, "0");
  return `${day}/${month}/${year} ${hours}${rest} ${Number(hour) < 12 ? "AM" : "PM"}`;
}
