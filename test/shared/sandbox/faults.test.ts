import { describe, expect, it } from "vitest";
import { DOCUMENT_FAULTS, GSTIN_FAULTS, troubleOfDocument } from "../../../shared/sandbox/faults.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import {
  codesOf,
  dataOf,
  generate,
  get,
  logIn,
  open,
  plainOf,
  post,
  seal,
  sessionHeaders,
  type Token,
} from "./a-client.ts";
import { aSandbox } from "./a-sandbox.ts";

const DATE = "18/08/2026";

async function setup(gstin = "27AAAZA0001A1ZM") {
  const sandbox = aSandbox();
  const { send } = sandbox;
  const token = await logIn(send, { gstin });
  /** What goes over the wire, unread. */
  const raw = async (docNo: string, as: Token = token, blocks: object = {}) => {
    const invoice = anInvoice({ docNo, SellerDtls: { Gstin: gstin }, ...blocks });
    const body = JSON.stringify({ Data: seal(as.sek, JSON.stringify(invoice)) });
    const reply = await send({
      rawPath: "/nic1/eicore/v1.03/Invoice",
      headers: sessionHeaders(as),
      body,
      requestContext: { http: { method: "POST" } },
    });
    return { statusCode: reply.statusCode, body: reply.body ?? "" };
  };
  return {
    ...sandbox,
    token,
    raw,
    /** The members as they are written. */
    members: async (docNo: string) => JSON.parse((await raw(docNo)).body) as Record<string, unknown>,
    register: (docNo: string, blocks: Parameters<typeof anInvoice>[0] = {}) =>
      generate(send, token, anInvoice({ docNo, SellerDtls: { Gstin: gstin }, ...blocks })),
    find: (docnum: string, as = token) =>
      get(send, as, "/nic1/eicore/v1.03/Invoice/irnbydocdetails", { doctype: "INV", docnum, docdate: DATE }),
  };
}

const NOT_FOUND = ["2154"];

describe("the table of faults", () => {
  it("has prefixes that leave room for a number of the caller's own, and that INV-01 takes", () => {
    for (const { by } of DOCUMENT_FAULTS) {
      const docNo = `${by.replace("502/504", "502").replace("nnnn", "3029")}0001`;
      expect(docNo).toMatch(/^[a-zA-Z1-9][a-zA-Z0-9/-]{0,15}$/);
      expect(troubleOfDocument(docNo.toLowerCase())).toEqual(troubleOfDocument(docNo));
      expect(troubleOfDocument(docNo)).not.toEqual({});
    }
  });

  it.each(["INV/26-27/001", "LOST1", "E302-1", "E30291", "XLOST-1", "E503-1", "E2026-001", "T2025-1"])(
    "leaves %s in peace",
    (docNo) => {
      expect(troubleOfDocument(docNo)).toEqual({});
    },
  );

  it("has rows for GSTINs of no one's PAN", () => {
    for (const { by } of GSTIN_FAULTS) expect(by).toMatch(/^FLTZ[A-Z]nnnn$/);
  });
});

describe("an answer that is lost", () => {
  it.each([
    ["LOST-1", []],
    ["HANG-1", [27]],
  ])("for %s leaves the document registered", async (docNo, seconds) => {
    const { raw, find, token, slept, register } = await setup();
    const { statusCode, body } = await raw(docNo);

    expect(statusCode).toBe(504);
    expect(body).toBe('{"message":"Endpoint request timed out"}');
    expect(slept).toEqual(seconds);
    expect(dataOf(token, await find(docNo)).Status).toBe("ACT");
    expect(codesOf(await register(docNo))).toEqual(["2150"]);
  });

  it.each([
    ["E502-1", 502],
    ["E504-1", 504],
  ])("for %s is so every time, and nothing is registered", async (docNo, status) => {
    const { raw, find } = await setup();
    expect((await raw(docNo)).statusCode).toBe(status);
    expect((await raw(docNo)).statusCode).toBe(status);
    expect(codesOf(await find(docNo))).toEqual(NOT_FOUND);
  });

  it.each(["T502-1", "T504-1"])("for %s comes the second time", async (docNo) => {
    const { raw, find, register } = await setup();
    expect((await raw(docNo)).statusCode).toBe(Number(docNo.slice(1, 4)));
    expect(codesOf(await find(docNo))).toEqual(NOT_FOUND);
    expect((await register(docNo)).Status).toBe(1);
  });

  it("for RESET- breaks off in the middle, once, and nothing is registered", async () => {
    const { raw, find, register } = await setup();
    const { statusCode, body } = await raw("RESET-1");
    expect(statusCode).toBe(200);
    expect(() => JSON.parse(body)).toThrow();
    expect(codesOf(await find("RESET-1"))).toEqual(NOT_FOUND);
    expect((await register("RESET-1")).Status).toBe(1);
  });

  it("does not hide what is wrong with the document", async () => {
    const { register } = await setup();
    expect(codesOf(await register("LOST-1", { TranDtls: { SupTyp: "SEZWP" } }))).toContain("2247");
  });
});

