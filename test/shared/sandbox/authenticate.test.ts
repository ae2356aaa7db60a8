import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  AUTH,
  type Call,
  call,
  clientHeaders,
  codesOf,
  credentials,
  GSTIN,
  logIn,
  open,
  sealCredentials,
  sessionHeaders,
  toBase64,
} from "./a-client.ts";
import { aSandbox, type Send } from "./a-sandbox.ts";

const appKey = randomBytes(32);

async function authenticate(send: Send, change: Partial<Call> = {}, plain?: object) {
  const body = await sealCredentials(send, { ...credentials(appKey), ...plain });
  const { statusCode, answer } = await call(send, { ...AUTH, headers: clientHeaders(), body, ...change });
  expect(statusCode).toBe(200);
  return answer;
}

describe("a call for a token", () => {
  it("is answered with a plain object whose Sek opens to 32 bytes under the AppKey", async () => {
    const { Status, Data, ErrorDetails, InfoDtls } = await authenticate(aSandbox().send);

    expect({ Status, ErrorDetails, InfoDtls }).toEqual({ Status: 1, ErrorDetails: null, InfoDtls: null });
    expect(Data).toMatchObject({ ClientId: "einvoice-sandbox", UserName: `API_${GSTIN}` });
    const { Sek } = Data as { Sek: string };
    expect(open(appKey, Sek)).toHaveLength(32);
  });

  it("tells the time of expiry in India, an hour on", async () => {
    expect((await logIn(aSandbox({ start: "2026-08-18T18:29:59Z" }).send)).tokenExpiry).toBe("2026-08-19 00:59:59");
  });

  it("carries the AppKey as 32 random bytes or 32 characters of text", async () => {
    const text = Buffer.from("fao1PoKaLgd11xMrWTiL2cggAfx9QMwM");
    const { Data } = await authenticate(aSandbox().send, {}, credentials(text));

    expect(open(text, (Data as { Sek: string }).Sek)).toHaveLength(32);
  });

  it.each([
    ["1011", { client_id: undefined }],
    ["1011", { client_id: "" }],
    ["1012", { client_secret: undefined }],
    ["1004", { Gstin: undefined }],
    ["1010", { client_id: "someone" }],
    ["1010", { client_secret: "guess" }],
    ["1010", { client_id: "toString", client_secret: "x" }],
    ["1017", { Gstin: "29AAAZC0003C1Z1" }],
    ["1017", { Gstin: "not a GSTIN" }],
  ])("is refused with %s when its headers have %j", async (code, change) => {
    const headers = JSON.parse(JSON.stringify({ ...clientHeaders(), ...change })) as Record<string, string>;
    const answer = await authenticate(aSandbox().send, { headers });

    expect(answer).toMatchObject({ Status: 0, Data: null, InfoDtls: null });
    expect(codesOf(answer)).toEqual([code]);
  });

  it("checks its headers in the order client id, secret, GSTIN, then whose they are, then the body", async () => {
    const { send } = aSandbox();
    const headers: Record<string, string> = {};
    const seen: string[] = [];
    for (const [name, value] of [
      ["nothing", "x"],
      ["client_id", "someone"],
      ["client_secret", "guess"],
      ["Gstin", GSTIN],
      ["client_id", "einvoice-sandbox"],
      ["client_secret", "einvoice-sandbox-secret"],
    ] as const) {
      headers[name] = value;
      seen.push(...codesOf(await authenticate(send, { headers, body: "{}" })));
    }

    expect(seen).toEqual(["1011", "1012", "1004", "1010", "1010", "5003"]);
  });

  it.each([
    ["client-id", "client-secret", "gstin"],
    ["CLIENT_ID", "Client-Secret", "GSTIN"],
    ["client_id", "client_secret", "Gstin"],
  ])("takes its headers as %s, %s and %s", async (id, secret, gstin) => {
    const headers = { [id]: "einvoice-sandbox", [secret]: "einvoice-sandbox-secret", [gstin]: GSTIN };

    expect((await authenticate(aSandbox().send, { headers })).Status).toBe(1);
  });

  it.each([
    ["1006", { UserName: undefined }],
    ["1006", { UserName: "" }],
    ["1013", { Password: undefined }],
    ["1016", { AppKey: undefined }],
    ["1016", { AppKey: "short" }],
    ["1016", { AppKey: toBase64("31 bytes are one too few, alas.") }],
    ["1007", { ForceRefreshAccessToken: "yes" }],
    ["1017", { UserName: "API_29AAAZC0003C1Z1" }],
    ["1017", { UserName: GSTIN }],
    ["1019", { Password: "sandbox@2026" }],
  ])("is refused with %s when it says %j", async (code, plain) => {
    expect(codesOf(await authenticate(aSandbox().send, {}, plain))).toEqual([code]);
  });

  it.each([
    ["1007", ""],
    ["1007", "no JSON"],
    ["1007", "[]"],
    ["1007", "null"],
    ["1007", '{"Data":5}'],
    ["5003", "{}"],
    ["5003", '{"Data":null}'],
    ["5003", '{"Data":""}'],
    ["1020", '{"Data":"!"}'],
    ["1020", JSON.stringify({ Data: randomBytes(256).toString("base64") })],
    ["1020", JSON.stringify({ Data: randomBytes(300).toString("base64") })],
  ])("is refused with %s when its body is %s", async (code, body) => {
    expect(codesOf(await authenticate(aSandbox().send, { body }))).toEqual([code]);
  });

  it.each([
    ["5001", JSON.stringify({ UserName: "u" })],
    ["1007", "not base64 of JSON"],
    ["1007", toBase64("[]")],
    ["1007", toBase64("null")],
    ["1007", ""],
  ])("is refused with %s when what it encrypts is %s", async (code, plain) => {
    const { send } = aSandbox();
    const body = await sealCredentials(send, undefined, plain);

    expect(codesOf(await authenticate(send, { body }))).toEqual([code]);
  });
});

