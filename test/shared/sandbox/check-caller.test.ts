import { describe, expect, it } from "vitest";
import { call, clientHeaders, codesOf, GENERATE, GSTIN, generate, logIn, sessionHeaders } from "./a-client.ts";
import { aSandbox } from "./a-sandbox.ts";

const NO_IRN = "0".repeat(64);
const CALLS = [
  { ...GENERATE, body: "" },
  { path: `/nic1/eicore/v1.03/Invoice/irn/${NO_IRN}` },
  { path: "/nic2/eicore/v1.03/Invoice/irnbydocdetails" },
];

describe.each(CALLS)("the caller of $path", (request) => {
  it("is checked for headers, client, token and GSTIN in this order", async () => {
    const { send } = aSandbox();
    const { authToken } = await logIn(send);
    const headers: Record<string, string> = {};
    const seen: (string | undefined)[] = [];
    for (const [name, value] of [
      ["irp", "NIC9"],
      ["client_id", "someone"],
      ["client_secret", "guess"],
      ["Gstin", "29AAAZC0003C1Z1"],
      ["user_name", "API_29AAAZC0003C1Z1"],
      ["client_id", "einvoice-sandbox"],
      ["client_secret", "einvoice-sandbox-secret"],
      ["AuthToken", "0123456789012345678901234"],
      ["AuthToken", authToken],
      ["user_name", `API_${GSTIN}`],
    ] as const) {
      headers[name] = value;
      seen.push(codesOf((await call(send, { ...request, headers })).answer)[0]);
    }

    expect(seen).toEqual(["1011", "1012", "1004", "1006", "1010", "1010", "1005", "1005", "1005", "1015"]);
  });

  it("is told of a token that has ended", async () => {
    const { send, wait } = aSandbox();
    const headers = sessionHeaders(await logIn(send));
    wait({ minutes: 60 });

    expect(codesOf((await call(send, { ...request, headers })).answer)).toEqual(["1005"]);
  });
});

describe("a caller's headers", () => {
  it.each([
    ["client-id", "client-secret", "gstin", "user-name", "authtoken"],
    ["CLIENT_ID", "CLIENT_SECRET", "GSTIN", "USER_NAME", "AUTHTOKEN"],
    ["Client-Id", "client_secret", "Gstin", "User_Name", "AuthToken"],
  ])("may be called %s, %s, %s, %s and %s", async (id, secret, gstin, user, token) => {
    const { send } = aSandbox();
    const { authToken } = await logIn(send);
    const { client_id, client_secret } = clientHeaders();
    const headers = {
      [id]: client_id,
      [secret]: client_secret,
      [gstin]: GSTIN,
      [user]: `API_${GSTIN}`,
      [token]: authToken,
    };
    const { answer } = await call(send, { path: `/nic1/eicore/v1.03/Invoice/irn/${NO_IRN}`, headers });

    expect(codesOf(answer)).toEqual(["2148"]);
  });
});

describe("a token", () => {
  it("works at either portal, wherever it was given", async () => {
    const { send } = aSandbox();
    const token = await logIn(send, { portal: "nic1" });

    expect(codesOf(await generate(send, token, {}, "nic2"))).not.toContain("1005");
  });

  it("works for no other client", async () => {
    const { send, store } = aSandbox();
    const token = await logIn(send);
    const session = await store.sessionOfToken(token.authToken);
    if (session === undefined) throw new Error("no session");
    await store.openSession({ ...session, token: "of-another", clientId: "another" }, undefined);

    expect(codesOf(await generate(send, { ...token, authToken: "of-another" }, {}))).toEqual(["1005"]);
  });
});
