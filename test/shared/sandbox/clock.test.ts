import { describe, expect, it } from "vitest";
import { durationMs } from "../../../shared/sandbox/duration.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { codesOf, dataOf, GSTIN, generate, get, logIn, post } from "./a-client.ts";
import { aSandbox, type Send } from "./a-sandbox.ts";

const OTHER = "27SBXZR0001R1ZZ";

async function clock(send: Send, { method = "POST", body = "", gstin = "" }) {
  const rawQueryString = gstin === "" ? "" : `gstin=${gstin}`;
  const reply = await send({ rawPath: "/sandbox/clock", rawQueryString, body, requestContext: { http: { method } } });
  return { statusCode: reply.statusCode, ...(JSON.parse(reply.body ?? "") as Record<string, unknown>) };
}

const advance = (send: Send, by: string, gstin = GSTIN) =>
  clock(send, { body: JSON.stringify({ gstin, advance: by }) });

describe("a GSTIN's clock", () => {
  it("shows the real time in India until it is moved, and then what it was moved by", async () => {
    const { send } = aSandbox();
    const real = { statusCode: 200, gstin: GSTIN, time: "2026-08-18T14:30:00+05:30", aheadSeconds: 0 };
    expect(await clock(send, { method: "GET", gstin: GSTIN })).toEqual(real);

    const moved = { ...real, time: "2026-08-19T15:30:00+05:30", aheadSeconds: 90_000 };
    expect(await advance(send, "PT25H")).toEqual(moved);
    expect(await clock(send, { method: "GET", gstin: GSTIN })).toEqual(moved);
    expect(await advance(send, "P1D")).toMatchObject({ time: "2026-08-20T15:30:00+05:30" });
    expect(await clock(send, { method: "GET", gstin: OTHER })).toMatchObject({ time: real.time });
  });

  it("goes on with the real time", async () => {
    const { send, wait } = aSandbox();
    await advance(send, "PT1H");
    wait({ minutes: 5 });
    expect(await clock(send, { method: "GET", gstin: GSTIN })).toMatchObject({ time: "2026-08-18T15:35:00+05:30" });
  });

  it("ends tokens of that GSTIN and no other", async () => {
    const { send } = aSandbox();
    const [token, other] = [await logIn(send), await logIn(send, { gstin: OTHER })];
    await advance(send, "PT59M59S");
    expect(codesOf(await generate(send, token, {}))).not.toEqual(["1005"]);
    await advance(send, "PT1S");

    expect(codesOf(await generate(send, token, {}))).toEqual(["1005"]);
    expect(codesOf(await generate(send, other, {}))).not.toEqual(["1005"]);
    expect((await logIn(send)).tokenExpiry).toBe("2026-08-18 16:30:00");
  });

  it("closes the 24 hours for cancelling, and dates what is registered", async () => {
    const { send } = aSandbox();
    const first = await logIn(send);
    const { Irn } = dataOf(first, await generate(send, first, anInvoice()));
    await advance(send, "PT25H");
    const token = await logIn(send);

    const cancelled = await post(send, token, "/nic1/eicore/v1.03/Invoice/Cancel", { Irn, CnlRsn: "1", CnlRem: "x" });
    expect(codesOf(cancelled)).toEqual(["2270"]);
    expect(dataOf(token, await generate(send, token, anInvoice({ docNo: "N2" }))).AckDt).toBe("2026-08-19 15:30:00");
  });

  it("lets 30 days pass for reporting, and the days of retrieval, for that GSTIN alone", async () => {
    const { send } = aSandbox();
    const first = await logIn(send);
    const { Irn } = dataOf(first, await generate(send, first, anInvoice()));
    await advance(send, "P31D");
    const token = await logIn(send);

    expect(codesOf(await generate(send, token, anInvoice({ docNo: "N2" })))).toEqual(["2305"]);
    expect(codesOf(await get(send, token, `/nic1/eicore/v1.03/Invoice/irn/${Irn}`))).toEqual(["2283"]);
    const other = await logIn(send, { gstin: OTHER });
    expect((await generate(send, other, anInvoice({ SellerDtls: { Gstin: OTHER } }))).Status).toBe(1);
  });

  it.each([
    ["no JSON", "{"],
    ["no GSTIN", JSON.stringify({ gstin: "x", advance: "PT1H" })],
    ["no duration", JSON.stringify({ gstin: GSTIN })],
    ["a way back", JSON.stringify({ gstin: GSTIN, advance: "-PT1H" })],
    ["a month", JSON.stringify({ gstin: GSTIN, advance: "P1M" })],
    ["centuries", JSON.stringify({ gstin: GSTIN, advance: "P99999D" })],
  ])("is not moved by %s", async (_, body) => {
    const { send } = aSandbox();
    expect(await clock(send, { body })).toMatchObject({ statusCode: 400, error: expect.any(String) });
    expect(await clock(send, { method: "GET", gstin: GSTIN })).toMatchObject({ aheadSeconds: 0 });
  });

  it("is asked for by GSTIN, and in no other way than GET and POST", async () => {
    const { send } = aSandbox();
    expect(await clock(send, { method: "GET" })).toMatchObject({ statusCode: 400 });
    expect(await clock(send, { method: "PUT" })).toMatchObject({ statusCode: 405 });
  });
});

describe("a duration", () => {
  it.each([
    ["PT25H", 25 * 3_600_000],
    ["P30D", 30 * 86_400_000],
    ["P1DT2H3M4S", 93_784_000],
    ["P2W", 14 * 86_400_000],
    ["PT0S", 0],
    ["P", undefined],
    ["PT", undefined],
    ["P1DT", undefined],
    ["P1M", undefined],
    ["P1Y", undefined],
    ["-P1D", undefined],
    ["PT1.5H", undefined],
    ["25H", undefined],
    ["PT1H ", undefined],
    ["P1D2H", undefined],
  ])("%s is %s ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});
