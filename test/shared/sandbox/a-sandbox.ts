import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createHandler } from "../../../functions/sandbox-irp/handler.ts";
import { keyRing } from "../../../shared/sandbox/keys.ts";
import type { SandboxStore } from "../../../shared/sandbox/sandbox-store.ts";
import { memorySandboxStore } from "../../fakes/memory-sandbox-store.ts";

/** Keys cost a third of a second each: one per purpose and test file. */
const PEMS = Array.from({ length: 3 }, () =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
);

export type Send = ReturnType<typeof createHandler>;

/** A sandbox on an injected clock, reached through its Lambda handler. */
export function aSandbox({ store = memorySandboxStore(), start = "2026-08-18T09:00:00Z" } = {}) {
  let at = new Date(start);
  let keysMade = 0;
  const faults: unknown[] = [];
  const slept: number[] = [];
  const newKeyPem = async () => PEMS[keysMade++ % PEMS.length] ?? "";
  const send: Send = createHandler({
    store,
    keys: keyRing({ store, newKeyPem }),
    randomBytes,
    settings: { tokenLifeSeconds: 3600, retrievalDays: 3 },
    now: () => at,
    sleep: async (seconds) => void slept.push(seconds),
    onFault: (error) => faults.push(error),
  });

  return {
    send,
    store,
    faults,
    /** The seconds of every wait before an answer. */
    slept,
    keysMade: () => keysMade,
    setClock: (time: string) => {
      at = new Date(time);
    },
    /** Moves the clock on. */
    wait: ({ minutes = 0, seconds = 0 }) => {
      at = new Date(at.getTime() + (minutes * 60 + seconds) * 1000);
    },
  };
}

/** A store whose every call fails, as when the table can not be reached. */
export function brokenStore(): SandboxStore {
  const fail = () => Promise.reject(new Error("table is gone at shared/secret/path.ts:1"));
  return {
    currentSession: fail,
    sessionOfToken: fail,
    openSession: fail,
    endSession: fail,
    register: fail,
    findRegistration: fail,
    changeRegistration: fail,
    addRejection: fail,
    rejectionsOf: fail,
    keepNote: fail,
    findNote: fail,
    advanceClock: fail,
    clockAheadMs: fail,
    findKey: fail,
    keepKey: fail,
  };
}
