import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import fc from "fast-check";
import { CompactSign } from "jose";
import { describe, expect, it } from "vitest";
import { documentFingerprint } from "../../../shared/document/document-fingerprint.ts";
import { portalKeys } from "../../../shared/irp/portal-keys.ts";
import { NotGenuine, openSigned, verifyDocument } from "../../../shared/irp/verify.ts";
import { aFullInvoice } from "../../fakes/a-full-invoice.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";

const KID = "EDC57DE1358B300BA9F79340A6696831F3C85047";
const X5T = "7cV94TWLMAup95NApmloMfPIUEc";
const IRN = "a".repeat(64);
const ours = generateKeyPairSync("rsa", { modulusLength: 2048 });
const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 });
const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });

const jwk = (key: KeyObject, kid: string, use: string) => ({ ...key.export({ format: "jwk" }), kty: "RSA", kid, use });
const keys = portalKeys(
  async () => ({
    keys: [jwk(foreign.publicKey, KID, "enc"), jwk(ours.publicKey, KID, "sig"), jwk(weak.publicKey, "WEAK", "sig")],
  }),
  () => Promise.reject(new Error("must not be fetched")),
);

interface Signing {
  readonly key?: KeyObject;
  readonly header?: Record<string, unknown>;
  readonly claims?: unknown;
}

/** A JWT as the portals make them: two claims, and `data` is text. */
function aJwt(data: unknown, { key = ours.privateKey, header = {}, claims }: Signing = {}): Promise<string> {
  const payload = claims ?? { data: typeof data === "string" ? data : JSON.stringify(data), iss: "NIC" };
  const protectedHeader = { alg: "RS256", kid: KID, typ: "JWT", x5t: X5T, ...header };
  return new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader(protectedHeader).sign(key);
}

/** What a portal makes of a request: its own members first, and numbered lines. */
function signedCopy(invoice: object = anInvoice(), Irn = IRN) {
  const { ItemList = [], ...rest } = invoice as ReturnType<typeof anInvoice>;
  const acknowledged = { AckNo: 172621144003124, AckDt: "2026-08-18 14:32:38", Irn };
  return { ...acknowledged, ...rest, ItemList: ItemList.map((line, ItemNo) => ({ ItemNo, ...line })) };
}

const qr = (Irn = IRN) => ({ SellerGstin: "27AAAZA0001A1ZM", DocNo: "INV/26-27/001", Irn });

async function aDocument({ invoice, code }: { invoice?: string; code?: string } = {}) {
  const signedInvoice = invoice ?? (await aJwt(signedCopy()));
  return { irn: IRN, status: "ACT", signedInvoice, signedQrCode: code ?? (await aJwt(qr())) } as const;
}

const verify = async (parts?: Parameters<typeof aDocument>[0]) => verifyDocument(keys, await aDocument(parts));

describe("a signed document", () => {
  it("vouches for IRN, acknowledgement and content", async () => {
    expect(await verify()).toEqual({
      irn: IRN,
      ackNo: "172621144003124",
      ackDt: "2026-08-18T14:32:38+05:30",
      docFp: documentFingerprint(anInvoice()),
    });
  });

  it.each<[string, object, object]>([
    ["every member of INV-01", aFullInvoice(), aFullInvoice()],
    ["nulls and members of the caller's own", { ...anInvoice(), PayDtls: null, RefDtls: null, note: "x" }, anInvoice()],
    ["a number in small letters", anInvoice({ docNo: "inv/a-1" }), anInvoice({ docNo: "INV/A-1" })],
    ["a type in small letters", anInvoice({ DocDtls: { Typ: "inv" as "INV" } }), anInvoice()],
    ["an e-way bill, which is not part of it", anInvoice({ EwbDtls: { Distance: 0 } }), anInvoice()],
  ])("has the fingerprint of the request with %s", async (_, request, registered) => {
    const { docFp } = await verify({ invoice: await aJwt(signedCopy(registered)) });

    expect(docFp).toBe(documentFingerprint(request));
  });

  it.each([
    ["another amount", anInvoice({ ValDtls: { TotInvVal: 1180.01 } })],
    ["another buyer", anInvoice({ BuyerDtls: { Gstin: "27AAAZC0003C1ZE" } })],
    ["another day", anInvoice({ docDate: "17/08/2026" })],
    ["another line", anInvoice({ ItemList: [] })],
    ["one block more", anInvoice({ RefDtls: { InvRm: "remark" } })],
  ])("of %s has another fingerprint", async (_, registered) => {
    const { docFp } = await verify({ invoice: await aJwt(signedCopy(registered)) });

    expect(docFp).not.toBe(documentFingerprint(anInvoice()));
  });

  it("may print its numbers with zeros at the end", async () => {
    const text = JSON.stringify(signedCopy()).replace('"AssVal":1000', '"AssVal":1000.00');

    expect(await verify({ invoice: await aJwt(text) })).toMatchObject({ docFp: documentFingerprint(anInvoice()) });
  });
});

