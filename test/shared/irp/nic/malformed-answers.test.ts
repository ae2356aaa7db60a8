import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Irp } from "../../../../shared/irp/irp.ts";
import { nicIrp } from "../../../../shared/irp/nic/client.ts";
import { NotSent } from "../../../../shared/irp/nic/wire.ts";
import { memoryIrpUserStore } from "../../../fakes/memory-irp-user-store.ts";
import { aPortal, ENCRYPTION_KEY, GSTIN, START, seal, USER } from "./a-portal.ts";
import { operationNames, operations } from "./an-irp.ts";
import { sessionParts } from "./session-parts.ts";

const WORDS = ["ok", "refused", "not-sent", "unknown"];

/** Asks once, of a portal that gives this answer; a new one each time, since it serves but a hundred calls. */
async function setup(name: keyof Irp) {
  const users = memoryIrpUserStore();
  await users.save(GSTIN, USER);
  return (answers: (sek: Buffer) => unknown) => {
    const { send } = aPortal({ answer: ({ sek }) => answers(sek) });
    const keys = { encryption: async () => ENCRYPTION_KEY };
    const parts = { users, keys, now: () => START, ...sessionParts() };
    const irp = nicIrp({ send, ...parts, randomBytes: (size) => Buffer.alloc(size, 7) });
    return operations[name].ask(irp);
  };
}

/** A success in both spellings. */
const wrapped = (sealed: unknown) => ({ Status: 1, Data: sealed, status: "1", data: sealed });

const anything = fc.oneof(fc.jsonValue(), fc.anything());
const detail = fc.record(
  {
    ErrorCode: fc.oneof(fc.constantFrom("2150", "2233", "1005", 3108), anything),
    ErrorMessage: fc.oneof(fc.string(), anything),
  },
  { requiredKeys: [] },
);
const info = fc.record(
  { InfCd: fc.constantFrom("DUPIRN", "DUPIRNGLP", "EWBERR", "EWBPPD", "x"), Desc: anything },
  { requiredKeys: [] },
);
const asText = (value: unknown) => JSON.stringify(value) ?? "";

/** Bodies that come near to an answer. */
const body = fc.oneof(
  anything,
  fc.record(
    {
      Status: fc.oneof(fc.constantFrom(0, 1, "0", "1"), anything),
      status: fc.oneof(fc.constantFrom(0, 1, "0", "1"), anything),
      Data: fc.oneof(fc.string(), fc.base64String(), anything),
      data: fc.oneof(fc.string(), fc.base64String(), anything),
      ErrorDetails: fc.oneof(fc.array(detail), fc.array(detail).map(asText), anything),
      error: fc.oneof(
        fc.base64String(),
        fc.string().map((errorCodes) => Buffer.from(asText({ errorCodes })).toString("base64")),
      ),
      InfoDtls: fc.oneof(fc.array(info), info, fc.array(info).map(asText), anything),
    },
    { requiredKeys: [] },
  ),
);

describe.each(operationNames)("%s", (name) => {
  const { data, needs } = operations[name];
  const isList = Array.isArray(data);

  it("concludes something from any answer, and success from none that is not whole", async () => {
    const ask = await setup(name);
    await fc.assert(
      fc.asyncProperty(body, async (answer) => {
        const { is } = await ask(() => answer);
        expect(WORDS).toContain(is);
        if (!isList) expect(is).not.toBe("ok");
      }),
      { numRuns: 100 },
    );
  });

  it("concludes something from any bytes in the data, encrypted or not", async () => {
    const ask = await setup(name);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.jsonValue().map((value) => Buffer.from(asText(value))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (plain, isSealed) => {
        const { is } = await ask((sek) =>
          wrapped(isSealed ? seal(sek, Buffer.from(plain)) : Buffer.from(plain).toString("base64")),
        );
        expect(WORDS).toContain(is);
        if (!isList) expect(is).toBe("unknown");
      }),
      { numRuns: 100 },
    );
  });

  it("takes no answer for success that lacks what it needs, or has something else there", async () => {
    const ask = await setup(name);
    // No value of this kind is one that a portal could mean.
    const wrong = fc.oneof(
      fc.constantFrom(null, "", true, -1, 0.5, 2 ** 60),
      fc.array(fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
    );
    const spoilt = isList
      ? wrong.filter((value) => value !== null && !Array.isArray(value) && value !== "").map((value): unknown => value)
      : fc
          .tuple(fc.constantFrom(...needs), fc.option(wrong, { nil: undefined }))
          .filter(([member, value]) => !(value === "" && ["LegalName", "TxpType"].includes(member)))
          .map(([member, value]): unknown => ({ ...Object(data), [member]: value }));
    await fc.assert(
      fc.asyncProperty(spoilt, async (plain) => {
        expect(await ask((sek) => wrapped(seal(sek, JSON.stringify(plain))))).toMatchObject({
          is: "unknown",
          errors: [],
        });
      }),
      { numRuns: 100 },
    );
  });

  it("needs nothing else of an answer than what it needs", async () => {
    const ask = await setup(name);
    const kept = isList
      ? data
      : Object.fromEntries(Object.entries(Object(data)).filter(([key]) => needs.includes(key)));
    expect(await ask((sek) => wrapped(seal(sek, JSON.stringify(kept))))).toMatchObject({ is: "ok" });
  });

  it("takes a good answer cut anywhere for no answer", async () => {
    const ask = await setup(name);
    const text = JSON.stringify(data);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: text.length - 1 }), async (length) => {
        const { is } = await ask((sek) => wrapped(seal(sek, text.slice(0, length))));
        expect(is).toBe("unknown");
      }),
      { numRuns: 60 },
    );
  });

  it("concludes something from whatever is thrown", async () => {
    const ask = await setup(name);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.anything(),
          fc.string().map((words) => new Error(words)),
        ),
        async (thrown) => {
          expect(await ask(() => Promise.reject(thrown))).toMatchObject({ is: "unknown", errors: [] });
        },
      ),
      { numRuns: 50 },
    );
    expect(await ask(() => Promise.reject(new NotSent("ECONNREFUSED")))).toMatchObject({ is: "not-sent" });
  });
});
