import { describe, expect, it } from "vitest";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { distanceKm } from "../../../shared/sandbox/distance.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import {
  type call,
  codesOf,
  dataOf,
  GSTIN,
  generate,
  get,
  logIn,
  open,
  plainOf,
  post,
  seal,
  type Token,
} from "./a-client.ts";
import { aSandbox } from "./a-sandbox.ts";

const ROAD = { Distance: 20, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" } as const;
const NO_BILL = { EwbNo: null, EwbDt: null, EwbValidTill: null };
type EwbDtls = NonNullable<Invoice["EwbDtls"]>;

async function setup(invoice = anInvoice()) {
  const sandbox = aSandbox({ start: "2026-08-18T11:12:38Z" });
  const { send } = sandbox;
  const token = await logIn(send);
  const answer = await generate(send, token, invoice);
  const registered = dataOf(token, answer);
  const { Irn } = registered;
  return {
    ...sandbox,
    token,
    answer,
    registered,
    make: (change: object = {}, { as = token, portal = "nic1", irp = "" } = {}) =>
      post(send, as, `/${portal}/eiewb/v1.03/ewaybill`, { Irn, ...ROAD, ...change }, { irp }),
    read: ({ as = token, portal = "nic1", irp = "" } = {}) =>
      get(send, as, `/${portal}/eiewb/v1.03/ewaybill/irn/${Irn}`, {}, { irp }),
    cancelIrn: () => post(send, token, "/nic1/eicore/v1.03/Invoice/Cancel", { Irn, CnlRsn: "1", CnlRem: "x" }),
    cancelBill: (ewbNo: unknown, options: Parameters<typeof canewb>[2] = {}) =>
      canewb(send, token, { ewbNo, ...options }),
  };
}

type Send = Parameters<typeof call>[0];

interface Canewb {
  readonly ewbNo?: unknown;
  readonly as?: Token;
  readonly portal?: string;
  readonly change?: object;
}

/** The e-way bill system's own envelope: other headers, other members, codes in base64. */
async function canewb(send: Send, token: Token, { ewbNo, as = token, portal = "nic1", change = {} }: Canewb) {
  const value = { ewbNo, cancelRsnCode: 2, cancelRmrk: "x", ...change };
  const reply = await send({
    rawPath: `/${portal}/ewaybillapi/v1.03/ewayapi`,
    headers: {
      "client-id": "einvoice-sandbox",
      "client-secret": "einvoice-sandbox-secret",
      gstin: as.gstin,
      authtoken: as.authToken,
    },
    body: JSON.stringify({ action: "CANEWB", data: seal(as.sek, JSON.stringify(value)) }),
    requestContext: { http: { method: "POST" } },
  });
  const { status, data, error } = JSON.parse(reply.body ?? "") as { status: string; data?: string; error?: string };
  if (status === "1") return JSON.parse(open(as.sek, data ?? "").toString()) as Record<string, unknown>;
  return (JSON.parse(Buffer.from(error ?? "", "base64").toString()) as { errorCodes: string }).errorCodes;
}

const asking = (EwbDtls: EwbDtls, blocks: Parameters<typeof anInvoice>[0] = {}) =>
  anInvoice({ BuyerDtls: { Pin: 413001 }, EwbDtls, ...blocks });

describe("an e-way bill with the IRN", () => {
  it("has a number of 12 digits and a validity, also in look-ups", async () => {
    const { registered, token, send, answer } = await setup(asking({ ...ROAD, Distance: 10 }));

    expect(String(registered.EwbNo)).toMatch(/^18\d{10}$/);
    expect(registered).toMatchObject({ EwbDt: "2026-08-18 16:43:00", EwbValidTill: "2026-08-19 23:59:00" });
    expect(answer.InfoDtls).toBeNull();
    const found = await get(send, token, `/nic1/eicore/v1.03/Invoice/irn/${registered.Irn}`);
    expect(dataOf(token, found)).toEqual(registered);
  });

  it.each([
    [200, "R", "19"],
    [201, "R", "20"],
    [201, "O", "29"],
    [20, "O", "19"],
    [21, "O", "20"],
  ] as const)("for %i km by a vehicle %s ends on the %s at 23:59", async (Distance, VehType, day) => {
    // No PIN code ending in 999 has a distance of the portal's own, so any is taken.
    const { registered } = await setup(asking({ ...ROAD, Distance, VehType }, { BuyerDtls: { Pin: 413999 } }));
    expect(registered.EwbValidTill).toBe(`2026-08-${day} 23:59:00`);
  });

  it("of part A alone has no validity", async () => {
    const { registered } = await setup(asking({ Distance: 10, TransId: GSTIN }));
    expect(registered).toMatchObject({ EwbNo: expect.any(Number), EwbValidTill: null });
  });

  it("tells the portal's distance when none is given", async () => {
    const { answer, registered } = await setup(asking({ ...ROAD, Distance: 0 }));
    expect(answer.InfoDtls).toEqual([{ InfCd: "EWBPPD", Desc: "Pin-Pin calc distance: 10KM" }]);
    expect(registered.EwbNo).not.toBeNull();
  });

  it.each([
    [["4013"], { ...ROAD, Distance: 12 }, {}],
    [["4011"], { ...ROAD, Distance: 10, VehNo: null }, {}],
    [["4022"], { ...ROAD, Distance: 10, VehType: null }, {}],
    [["4012", "4023"], { Distance: 10, TransMode: "2" }, {}],
    [["4030"], { ...ROAD, Distance: 0 }, { BuyerDtls: { Pin: 413999 } }],
    [["4010"], { ...ROAD, Distance: 10 }, { DocDtls: { Typ: "CRN" } }],
    [["4019"], { Distance: 10 }, {}],
  ] as const)("fails with %j for %j and leaves the IRN", async (codes, EwbDtls, blocks) => {
    const { answer, registered } = await setup(asking(EwbDtls as EwbDtls, blocks));
    expect(registered).toMatchObject({ Status: "ACT", ...NO_BILL });
    const info = answer.InfoDtls?.[0];
    expect(info?.InfCd).toBe("EWBERR");
    const listed = (info?.Desc ?? []) as { ErrorCode: string }[];
    expect(listed.map(({ ErrorCode }) => ErrorCode).sort()).toEqual(codes);
  });
});

describe("an e-way bill by IRN", () => {
  it("is made, read, and part of look-ups", async () => {
    const { make, read, token, registered, send } = await setup();
    expect(registered).toMatchObject(NO_BILL);
    const made = plainOf(token, await make()) as { EwbNo: number };

    const days = { EwbDt: "2026-08-18 16:43:00", EwbValidTill: "2026-08-19 23:59:00" };
    expect(made).toEqual({ EwbNo: expect.any(Number), ...days, Remarks: null });
    expect(plainOf(token, await read())).toEqual({ EwbNo: made.EwbNo, Status: "ACT", GenGstin: GSTIN, ...days });
    const found = dataOf(token, await get(send, token, `/nic1/eicore/v1.03/Invoice/irn/${registered.Irn}`));
    expect(found.EwbNo).toBe(made.EwbNo);
  });

  it("is one: 4002 for the second, and for all but one at the same time", async () => {
    const { make } = await setup();
    const answers = await Promise.all(Array.from({ length: 10 }, () => make()));
    expect(answers.filter(({ Status }) => Status === 1)).toHaveLength(1);
    expect(answers.flatMap(codesOf)).toEqual(Array.from({ length: 9 }, () => "4002"));
  });

  it("is not for a cancelled IRN: 4000; none is 4005", async () => {
    const { make, read, cancelIrn } = await setup();
    expect(codesOf(await read())).toEqual(["4005"]);
    expect((await cancelIrn()).Status).toBe(1);
    expect(codesOf(await make())).toEqual(["4000"]);
  });

  it("is 4003 where the IRN is not, and served there when the irp header names the holder", async () => {
    const { make, read } = await setup();
    expect(codesOf(await make({}, { portal: "nic2" }))).toEqual(["4003"]);
    expect(codesOf(await read({ portal: "nic2" }))).toEqual(["4003"]);
    expect(codesOf(await make({ Irn: "0".repeat(64) }))).toEqual(["4003"]);
    expect(codesOf(await make({}, { irp: "x" }))).toEqual(["3098"]);
    expect((await make({}, { portal: "nic2", irp: "NIC1" })).Status).toBe(1);
    expect((await read({ portal: "nic2", irp: "NIC1" })).Status).toBe(1);
  });

  it("is the owner's alone: 2143 to make, 4037 to read", async () => {
    const { make, read, send } = await setup();
    const as = await logIn(send, { gstin: "29AAAZC0003C1Z1" });
    expect(codesOf(await make({}, { as }))).toEqual(["2143"]);
    expect(codesOf(await read({ as }))).toEqual(["4037"]);
  });

  it.each([
    [["4011"], { VehNo: null }],
    [["4029"], { Distance: 0 }],
    [["5002"], { Distance: 4001 }],
    [["5002"], { Distance: undefined }],
    [["5002"], { Irn: 5 }],
    [["5002"], { VehNo: "-" }],
  ])("is refused with %j for %j", async (codes, change) => {
    const { make } = await setup();
    expect(codesOf(await make(change))).toEqual(codes);
  });

  it("can be made long after the document's own days are over", async () => {
    const { make, setClock, send } = await setup();
    setClock("2026-12-01T00:00:00Z");
    expect((await make({}, { as: await logIn(send) })).Status).toBe(1);
    setClock("2027-03-01T00:00:00Z");
    expect(codesOf(await make({}, { as: await logIn(send) }))).toEqual(["4002"]);
  });
});

describe("cancelling an e-way bill", () => {
  async function withBill() {
    const world = await setup(asking({ ...ROAD, Distance: 10 }));
    return { ...world, no: world.registered.EwbNo };
  }

  it("tells the time in twelve hours, and leaves the IRN free to be cancelled or to get another bill", async () => {
    const { cancelBill, cancelIrn, no, read, token, make } = await withBill();
    expect(codesOf(await cancelIrn())).toEqual(["2230"]);

    expect(await cancelBill(no)).toEqual({ ewayBillNo: String(no), cancelDate: "18/08/2026 04:42:38 PM" });
    expect(plainOf(token, await read())).toMatchObject({ EwbNo: no, Status: "CNL" });
    expect((await make({ Distance: 10 })).Status).toBe(1);
    expect(codesOf(await cancelIrn())).toEqual(["2230"]);
  });

  it.each([
    ["2026-08-18T18:30:05Z", "19/08/2026 12:00:05 AM"],
    ["2026-08-19T06:30:05Z", "19/08/2026 12:00:05 PM"],
  ])("at %s is at %s", async (time, cancelDate) => {
    const { cancelBill, no, setClock, send } = await withBill();
    setClock(time);
    expect(await cancelBill(no, { as: await logIn(send) })).toMatchObject({ cancelDate });
  });

  it("is refused in the e-way bill system's own codes", async () => {
    const { cancelBill, no, send, token } = await withBill();
    const stranger = await logIn(send, { gstin: "29AAAZC0003C1Z1" });

    expect(await cancelBill(no, { portal: "nic2" })).toBe("444,");
    expect(await cancelBill(no, { as: stranger })).toBe("312,");
    expect(await cancelBill(181111111111)).toBe("312,");
    expect(await cancelBill(no, { change: { cancelRsnCode: 5 } })).toBe("307,");
    expect(await cancelBill(no, { change: { cancelRmrk: "x".repeat(51) } })).toBe("308,");
    expect(await cancelBill(no, { as: { ...token, authToken: "x" } })).toBe("238,");
    await cancelBill(String(no));
    expect(await cancelBill(no)).toBe("312,");
  });

  it("is refused with 315 after 24 hours", async () => {
    const { cancelBill, no, wait, send } = await withBill();
    wait({ minutes: 24 * 60, seconds: 1 });
    expect(await cancelBill(no, { as: await logIn(send) })).toBe("315,");
  });
});

describe("the portal's distance", () => {
  it.each([
    [411001, 411001, 1],
    [411001, 413001, 10],
    [411001, 411101, 10],
    [110001, 600004, 2451],
    [411999, 413001, "unknown"],
  ])("from %i to %i is %s, either way", (from, to, km) => {
    expect([distanceKm(from, to), distanceKm(to, from)]).toEqual([km, km]);
  });
});
