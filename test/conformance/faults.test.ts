import { expect, it } from "vitest";
import { aDocument, SELLER, STRANGER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { encryptAes, randomBytes } from "./openssl.ts";
import { encryptedBody, GENERATE, sessionFor } from "./portal-client.ts";

const { url } = await irpOfThisFile();

judge("the envelope of a request (sections 4, 9 and 10.6)", () => {
  it.each([
    ["an empty object", "{}"],
    ["null Data", '{"Data":null}'],
    ["empty Data", '{"Data":""}'],
  ])("%s is refused with 5003", async (_, body) => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.postBody(GENERATE, body);
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null, InfoDtls: null, codes: ["5003"] });
  });

  it.each([
    ["Data that is no base64", "not base64!"],
    ["Data of half a block", Buffer.alloc(8).toString("base64")],
  ])("%s is refused with 5001", async (_, data) => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.postBody(GENERATE, JSON.stringify({ Data: data }));
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null, codes: ["5001"] });
  });

  it("Data sealed with another key is refused with 5001", async () => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.postBody(GENERATE, encryptedBody(randomBytes(32), aDocument()));
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, codes: ["5001"] });
  });

  it.each(["no JSON at all", "", '{"Data":'])("a body that is no JSON is refused: %j", async (body) => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.postBody(GENERATE, body);
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null });
    expect(["5001", "5003"]).toContain(answer.codes[0]);
  });

  it.each(["no JSON", "42", "null"])("an opened text that is no object is refused: %j", async (plain) => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.post(GENERATE, plain);
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null });
    expect(["5001", "5002"]).toContain(answer.codes[0]);
  });

  it("an empty payload is refused with 2255 or as no JSON", async () => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.postBody(GENERATE, JSON.stringify({ Data: encryptAes(session.sek, "") }));
    expect(answer.Status).toBe(0);
    expect(["2255", "5001", "5002"]).toContain(answer.codes[0]);
  });
});

judge("the order of the checks (section 9)", () => {
  it("looks at the token before the envelope", async () => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.postBody(GENERATE, "{}", { headers: { AuthToken: "a".repeat(25) } });
    expect(answer.codes).toEqual(["1005"]);
  });

  it("looks at the taxpayer of the token before the envelope", async () => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.postBody(GENERATE, "{}", { headers: { Gstin: STRANGER } });
    expect(["1015", "1005"]).toContain(answer.codes[0]);
  });

  it("looks at the schema before the rules", async () => {
    const session = await sessionFor(url, SELLER);
    const document = aDocument({ Typ: "XYZ", val: { TotInvVal: 9999 } });
    const { codes } = await session.post(GENERATE, document);
    expect(["5002", "5001", "2280"]).toContain(codes[0]);
  });
});

judge("the schema INV-01 (section 5.2)", () => {
  it.each([
    ["Version", { more: { Version: "1.0" } }],
    ["Irn", { more: { Irn: "0".repeat(64) } }],
    ["ValDtls", { more: { ValDtls: undefined } }],
    ["SupTyp", { tran: { SupTyp: "B2C" } }],
    ["TaxSch", { tran: { TaxSch: "VAT" } }],
    ["Typ", { Typ: "BIL" }],
    ["No", { No: "0123" }],
    ["No", { No: "A".repeat(17) }],
    ["Dt", { Dt: "2026-08-17" }],
    ["LglNm", { seller: { LglNm: "AB" } }],
    ["LglNm", { seller: { LglNm: 'Quoted "Name"' } }],
    ["LglNm", { seller: { LglNm: "Back\\slash" } }],
    ["Pin", { seller: { Pin: "411001" } }],
    ["Pin", { buyer: { Pin: 99999 } }],
    ["Gstin", { seller: { Gstin: "27AAAZ" } }],
    ["IsServc", { items: [{ IsServc: "X" }] }],
    ["HsnCd", { items: [{ HsnCd: "84713" }] }],
    ["GstRt", { items: [{ GstRt: "18" }] }],
    ["SlNo", { items: [{ SlNo: "1234567" }] }],
    ["TotInvVal", { val: { TotInvVal: "1180" } }],
    ["RndOffAmt", { val: { RndOffAmt: 100 } }],
  ])("refuses a wrong %s and names it: %j", async (member, changes) => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.post(GENERATE, aDocument(changes));
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null, InfoDtls: null });
    expect(answer.codes[0]).toMatch(/^(5002|5001|2279|2280|2281|2282)$/);
    expect((answer.ErrorDetails ?? []).map(({ ErrorMessage }) => ErrorMessage).join()).toContain(member);
  });

  it("names several wrong members in one answer", async () => {
    const session = await sessionFor(url, SELLER);
    const answer = await session.post(GENERATE, aDocument({ seller: { LglNm: "" }, buyer: { Loc: "" } }));
    const messages = (answer.ErrorDetails ?? []).map(({ ErrorMessage }) => ErrorMessage).join();
    expect(messages).toMatch(/LglNm/);
    expect(messages).toMatch(/Loc/);
  });
});