it("SLOW- is answered after five seconds", async () => {
  const { register, slept } = await setup();
  expect((await register("SLOW-1")).Status).toBe(1);
  expect(slept).toEqual([5]);
});

describe("a code on demand", () => {
  it.each(["E2146-1", "E2147-1", "E3029-1", "E3095-1", "E3108-1", "E7777-1"])("%s comes every time", async (docNo) => {
    const { register, find } = await setup();
    const code = docNo.slice(1, 5);
    for (const _ of [1, 2]) expect(codesOf(await register(docNo))).toEqual([code]);
    expect(codesOf(await find(docNo))).toEqual(NOT_FOUND);
  });

  it("T2146- comes once", async () => {
    const { register, find } = await setup();
    expect(codesOf(await register("T2146-1"))).toEqual(["2146"]);
    expect(codesOf(await find("T2146-1"))).toEqual(NOT_FOUND);
    expect((await register("t2146-1")).Status).toBe(1);
    expect(codesOf(await register("T2146-2"))).toEqual(["2146"]);
  });

  it("T2146- comes once for callers at the same time, and once for each GSTIN", async () => {
    const { register, send } = await setup();
    const codes = (await Promise.all(Array.from({ length: 5 }, () => register("T2146-1")))).flatMap(codesOf);
    expect(codes.sort()).toEqual(["2146", "2150", "2150", "2150"]);

    const gstin = "27SBXZR0001R1ZZ";
    const other = await logIn(send, { gstin });
    const answer = await generate(send, other, anInvoice({ docNo: "T2146-1", SellerDtls: { Gstin: gstin } }));
    expect(codesOf(answer)).toEqual(["2146"]);
  });

  it("T2147- comes once, and the document is registered", async () => {
    const { register, find, token } = await setup();
    expect(codesOf(await register("T2147-1"))).toEqual(["2147"]);
    expect(dataOf(token, await find("T2147-1")).Status).toBe("ACT");
    expect(codesOf(await register("T2147-1"))).toEqual(["2150"]);
  });
});

it("REVOKE- ends the token, once; a new login goes on", async () => {
  const { register, token, send } = await setup();
  expect(codesOf(await register("REVOKE-1"))).toEqual(["1005"]);
  expect(codesOf(await register("N1"))).toEqual(["1005"]);
  const again = await logIn(send);
  expect(again.authToken).not.toBe(token.authToken);
  expect((await generate(send, again, anInvoice({ docNo: "REVOKE-1" }))).Status).toBe(1);
});

it("LAG- is found a minute later, by document and by IRN", async () => {
  const { register, find, token, send, wait } = await setup();
  const { Irn } = dataOf(token, await register("LAG-1"));
  const byIrn = () => get(send, token, `/nic1/eicore/v1.03/Invoice/irn/${Irn}`);
  wait({ seconds: 59 });
  expect([codesOf(await find("LAG-1")), codesOf(await byIrn())]).toEqual([["2154"], ["2148"]]);
  expect(codesOf(await register("LAG-1"))).toEqual(["2150"]);
  wait({ seconds: 1 });
  expect([(await find("LAG-1")).Status, (await byIrn()).Status]).toEqual([1, 1]);
});