/** What XML signatures call RS256. */
const XMLDSIG = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

describe("the header of a signature", () => {
  it.each([
    ["names RS256 as XML signatures do", { alg: XMLDSIG }],
    ["names the certificate as x5t alone", { kid: undefined }],
    ["brings an address of keys, which nobody calls", { jku: "https://forger.example", x5u: "https://forger.example" }],
    ["brings a key, which nobody uses", { jwk: foreign.publicKey.export({ format: "jwk" }) }],
    ["has its members in another order", { typ: "JWT", kid: KID, alg: "RS256" }],
  ])("%s", async (_, header) => {
    const invoice = rawJwt(signedCopy(), { alg: "RS256", kid: KID, x5t: X5T, ...header });

    expect(await verify({ invoice })).toMatchObject({ irn: IRN });
  });

  it("counts as it was written, with all its spaces", async () => {
    const head = Buffer.from(`{ "alg" : "RS256",\n "kid":"${KID}" }`).toString("base64url");
    const input = `${head}.${segment({ data: JSON.stringify(signedCopy()), iss: "NIC" })}`;
    const invoice = `${input}.${sign("sha256", Buffer.from(input), ours.privateKey).toString("base64url")}`;

    expect(await verify({ invoice })).toMatchObject({ irn: IRN });
  });

  it.each([
    ...[
      "none",
      "HS256",
      "RS512",
      "PS256",
      "rs256",
      "RS256 ",
      `${XMLDSIG} `,
      XMLDSIG.toUpperCase(),
      XMLDSIG.replace("256", "512"),
      "",
      null,
      1,
      undefined,
    ].map((alg) => ({ alg, kid: KID })),
    { alg: "RS256" },
    { alg: "RS256", kid: KID.toLowerCase(), x5t: X5T },
    { alg: "RS256", kid: 1, x5t: X5T },
    { alg: "RS256", kid: null, x5t: X5T },
    { alg: "RS256", kid: KID, crit: [] },
    { alg: "RS256", kid: KID, crit: ["b64"], b64: true },
    { alg: "RS256", jwk: { ...ours.publicKey.export({ format: "jwk" }) } },
  ])("is not %j, whoever signed", async (header) => {
    const invoice = rawJwt(signedCopy(), header);

    await expect(verify({ invoice })).rejects.toThrow(NotGenuine);
  });

  it("cannot write into a log or a terminal", async () => {
    const invoice = rawJwt(signedCopy(), { alg: "RS256", kid: `\u001b[2J\n${"x".repeat(200)}` });

    const failure = await verify({ invoice }).catch(String);
    expect(failure).toMatch(/^NotGenuine: it is signed with a key that is not known \([\w? .-]{1,64}\)$/);
  });
});

describe("a genuine token", () => {
  const token = rawJwt(signedCopy(), { alg: "RS256", kid: KID });

  it("says who signed what with which key", async () => {
    expect(await openSigned(keys, token)).toEqual({ issuer: "NIC", kid: KID, data: signedCopy() });
  });

  it("is not genuine any more after any change", async () => {
    const character = fc.oneof(
      fc.constantFrom(
        ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        "=",
        ".",
        " ",
        "\n",
        "+",
        "/",
      ),
      fc.string({ minLength: 0, maxLength: 3 }),
    );
    const place = fc.oneof(fc.nat(token.length), fc.integer({ min: token.length - 4, max: token.length }));
    await fc.assert(
      fc.asyncProperty(place, fc.nat(2), character, async (at, removed, inserted) => {
        const mutant = token.slice(0, at) + inserted + token.slice(at + removed);
        fc.pre(mutant !== token);
        await expect(openSigned(keys, mutant)).rejects.toThrow(NotGenuine);
      }),
      { numRuns: 1000 },
    );
  });

  it("is not genuine any more with parts of another", async () => {
    const other = rawJwt(signedCopy(anInvoice(), "c".repeat(64)), { alg: "RS256", kid: KID, typ: "JWT" });
    const part = fc.constantFrom(...token.split("."), ...other.split("."), "");
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
        const mutant = parts.join(".");
        fc.pre(mutant !== token && mutant !== other);
        await expect(openSigned(keys, mutant)).rejects.toThrow(NotGenuine);
      }),
    );
  });

  it("is not called a forgery when the keys cannot be had", async () => {
    const failure = new Error("the address does not answer");
    const broken = portalKeys(
      async () => ({ jwksUri: "https://keys.example" }),
      () => Promise.reject(failure),
    );
    await expect(openSigned(broken, token)).rejects.toBe(failure);
  });
});

