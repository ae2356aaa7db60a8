import { describe, expect, it } from "vitest";
import * as z from "zod";
import { NotSent } from "../../../../shared/irp/nic/wire.ts";
import { anInvoice } from "../../../fakes/an-invoice.ts";
import { type aPortal, GSTIN, open, refusal, START, seal, success, USER } from "./a-portal.ts";
import { anIrp } from "./an-irp.ts";

type Parts = Pick<Parameters<typeof aPortal>[0] & object, "answer" | "login">;
const IRN = "a".repeat(64);
const TO = { gstin: GSTIN, portal: "NIC1", mayStillSend: () => true };
const REGISTERED = { Irn: IRN, Status: "ACT", SignedInvoice: "a.b.c", SignedQRCode: "d.e.f", AckNo: 1, EwbNo: null };
const DOCUMENT = { irn: IRN, status: "ACT", signedInvoice: "a.b.c", signedQrCode: "d.e.f" };

async function setup(parts: Parts = {}, user = USER) {
  const client = await anIrp({ answer: ({ sek }) => success(sek, REGISTERED), ...parts }, user);
  return { ...client, generate: () => client.irp.generate(TO, anInvoice()) };
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe("a registration", () => {
  it("is sent encrypted, with the session's headers and nothing but what INV-01 knows", async () => {
    const plains: (string | undefined)[] = [];
    const { irp, calls } = await setup({
      answer: ({ plain, sek }) => {
        plains.push(plain);
        return success(sek, REGISTERED);
      },
    });

    const answer = await irp.generate(TO, { ...anInvoice(), PayDtls: null, note: "private" } as never);

    expect(answer).toEqual({ is: "ok", value: DOCUMENT });
    expect(calls).toEqual([
      {
        portal: "NIC1",
        kind: "register",
        method: "POST",
        path: "/eicore/v1.03/Invoice",
        headers: { Gstin: GSTIN, user_name: USER.userName, AuthToken: "TOKEN0" },
        body: { Data: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) },
      },
    ]);
    expect(plains).toEqual([JSON.stringify(anInvoice())]);
  });

  it.each([
    ["a Status that is text", (sek: Buffer) => ({ ...success(sek, REGISTERED), Status: "1" })],
    [
      "JSON in base64 below the encryption",
      (sek: Buffer) => ({
        ...success(sek, {}),
        Data: seal(sek, Buffer.from(JSON.stringify(REGISTERED)).toString("base64")),
      }),
    ],
    ["no InfoDtls and no ErrorDetails", (sek: Buffer) => ({ Status: 1, Data: seal(sek, JSON.stringify(REGISTERED)) })],
  ])("is read from an answer with %s", async (_, make) => {
    const { generate } = await setup({ answer: ({ sek }) => make(sek) });

    expect(await generate()).toEqual({ is: "ok", value: DOCUMENT });
  });
});

describe("a look-up", () => {
  it("by IRN asks for the IRN", async () => {
    const { irp, calls } = await setup();

    expect(await irp.byIrn(TO, IRN)).toEqual({ is: "ok", value: DOCUMENT });
    expect(calls).toMatchObject([{ method: "GET", path: `/eicore/v1.03/Invoice/irn/${IRN}` }]);
    expect(calls[0]).not.toHaveProperty("body");
  });

  it("by document escapes what a number may hold", async () => {
    const { irp, calls } = await setup();

    await irp.byDocument(TO, { docType: "INV", docNo: "A/1-b", docDate: "18/08/2026" });

    const { pathname, searchParams } = new URL(calls[0]?.path ?? "", "https://portal.example");
    expect(pathname).toBe("/eicore/v1.03/Invoice/irnbydocdetails");
    expect(Object.fromEntries(searchParams)).toEqual({ doctype: "INV", docnum: "A/1-b", docdate: "18/08/2026" });
  });

  it.each(["../Invoice/Cancel", "a?b", "a#b", "a/b"])("never leaves its path: %j", async (irn) => {
    const { irp, calls } = await setup();

    await irp.byIrn(TO, irn);

    const { pathname, search, hash } = new URL(calls[0]?.path ?? "", "https://portal.example");
    expect([pathname, search, hash]).toEqual([`/eicore/v1.03/Invoice/irn/${encodeURIComponent(irn)}`, "", ""]);
  });

  it.each(["ACT", "CNL", "REJ"])("tells the status %s", async (Status) => {
    const { irp } = await setup({ answer: ({ sek }) => success(sek, { ...REGISTERED, Status }) });

    expect(await irp.byIrn(TO, IRN)).toMatchObject({ is: "ok", value: { status: Status } });
  });
});

