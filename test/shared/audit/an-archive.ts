import { type ArchiveAuditDeps, type ArchiveRound, archiveAudit } from "../../../shared/audit/archive-audit.ts";
import { type Batch, decodeBatch, encodeBatch, keyOf, placeOf } from "../../../shared/audit/chain.ts";
import type { AuditRecord } from "../../../shared/audit/record.ts";
import { type Verdict, verifyArchive } from "../../../shared/audit/verify-archive.ts";
import { toIstMilliseconds } from "../../../shared/ist.ts";
import { memoryArchive } from "../../fakes/memory-archive.ts";
import { memoryAuditChains, memoryAuditRows } from "../../fakes/memory-audit-chains.ts";
import { type AuditRows, memoryAuditLog } from "../../fakes/memory-audit-log.ts";
import { memoryIrpUserStore } from "../../fakes/memory-irp-user-store.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

export const GSTIN = "27AAAZA0001A1ZM";
export const OTHER = "29AAAZA0001A1ZI";
const SECOND_MS = 1000;

/** An audit trail and its archive, at noon of 18 August in India. The table, the objects and the heads may be spoiled. */
export async function anArchive({ gstins = [GSTIN] } = {}) {
  const clock = virtualClock("2026-08-18T06:30:00Z");
  const began = clock.now().getTime();
  const users = memoryIrpUserStore();
  for (const gstin of gstins) await users.save(gstin, { userName: "API_user", password: "secret" });
  const table: AuditRows = new Map();
  const log = memoryAuditLog(table);
  const expiries = new Map<string, unknown>();
  const trail = memoryAuditRows(table, expiries);
  const [archive, chains] = [memoryArchive(), memoryAuditChains()];
  const failures: { readonly gstin: string; readonly error: unknown }[] = [];
  const batchesSeen: number[] = [];
  const oddRows: string[] = [];
  const deps: ArchiveAuditDeps = {
    ...{ users, chains, trail, archive, settlesMs: 120_000, retentionMonths: 72, now: clock.now },
    onFailure: (failure) => failures.push(failure),
    onOddRow: ({ place }) => oddRows.push(place),
  };

  /** A record so many seconds after the beginning. */
  async function append(second: number, gstin = GSTIN, id = "a"): Promise<AuditRecord> {
    const record = aRecordAt(new Date(began + second * SECOND_MS), gstin, id);
    await log.append(record);
    return record;
  }

  return {
    ...{ clock, users, table, expiries, log, archive, chains, failures, oddRows, deps, append, batchesSeen },
    /** A round with so many minutes, at so many seconds after the beginning. */
    async round(second: number, { minutes = 4, changes = {} }: RoundOptions = {}): Promise<ArchiveRound> {
      await clock.sleep(Math.max(0, began + second * SECOND_MS - clock.now().getTime()));
      return archiveAudit({ ...deps, ...changes }, new Date(clock.now().getTime() + minutes * 60_000));
    },
    verify(gstin = GSTIN, wanted?: string, retentionMonths = 72): Promise<Verdict> {
      const onBatch = (_: string, n: number) => batchesSeen.push(n);
      return verifyArchive({ chains, trail, archive, retentionMonths, now: clock.now, onBatch }, gstin, wanted);
    },
    batch: (n: number, gstin = GSTIN): Batch => {
      const bytes = archive.objects.get(keyOf(gstin, n))?.bytes;
      const batch = bytes && decodeBatch(bytes);
      if (!batch) throw new Error(`there is no batch ${n}`);
      return batch;
    },
    /** Puts another in its place, as one could whom no lock stops. */
    replace(n: number, batch: Batch | undefined, gstin = GSTIN): void {
      const key = keyOf(gstin, n);
      if (batch) archive.objects.set(key, { bytes: encodeBatch(batch), keptUntil: new Date(0) });
      else archive.objects.delete(key);
    },
    rowKey: (record: Pick<AuditRecord, "at" | "id">, gstin = GSTIN) => `${gstin} ${placeOf(record)}`,
  };
}

interface RoundOptions {
  readonly minutes?: number;
  readonly changes?: Partial<ArchiveAuditDeps>;
}

export type AnArchive = Awaited<ReturnType<typeof anArchive>>;

/** Nine records in three batches of three: at 1 to 3, 301 to 303 and 601 to 603 seconds. */
export async function threeBatches(options: { gstins?: string[] } = {}) {
  const made = await anArchive(options);
  for (const minute of [0, 5, 10]) {
    for (const second of [1, 2, 3]) await made.append(minute * 60 + second);
    await made.round(minute * 60 + 130);
  }
  return made;
}

export function aRecordAt(at: Date, gstin = GSTIN, id = "a"): AuditRecord {
  const written = { v: 1, id, gstin, at: toIstMilliseconds(at) } as const;
  return { ...written, kind: "outcome", rid: "rid", irn: "f".repeat(64), op: "register", status: 201 };
}
