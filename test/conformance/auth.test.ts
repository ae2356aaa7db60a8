import { expect, it } from "vitest";
import { BUYER, SELLER, STRANGER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { decryptAes, encryptRsa, randomBytes } from "./openssl.ts";
import {
  authenticate,
  byIrn,
  CLIENT,
  encryptionPem,
  logIn,
  PASSWORD,
  publishedKeys,
  send,
  sendAuth,
} from "./portal-client.ts";
import { AuthData } from "./shapes.ts";

const { url } = await irpOfThisFile();
const unknownIrn = byIrn("0".repeat(64));

judge("the published keys (section 2.1)", () => {
  it("are one to encrypt with and two to verify with, all RSA-2048 and all different", async () => {
    const keys = await publishedKeys(url);
    expect(keys.map(({ use }) => use).sort()).toEqual(["enc", "sig", "sig"]);
    expect(new Set(keys.map(({ n }) => n)).size).toBe(3);
    for (const { n } of keys) expect(Buffer.from(n, "base64url")).toHaveLength(256);
  });

  it("hold nothing private", async () => {
    const keys = await publishedKeys(url);
    for (const key of keys)
      for (const member of ["d", "p", "q", "dp", "dq", "qi"]) expect(key).not.toHaveProperty(member);
  });
});

judge("authentication (section 3)", () => {
  it("answers a plain object whose SEK opens with the AppKey of the call", async () => {
    const { answer, appKey } = await authenticate(url, { gstin: SELLER });
    expect(answer).toMatchObject({ httpStatus: 200, Status: 1, ErrorDetails: null, InfoDtls: null });
    expect(answer.contentType).toMatch(/^application\/json/);
    const data = AuthData.parse(answer.Data);
    expect(data).toMatchObject({ ClientId: CLIENT.client_id, UserName: `API_${SELLER}` });
    expect(decryptAes(appKey, data.Sek)).toHaveLength(32);
  });

  it("gives the same token and expiry inside its life, with the SEK wrapped for the new AppKey", async () => {
    const first = await authenticate(url, { gstin: SELLER });
    const second = await authenticate(url, { gstin: SELLER });
    const [one, two] = [AuthData.parse(first.answer.Data), AuthData.parse(second.answer.Data)];
    expect(two).toMatchObject({ AuthToken: one.AuthToken, TokenExpiry: one.TokenExpiry });
    expect(two.Sek).not.toBe(one.Sek);
    expect(decryptAes(second.appKey, two.Sek)).toHaveLength(32);
  });

  it("ignores the force flag early in the token's life", async () => {
    const { token } = await logIn(url, { gstin: SELLER });
    expect((await logIn(url, { gstin: SELLER, force: true })).token).toBe(token);
  });

  it("gives each taxpayer a token and a SEK of its own", async () => {
    const [one, two] = [await logIn(url, { gstin: SELLER }), await logIn(url, { gstin: BUYER })];
    expect(two.token).not.toBe(one.token);
    expect(two.sek).not.toEqual(one.sek);
  });

  it("gives a token that both portals take, whichever gave it", async () => {
    const session = await logIn(url, { gstin: SELLER, portal: "nic2" });
    for (const portal of ["nic1", "nic2"] as const) {
      expect((await session.get(unknownIrn, { portal })).codes).toEqual(["2148"]);
    }
  });

  it("takes an AppKey of 32 printable characters", async () => {
    const key = Buffer.from("fao1PoKaLgd11xMrWTiL2cggAfx9QMwM", "ascii");
    const { answer } = await authenticate(url, { gstin: SELLER, plain: { AppKey: key.toString("base64") } });
    expect(decryptAes(key, AuthData.parse(answer.Data).Sek)).toHaveLength(32);
  });
});

judge("authentication refused (sections 3, 9 and 10.1)", () => {
  it.each([
    ["a wrong password", { Password: "Sandbox@2025" }, ["1008", "1019"]],
    ["an unknown user", { UserName: "API_NOBODY" }, ["1008", "1017"]],
    ["the user of another taxpayer", { UserName: `API_${STRANGER}` }, ["1008", "1017", "1018"]],
    ["an AppKey of 16 bytes", { AppKey: Buffer.alloc(16).toString("base64") }, ["1016", "5001", "5002"]],
  ])("%s", async (_, plain, codes) => {
    const { answer } = await authenticate(url, { gstin: SELLER, plain });
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null, InfoDtls: null });
    expect(codes).toContain(answer.codes[0]);
  });

  it.each([
    ["an unknown client", { client_id: "somebody" }, "1010"],
    ["a wrong client secret", { client_secret: "guess" }, "1010"],
    ["no client_id", { client_id: undefined }, "1011"],
    ["no client_secret", { client_secret: undefined }, "1012"],
    ["no Gstin", { Gstin: undefined }, "1004"],
  ])("%s", async (_, headers, code) => {
    const { answer } = await authenticate(url, { gstin: SELLER, headers });
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null, codes: [code] });
  });

  it.each([
    ["client_id before client_secret", { client_id: undefined, client_secret: undefined, Gstin: undefined }, "1011"],
    ["client_secret before Gstin", { client_secret: undefined, Gstin: undefined }, "1012"],
    ["Gstin before the client", { client_id: "somebody", Gstin: undefined }, "1004"],
  ])("asks for %s", async (_, headers, code) => {
    expect((await sendAuth(url, { gstin: SELLER, data: undefined, headers })).codes[0]).toBe(code);
  });

  it("the client before the envelope", async () => {
    const headers = { client_id: "somebody" };
    expect((await sendAuth(url, { gstin: SELLER, data: undefined, headers })).codes).toEqual(["1010"]);
  });

  it.each([
    ["no Data", undefined, ["5003"]],
    ["empty Data", "", ["5003"]],
    ["null Data", null, ["5003"]],
  ])("%s", async (_, data, codes) => {
    expect((await sendAuth(url, { gstin: SELLER, data })).codes).toEqual(codes);
  });

  it("random Data", async () => {
    const data = randomBytes(256).toString("base64");
    expect((await sendAuth(url, { gstin: SELLER, data })).codes).toEqual(["1020"]);
  });

  it("JSON that was not put in base64 before RSA", async () => {
    const AppKey = randomBytes(32).toString("base64");
    const plain = { UserName: `API_${SELLER}`, Password: PASSWORD, AppKey, ForceRefreshAccessToken: false };
    const data = encryptRsa(await encryptionPem(url), JSON.stringify(plain));
    expect((await sendAuth(url, { gstin: SELLER, data })).codes).toEqual(["5001"]);
  });
});