describe("an answer", () => {
  it("that refuses is told with every code and message", async () => {
    const { generate } = await setup({ answer: () => refusal("2233", "2194") });

    expect(await generate()).toEqual({
      is: "refused",
      errors: [
        { code: "2233", message: "message of 2233" },
        { code: "2194", message: "message of 2194" },
      ],
    });
  });

  it.each([
    ["JSON text", JSON.stringify],
    ["base64", (details: unknown) => Buffer.from(JSON.stringify(details)).toString("base64")],
  ])("may hold its errors as %s", async (_, encoded) => {
    const { generate } = await setup({
      answer: () => ({ ...refusal("2233"), ErrorDetails: encoded(refusal("2233").ErrorDetails) }),
    });

    expect(await generate()).toMatchObject({ is: "refused", errors: [{ code: "2233" }] });
  });

  it("that says a duplicate leaves open whose it is", async () => {
    const { generate } = await setup({ answer: () => refusal("2150") });

    expect(await generate()).toEqual({
      is: "unknown",
      errors: [expect.objectContaining({ code: "2150" })],
      reason: expect.stringContaining("2150"),
    });
  });

  it.each(["3108", "_3109", "4062", "1010", "1015"])("with %s says that nothing was done", async (code) => {
    const { generate, logins } = await setup({ answer: () => refusal(code) });

    expect(await generate()).toMatchObject({ is: "not-sent", errors: [{ code }] });
    expect(logins).toHaveLength(1);
  });

  it.each<[string, (sek: Buffer) => unknown]>([
    ["has no Status", () => ({ message: "Endpoint request timed out" })],
    ["is a gateway's", () => ({ status_cd: "0", status_desc: "fault" })],
    ["is null", () => null],
    ["is a list", () => []],
    ["is text", () => "<html>"],
    ["refuses without a code", () => ({ Status: 0, Data: null, ErrorDetails: null })],
    ["refuses with a code that is a GSP's", () => refusal("CT_302")],
    ["succeeds without data", () => ({ Status: 1, Data: null })],
    ["succeeds with data under another key", () => success(Buffer.alloc(32, 99), REGISTERED)],
    ["succeeds with data that are no JSON", (sek) => ({ Status: 1, Data: seal(sek, "<html>") })],
    ["succeeds with an empty list", (sek) => success(sek, [])],
    ["succeeds without signed copies", (sek) => success(sek, { Irn: IRN, Status: "ACT" })],
    ["succeeds with an unknown status", (sek) => success(sek, { ...REGISTERED, Status: "NEW" })],
  ])("that %s leaves the outcome unknown", async (_, make) => {
    const { generate, calls } = await setup({ answer: ({ sek }) => make(sek) });

    expect(await generate()).toEqual({ is: "unknown", errors: expect.any(Array), reason: expect.any(String) });
    expect(calls).toHaveLength(1);
  });

  it("that never came leaves the outcome unknown, unless the call was never sent", async () => {
    const lost = await setup({ answer: () => Promise.reject(new Error("no answer: ECONNRESET")) });
    const unsent = await setup({ answer: () => Promise.reject(new NotSent("ECONNREFUSED")) });

    expect(await lost.generate()).toEqual({ is: "unknown", errors: [], reason: "no answer: ECONNRESET" });
    expect(await unsent.generate()).toEqual({ is: "not-sent", errors: [], reason: "ECONNREFUSED" });
  });
});

describe("a gateway that asks for time", () => {
  const asking = () => Promise.reject(new NotSent("HTTP 429", 7_000));

  it.each([
    ["the call", { answer: asking }],
    ["the login", { login: asking }],
  ])("gets it: %s", async (_, parts) => {
    const { generate } = await setup(parts);

    expect(await generate()).toEqual({
      is: "not-sent",
      errors: [],
      reason: "HTTP 429",
      retryAt: new Date(START.getTime() + 7_000),
    });
  });
});

describe("the guard before sending", () => {
  it("is asked after the login, which may have taken the time that was left", async () => {
    const { irp, logins, calls } = await setup();
    const answer = await irp.generate({ ...TO, mayStillSend: () => logins.length === 0 }, anInvoice());
    expect(answer).toMatchObject({ is: "not-sent" });
    expect([logins.length, calls.length]).toEqual([1, 0]);
  });
});

describe("a session", () => {
  it("serves many calls", async () => {
    const { irp, generate, logins, calls } = await setup();

    await Promise.all(Array.from({ length: 10 }, generate));
    await irp.byIrn({ ...TO, portal: "NIC2" }, IRN);

    expect(logins).toHaveLength(1);
    expect(calls).toHaveLength(11);
  });

  it("that the portal rejects is replaced once and the call sent once more", async () => {
    const { generate, revokeAll, logins, calls } = await setup();
    await generate();
    revokeAll();

    expect(await generate()).toMatchObject({ is: "ok" });
    expect(logins).toHaveLength(2);
    expect(calls.map(({ headers }) => headers["AuthToken"])).toEqual(["TOKEN0", "TOKEN0", "TOKEN1"]);
  });

  it("is replaced once for all calls that it fails", async () => {
    const { generate, revokeAll, logins, calls } = await setup();
    await generate();
    revokeAll();

    const answers = await Promise.all(Array.from({ length: 10 }, generate));

    expect(answers.every(({ is }) => is === "ok")).toBe(true);
    expect(logins).toHaveLength(2);
    expect(calls).toHaveLength(21);
  });

  it("that the portal rejects again and again is given up, call by call", async () => {
    const { generate, logins, calls } = await setup({ answer: () => refusal("1005") });

    expect(await generate()).toMatchObject({ is: "not-sent", errors: [{ code: "1005" }] });
    expect(calls).toHaveLength(2);
    expect(logins).toHaveLength(2);
  });

  it("keeps its own key for a call that is in flight when it is replaced", async () => {
    const held = deferred();
    const { generate, irp } = await setup({
      answer: async ({ nth, sek, request }) => {
        if (nth === 0) await held.promise;
        if (nth === 1 && request.headers["AuthToken"] === "TOKEN0") return refusal("1005");
        return success(sek, REGISTERED);
      },
    });
    const slow = generate();
    await irp.byIrn(TO, IRN);
    held.resolve();

    expect(await slow).toEqual({ is: "ok", value: DOCUMENT });
  });

  it("whose replacement fails for another caller fails this call too, as an answer", async () => {
    const begun = deferred();
    const fail = deferred();
    const { generate } = await setup({
      login: async (nth) => {
        if (nth !== 1) return undefined;
        begun.resolve();
        await fail.promise;
        return refusal("1019");
      },
      answer: async ({ nth }) => {
        if (nth === 1) {
          await begun.promise;
          setImmediate(fail.resolve);
        }
        return refusal("1005");
      },
    });

    const answers = await Promise.all([generate(), generate()]);

    expect(answers.map(({ is }) => is)).toEqual(["not-sent", "not-sent"]);
  });
});