it("OTHER- is held by another IRP, USED- is a cancelled number", async () => {
  const { register } = await setup();
  const other = await register("OTHER-1");
  expect(codesOf(other)).toEqual(["2295"]);
  const nothing = { AckNo: null, AckDt: null, IrnDtl: { RegIrp: "IRP" } };
  expect(other.InfoDtls).toEqual([{ InfCd: "DUPIRNGLP", Desc: { Irn: expect.any(String), ...nothing } }]);

  const used = await register("USED-1");
  expect(codesOf(used)).toEqual(["2278"]);
  expect(used.InfoDtls).toEqual([{ InfCd: "DUPIRN", Desc: expect.objectContaining({ AckNo: expect.any(Number) }) }]);
});

describe("REJ-", () => {
  const rejected = (world: Awaited<ReturnType<typeof setup>>, token: Token, date = DATE, portal = "nic1") =>
    get(world.send, token, `/${portal}/eicore/v1.03/Invoice/rejectedirns`, { date });

  it("is registered, and an hour later rejected and in the day's list", async () => {
    const world = await setup();
    const { token, register, find, send, wait } = world;
    const { Irn } = dataOf(token, await register("REJ-1"));
    await register("N1");
    expect(dataOf(token, await find("REJ-1")).Status).toBe("ACT");
    expect(codesOf(await rejected(world, token))).toEqual(["2296"]);
    wait({ minutes: 60 });
    const later = await logIn(send);

    expect(dataOf(later, await find("REJ-1", later)).Status).toBe("REJ");
    expect(plainOf(later, await rejected(world, later))).toEqual([Irn]);
    expect(codesOf(await rejected(world, later, DATE, "nic2"))).toEqual(["2296"]);
    expect(codesOf(await rejected(world, later, "17/08/2026"))).toEqual(["2296"]);
    expect(codesOf(await generate(send, later, anInvoice({ docNo: "REJ-1" })))).toEqual(["2295"]);
    const cancel = { Irn, CnlRsn: "1", CnlRem: "x" };
    expect(codesOf(await post(send, later, "/nic1/eicore/v1.03/Invoice/Cancel", cancel))).toEqual(["9999"]);
  });

  it.each([
    ["2293", "2026-08-18"],
    ["2307", "19/08/2026"],
  ])("is listed by day: %s for %s", async (code, date) => {
    const world = await setup();
    expect(codesOf(await rejected(world, world.token, date))).toEqual([code]);
  });
});