describe("a document does not count as registered", () => {
  const forgeries: [string, (data: unknown) => Promise<string>][] = [
    ["is signed by another key", (data) => aJwt(data, { key: foreign.privateKey })],
    ["names a key that nobody knows", (data) => aJwt(data, { header: { kid: "0".repeat(40) } })],
    ["is signed by the login key's pair", (data) => aJwt(data, { key: foreign.privateKey, header: { kid: KID } })],
    ["was changed", async (data) => changed(await aJwt(data))],
    ["lost its signature", async (data) => (await aJwt(data)).replace(/[^.]*$/, "")],
    [
      "carries its own key",
      (data) => aJwt(data, { key: foreign.privateKey, header: { jwk: foreign.publicKey.export({ format: "jwk" }) } }),
    ],
    [
      "is unsigned",
      async (data) => `${segment({ alg: "none" })}.${segment({ data: JSON.stringify(data), iss: "NIC" })}.`,
    ],
    ["is signed with the public key as a secret", async (data) => hs256(data)],
    ["is signed with PS256", (data) => aJwt(data, { header: { alg: "PS256" } })],
    ["is signed with RS384", (data) => aJwt(data, { header: { alg: "RS384" } })],
    ["is signed with 1024 bits", async (data) => weaklySigned(data)],
    [
      "has a critical header",
      async (data) => `${segment({ alg: "RS256", kid: KID, crit: ["x"], x: 1 })}.${segment({ data })}.AA`,
    ],
    ["holds data that are no text", (data) => aJwt("", { claims: { data, iss: "NIC" } })],
    ["holds data that are no JSON", () => aJwt("<html>")],
    ["holds no data", () => aJwt("", { claims: { iss: "NIC" } })],
    ["holds no issuer", (data) => aJwt("", { claims: { data: JSON.stringify(data) } })],
    ["is no JWT", async () => "text"],
    ["is empty", async () => ""],
  ];

  it.each(forgeries)("when its invoice %s", async (_, forge) => {
    await expect(verify({ invoice: await forge(signedCopy()) })).rejects.toThrow();
  });

  it.each(forgeries)("when its QR code %s", async (_, forge) => {
    await expect(verify({ code: await forge(qr()) })).rejects.toThrow();
  });

  it("when its copies speak of different IRNs, or both of another than the portal named", async () => {
    const other = "b".repeat(64);
    const invoice = await aJwt(signedCopy(anInvoice(), other));
    const code = await aJwt(qr(other));

    await expect(verify({ invoice })).rejects.toThrow("another IRN");
    await expect(verify({ code })).rejects.toThrow("another IRN");
    await expect(verify({ invoice, code })).rejects.toThrow("another IRN");
  });

  it("when one copy stands in for the other", async () => {
    await expect(verify({ invoice: await aJwt(qr()) })).rejects.toThrow();
  });

  it.each([
    ["AckNo", "text"],
    ["AckNo", 1.5],
    ["AckNo", 2 ** 60],
    ["AckNo", undefined],
    ["AckDt", "18/08/2026 14:32:38"],
    ["AckDt", "2026-02-30 14:32:38"],
    ["AckDt", undefined],
    ["Irn", undefined],
    ["DocDtls", undefined],
  ])("when its invoice has %s = %j", async (member, value) => {
    const invoice = await aJwt({ ...signedCopy(), [member]: value });

    await expect(verify({ invoice })).rejects.toThrow();
  });
});

/** A header as it is given, and our signature over it. */
function rawJwt(data: unknown, header: object): string {
  const input = `${segment(header)}.${segment({ data: JSON.stringify(data), iss: "NIC" })}`;
  return `${input}.${sign("sha256", Buffer.from(input), ours.privateKey).toString("base64url")}`;
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function changed(jwt: string): string {
  const [header, payload = "", signature] = jwt.split(".");
  const text = Buffer.from(payload, "base64url").toString();
  return `${header}.${Buffer.from(text.replace("27AAAZA0001A1ZM", "29AAAZA0001A1ZI")).toString("base64url")}.${signature}`;
}

function hs256(data: unknown): string {
  const input = `${segment({ alg: "HS256", kid: KID })}.${segment({ data: JSON.stringify(data), iss: "NIC" })}`;
  const secret = ours.publicKey.export({ type: "spki", format: "pem" });
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** jose does not sign with such a key. */
function weaklySigned(data: unknown): string {
  const input = `${segment({ alg: "RS256", kid: "WEAK" })}.${segment({ data: JSON.stringify(data), iss: "NIC" })}`;
  return `${input}.${sign("sha256", Buffer.from(input), weak.privateKey).toString("base64url")}`;
}