describe("a login that fails", () => {
  it("with a wrong password is tried once, and the call is not sent", async () => {
    const { generate, logins, calls } = await setup({}, { ...USER, password: "wrong-password" });

    expect(await generate()).toMatchObject({
      is: "not-sent",
      errors: [{ code: "1019" }],
      reason: expect.stringContaining("1019"),
      needsUser: true,
    });
    expect(logins).toHaveLength(1);
    expect(calls).toEqual([]);
  });

  it("with a wrong password is tried once for all calls of the moment", async () => {
    const { generate, logins } = await setup({}, { ...USER, password: "wrong-password" });

    await Promise.all(Array.from({ length: 10 }, generate));

    expect(logins).toHaveLength(1);
  });

  it("when the password changed under a session is tried once, and the call is not sent again", async () => {
    const { generate, users, revokeAll, logins, calls } = await setup();
    await generate();
    revokeAll();
    await users.save(GSTIN, { ...USER, password: "changed-password" });

    expect(await generate()).toMatchObject({ is: "not-sent" });
    expect(logins).toHaveLength(2);
    expect(calls).toHaveLength(2);
  });

  it("for want of a user is not tried at all", async () => {
    const { irp, logins } = await setup();

    expect(await irp.generate({ ...TO, gstin: "29AAAZA0001A1ZI" }, anInvoice())).toMatchObject({
      is: "not-sent",
      needsUser: true,
    });
    expect(logins).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ["was lost", () => Promise.reject(new Error("no answer: ECONNRESET"))],
    ["came from a gateway", () => ({ message: "Endpoint request timed out" })],
    ["has no data", () => ({ Status: 1, Data: null })],
    ["asked for a refusal without codes", () => ({ Status: 0, Data: null, ErrorDetails: null })],
    ["holds a key of 16 bytes", () => undefined],
  ])("because its answer %s has not sent the call", async (name, login) => {
    const short = name.includes("16 bytes");
    const { generate, calls } = await setup({
      login: (_nth, { AppKey }) => {
        if (!short) return login();
        const Sek = seal(Buffer.from(AppKey, "base64"), Buffer.alloc(16));
        return { Status: 1, Data: { UserName: "u", AuthToken: "t", Sek, TokenExpiry: "2026-08-18 16:00:00" } };
      },
    });

    expect(await generate()).toMatchObject({ is: "not-sent" });
    expect(calls).toEqual([]);
  });
});

it("no answer of any kind tells a password, a token or a key", async () => {
  const user = { userName: "API_USER", password: "very-secret-password" };
  const answers: unknown[] = [];
  for (const login of [
    () => undefined,
    () => refusal("1008"),
    () => ({ Status: 1, Data: user }),
    () => "very",
    () => Promise.reject(new Error("lost")),
  ]) {
    const { generate, users } = await setup({ login }, user);
    answers.push(await generate());
    await users.save(GSTIN, { ...user, password: "very-secret-password".repeat(5) });
    answers.push(await generate());
  }
  for (const answer of [
    () => refusal("1005"),
    () => null,
    () => refusal("5001"),
    () => Promise.reject(new Error("lost")),
  ]) {
    answers.push(await (await setup({ answer })).generate());
  }

  const text = JSON.stringify(answers);
  for (const secret of ["very-secret", USER.password, "TOKEN", Buffer.alloc(32, 1).toString("base64")]) {
    expect(text).not.toContain(secret);
  }
});

it("what is sent opens with the session's key and no other", async () => {
  const { generate, calls } = await setup();
  await generate();

  const { Data } = z.object({ Data: z.string() }).parse(calls[0]?.body);
  expect(JSON.parse(open(Buffer.alloc(32, 1), Data).toString())).toEqual(anInvoice());
  expect(() => open(Buffer.alloc(32, 2), Data)).toThrow();
});