describe("the e-way bill", () => {
  const EwbDtls = { Distance: 20, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" } as const;

  it("of EWBERR- fails beside the IRN, and by IRN", async () => {
    const { register, token, send } = await setup();
    const answer = await register("EWBERR-1", { EwbDtls });
    const { Irn, EwbNo } = dataOf(token, answer);
    expect(EwbNo).toBeNull();
    expect(answer.InfoDtls).toEqual([{ InfCd: "EWBERR", Desc: [expect.objectContaining({ ErrorCode: "4001" })] }]);
    expect(codesOf(await post(send, token, "/nic1/eiewb/v1.03/ewaybill", { Irn, ...EwbDtls }))).toEqual(["4001"]);
  });

  it("of EWBPPD- tells the portal's distance", async () => {
    const { register, token } = await setup();
    const answer = await register("EWBPPD-1", { EwbDtls });
    expect(dataOf(token, answer).EwbNo).not.toBeNull();
    expect(answer.InfoDtls).toEqual([{ InfCd: "EWBPPD", Desc: "Pin-Pin calc distance: 1KM" }]);
  });
});

describe("the envelope", () => {
  const DUPLICATE = [{ ErrorCode: "2150", ErrorMessage: "Duplicate IRN" }];

  it("writes ErrorDetails as text, as base64, or leaves InfoDtls out", async () => {
    const { members } = await setup();
    for (const docNo of ["VTEXT-1", "VBASE64-1", "VNOINFO-1"])
      expect(await members(docNo)).toMatchObject({ Status: 1 });

    expect((await members("VTEXT-1"))["ErrorDetails"]).toBe(JSON.stringify(DUPLICATE));
    const base64 = Buffer.from(JSON.stringify(DUPLICATE)).toString("base64");
    expect((await members("VBASE64-1"))["ErrorDetails"]).toBe(base64);
    expect(await members("VNOINFO-1")).toEqual({ Status: 0, Data: null, ErrorDetails: DUPLICATE });
  });

  it("writes Status as text", async () => {
    const { members } = await setup();
    expect((await members("VSTATUS-1"))["Status"]).toBe("1");
    expect((await members("VSTATUS-1"))["Status"]).toBe("0");
  });

  it("writes base64 inside Data, in look-ups too", async () => {
    const { register, token, find } = await setup();
    for (const answer of [await register("VINNER-1"), await find("VINNER-1")]) {
      const inner = Buffer.from(open(token.sek, String(answer.Data)).toString(), "base64").toString();
      expect(JSON.parse(inner)).toMatchObject({ Status: "ACT" });
    }
  });
});

describe("a GSTIN's fault", () => {
  it.each([
    ["27FLTZE3095A1ZF", "3095"],
    ["27FLTZE3096A1ZE", "3096"],
    ["27FLTZE3108A1ZT", "3108"],
  ])("%s is refused with %s before its request is read, and after its token", async (gstin, code) => {
    const { send, token } = await setup(gstin);
    expect(codesOf(await post(send, token, "/nic1/eicore/v1.03/Invoice", "rubbish"))).toEqual([code]);
    expect(codesOf(await get(send, token, `/nic1/eivital/v1.04/Master/gstin/${gstin}`))).toEqual([code]);
    const stale = { ...token, authToken: "x" };
    expect(codesOf(await post(send, stale, "/nic1/eicore/v1.03/Invoice", {}))).toEqual(["1005"]);
  });

  it.each([
    ["27FLTZE0502A1Z1", 502],
    ["27FLTZE0504A1ZZ", 504],
  ])("%s is a bare %i", async (gstin, status) => {
    const { raw } = await setup(gstin);
    expect((await raw("N1")).statusCode).toBe(status);
  });

  it("is slowness, of seconds", async () => {
    const { register, slept } = await setup("27FLTZS0005A1ZP");
    expect((await register("N1")).Status).toBe(1);
    expect(slept).toEqual([5]);
  });

  it("is a lag of look-ups", async () => {
    const { register, find, wait } = await setup("27FLTZL0060A1ZP");
    await register("N1");
    expect(codesOf(await find("N1"))).toEqual(NOT_FOUND);
    wait({ seconds: 60 });
    expect((await find("N1")).Status).toBe(1);
  });

  it("is a token that ends before its time", async () => {
    const gstin = "27FLTZT0300A1ZQ";
    const { token, find, wait, send } = await setup(gstin);
    expect(token.tokenExpiry).toBe("2026-08-18 15:30:00");
    wait({ seconds: 299 });
    expect(codesOf(await find("N1"))).toEqual(NOT_FOUND);
    wait({ seconds: 1 });
    expect(codesOf(await find("N1"))).toEqual(["1005"]);
    expect((await logIn(send, { gstin })).authToken).not.toBe(token.authToken);
  });

  it.each([
    ["27FLTZV0001A1ZQ", { ErrorDetails: expect.stringMatching(/^\[\{"ErrorCode"/) }],
    ["27FLTZV0002A1ZP", { ErrorDetails: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) }],
    ["27FLTZV0003A1ZO", { Status: "0" }],
  ])("%s is a way of writing, at login too", async (gstin, written) => {
    const { send } = aSandbox();
    for (const path of ["/nic1/eivital/v1.04/auth", "/nic1/eicore/v1.03/Invoice"]) {
      const reply = await send({ rawPath: path, headers: { gstin }, requestContext: { http: { method: "POST" } } });
      expect(JSON.parse(reply.body ?? "")).toMatchObject(written);
    }
  });

  it("27FLTZV0004A1ZN puts base64 inside Data, 27FLTZV0005A1ZM leaves InfoDtls out", async () => {
    const inner = await setup("27FLTZV0004A1ZN");
    const { Data } = await inner.members("N1");
    expect(open(inner.token.sek, String(Data)).toString()).toMatch(/^[A-Za-z0-9+/]+=*$/);
    const none = aSandbox();
    const headers = { gstin: "27FLTZV0005A1ZM" };
    const request = { rawPath: "/nic1/eivital/v1.04/auth", headers, requestContext: { http: { method: "POST" } } };
    expect(JSON.parse((await none.send(request)).body ?? "")).not.toHaveProperty("InfoDtls");
  });
});
