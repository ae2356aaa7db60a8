import type { Document } from "../../../shared/document/document.ts";
import {
  type FindRejectedDeps,
  findRejected,
  type Round,
  type RoundFailure,
} from "../../../shared/document/find-rejected.ts";
import type { Answer, Irp, IrpCall } from "../../../shared/irp/irp.ts";
import { fresh } from "../../fakes/a-request.ts";
import { memoryBus } from "../../fakes/memory-bus.ts";
import { memoryIrpUserStore } from "../../fakes/memory-irp-user-store.ts";
import { memoryStores } from "../../fakes/memory-stores.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

export const GSTIN = "27AAAZA0001A1ZM";
export const OTHER = "29AAAZA0001A1ZI";
const MINUTE_MS = 60_000;

type List = Answer<readonly string[]>;

/** A registered document of the day before the first round, at NIC1. */
export function aDocument(changes: Partial<Document> = {}): Document {
  const reg = { rid: "rid", docFp: "doc-fp", portal: "NIC1", ackNo: "1", ackDt: "2026-08-18T14:30:00+05:30" };
  const about = { docType: "INV", docNo: "A/1", docDate: "2026-08-17", buyerGstin: "URP", total: 1180 };
  return { v: 1, irn: fresh(), ownerGstin: GSTIN, reg, about, status: "ACT", seq: 1, ...changes };
}

/**
 * One account and portals whose lists a test writes, at half past three in the morning of 19 August in India. `run` is a
 * round with so many minutes.
 */
export async function aRound({ gstins = [GSTIN], start = "2026-08-18T22:00:00Z" } = {}) {
  const clock = virtualClock(start);
  const stores = memoryStores();
  const bus = memoryBus();
  const users = memoryIrpUserStore();
  for (const gstin of gstins) await users.save(gstin, { userName: "API_user", password: "secret" });
  const lists = new Map<string, List>();
  const asked: { readonly call: IrpCall; readonly day: string }[] = [];
  const failures: RoundFailure[] = [];

  async function rejected(call: IrpCall, day: string): Promise<List> {
    asked.push({ call, day });
    const { gstin, portal } = call;
    const written = lists.get(`${gstin} ${portal} ${day}`) ?? lists.get(`${gstin} ${portal}`) ?? lists.get(gstin);
    return written ?? { is: "ok", value: [] };
  }

  const irp: Pick<Irp, "rejected"> = { rejected };
  const deps: FindRejectedDeps = {
    ...{ users, bus, irp, portals: ["NIC1", "NIC2"], mode: "test", callTimeoutMs: 8_000, newId: fresh },
    ...{ documents: stores.documents, events: stores.events, now: clock.now, sleep: clock.sleep },
    onFailure: (failure) => failures.push(failure),
  };

  return {
    ...{ clock, bus, users, lists, asked, failures, deps, irp, ...stores },
    /** The documents are known, and the portal that registered each lists it under this day. */
    rejects(documents: readonly Document[], day = "18/08/2026") {
      for (const document of documents) {
        stores.rows.documents.set(document.irn, structuredClone(document));
        const key = `${document.ownerGstin} ${document.reg?.portal} ${day}`;
        const before = lists.get(key);
        const irns = before?.is === "ok" ? before.value : [];
        lists.set(key, { is: "ok", value: [...irns, document.irn] });
      }
    },
    run(changes: Partial<FindRejectedDeps> = {}, minutes = 13): Promise<Round> {
      const until = new Date(clock.now().getTime() + minutes * MINUTE_MS);
      return findRejected({ ...deps, ...changes }, until);
    },
    nextDay: () => clock.advance(24 * 60 * MINUTE_MS),
    stored: (irn: string) => stores.rows.documents.get(irn),
    told: () => [...stores.rows.events.values()].map(({ event }) => event),
  };
}