judge("the headers of every other call (sections 4 and 9)", () => {
  it.each([
    ["no client_id", { client_id: undefined }, ["1011"]],
    ["no client_secret", { client_secret: undefined }, ["1012"]],
    ["no Gstin", { Gstin: undefined }, ["1004"]],
    ["no user_name", { user_name: undefined }, ["1006", "1005"]],
    ["no AuthToken", { AuthToken: undefined }, ["1005"]],
    ["an unknown client", { client_id: "somebody" }, ["1010"]],
    ["a wrong client secret", { client_secret: "guess" }, ["1010"]],
    ["a token nobody gave", { AuthToken: "a".repeat(25) }, ["1005"]],
    ["another user's name", { user_name: `API_${STRANGER}` }, ["1005"]],
    ["another taxpayer's GSTIN", { Gstin: STRANGER }, ["1015", "1005"]],
    ["another taxpayer's GSTIN and user", { Gstin: STRANGER, user_name: `API_${STRANGER}` }, ["1005", "1015"]],
  ])("%s is refused", async (_, headers, codes) => {
    const session = await logIn(url, { gstin: SELLER });
    const answer = await session.get(unknownIrn, { headers });
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null });
    expect(codes).toContain(answer.codes[0]);
  });

  it.each([
    ["all missing", ["client_id", "client_secret", "Gstin", "user_name", "AuthToken"], "1011"],
    ["four missing", ["client_secret", "Gstin", "user_name", "AuthToken"], "1012"],
    ["three missing", ["Gstin", "user_name", "AuthToken"], "1004"],
  ])("%s: the first one is named first", async (_, missing, code) => {
    const session = await logIn(url, { gstin: SELLER });
    const headers = Object.fromEntries(missing.map((name) => [name, undefined]));
    expect((await session.get(unknownIrn, { headers })).codes[0]).toBe(code);
  });

  it.each([
    ["underscores", ["client_id", "client_secret", "gstin", "user_name", "authtoken"]],
    ["hyphens", ["client-id", "client-secret", "Gstin", "user-name", "AuthToken"]],
    ["both", ["client-id", "client_secret", "GSTIN", "user_name", "authtoken"]],
  ])("are read when spelt with %s", async (_, names) => {
    const { token } = await logIn(url, { gstin: SELLER });
    const values = [CLIENT.client_id, CLIENT.client_secret, SELLER, `API_${SELLER}`, token];
    const headers = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    const { text } = await send(url, { method: "GET", path: `/nic1${unknownIrn}`, headers });
    expect(JSON.parse(text)).toMatchObject({ ErrorDetails: [{ ErrorCode: "2148" }] });
  });

  it("are read by authentication when spelt with hyphens", async () => {
    const headers = { client_id: undefined, client_secret: undefined };
    const hyphens = { "client-id": CLIENT.client_id, "client-secret": CLIENT.client_secret };
    const { answer } = await authenticate(url, { gstin: SELLER, headers: { ...headers, ...hyphens } });
    expect(answer.Status).toBe(1);
  });
});