describe("a token", () => {
  it("stays the same through its life, and its key with it, whatever AppKey it travels under", async () => {
    const { send, wait } = aSandbox();
    const first = await logIn(send);
    wait({ minutes: 59, seconds: 59 });
    expect(await logIn(send)).toEqual(first);
  });

  it("gives way to a new one when its life is over", async () => {
    const { send, wait } = aSandbox();
    const first = await logIn(send);
    wait({ minutes: 60 });
    const second = await logIn(send);

    expect(second.authToken).not.toBe(first.authToken);
    expect(second.sek).not.toEqual(first.sek);
  });

  it("is the same at both portals", async () => {
    const { send } = aSandbox();
    expect(await logIn(send, { portal: "nic2" })).toEqual(await logIn(send));
  });

  it("differs between GSTINs", async () => {
    const { send } = aSandbox();
    const tokens = await Promise.all([logIn(send), logIn(send, { gstin: "29AAAZC0003C1Z1" })]);
    expect(tokens[0].authToken).not.toBe(tokens[1].authToken);
  });

  it("is not renewed by force before its last ten minutes", async () => {
    const { send, wait } = aSandbox();
    const first = await logIn(send);
    wait({ minutes: 49, seconds: 59 });
    expect(await logIn(send, { force: true })).toEqual(first);
  });

  it("is renewed by force in its last ten minutes, and still works until its own end", async () => {
    const { send, wait } = aSandbox();
    const first = await logIn(send);
    wait({ minutes: 50 });
    const second = await logIn(send, { force: true });
    expect(second.authToken).not.toBe(first.authToken);
    expect(second.tokenExpiry).toBe("2026-08-18 16:20:00");
    expect(await logIn(send)).toEqual(second);

    const ask = async () => {
      const path = `/nic1/eicore/v1.03/Invoice/irn/${"0".repeat(64)}`;
      return codesOf((await call(send, { path, headers: sessionHeaders(first) })).answer);
    };
    wait({ minutes: 9, seconds: 59 });
    expect(await ask()).toEqual(["2148"]);
    wait({ seconds: 1 });
    expect(await ask()).toEqual(["1005"]);
  });

  it("is one for all who ask at the same time", async () => {
    const { send } = aSandbox();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => logIn(send)));
    expect(new Set(tokens.map(({ authToken }) => authToken)).size).toBe(1);
    expect(new Set(tokens.map(({ sek }) => sek.toString("hex"))).size).toBe(1);
  });
});
