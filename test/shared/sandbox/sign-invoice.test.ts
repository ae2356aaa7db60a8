import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";
import { dataOf, generate, jwks, logIn } from "./a-client.ts";
import { aSandbox } from "./a-sandbox.ts";

const LINES = [
  anItem({ SlNo: "1", HsnCd: "1001", ...priced(10) }),
  anItem({ SlNo: "2", HsnCd: "84713010", ...priced(900) }),
  anItem({ SlNo: "3", HsnCd: "9965", IsServc: "Y", ...priced(900) }),
];
const TOTALS = { AssVal: 1810, CgstVal: 162.9, SgstVal: 162.9, TotInvVal: 2135.8 };

/** The amounts of a line at 18 %, within one state. */
function priced(price: number) {
  const tax = (price * 9) / 100;
  return { UnitPrice: price, TotAmt: price, AssAmt: price, CgstAmt: tax, SgstAmt: tax, TotItemVal: price + 2 * tax };
}

/** Registers, verifies both copies against the published keys, and answers what they say. */
async function signedBy(portal: string, invoice: object) {
  const { send } = aSandbox({ start: "2026-08-18T11:12:38Z" });
  const token = await logIn(send);
  const registered = dataOf(token, await generate(send, token, invoice, portal));
  const keys = createLocalJWKSet({ keys: (await jwks(send)).filter(({ use }) => use === "sig") as never });
  const read = async (jwt: string) => {
    const { payload, protectedHeader } = await compactVerify(jwt, keys, { algorithms: ["RS256"] });
    return { header: protectedHeader, text: new TextDecoder().decode(payload) };
  };
  const [document, qr] = [await read(registered.SignedInvoice), await read(registered.SignedQRCode)];
  return { registered, document, qr, keys: await jwks(send) };
}

function claimsOf(text: string): { data: string; iss: string } {
  return JSON.parse(text) as { data: string; iss: string };
}

describe("the signed copies", () => {
  it("verify against the published keys of the portal that issued them", async () => {
    const nic1 = await signedBy("nic1", anInvoice());
    const nic2 = await signedBy("nic2", anInvoice());

    expect(nic1.document.header.kid).toBe(nic1.keys[1]?.kid);
    expect(nic2.document.header.kid).toBe(nic2.keys[2]?.kid);
    expect(nic1.qr.header.kid).toBe(nic1.document.header.kid);
  });

  it("carry alg, kid, x5t and typ in the header, kid and x5t being one thumbprint", async () => {
    const { document, registered } = await signedBy("nic1", anInvoice());
    const { kid = "", x5t } = document.header;

    expect(Object.keys(document.header)).toEqual(["alg", "kid", "x5t", "typ"]);
    expect(document.header).toMatchObject({ alg: "RS256", typ: "JWT" });
    expect(kid).toMatch(/^[0-9A-F]{40}$/);
    expect(x5t).toBe(Buffer.from(kid, "hex").toString("base64url"));
    expect(decodeProtectedHeader(registered.SignedQRCode)).toEqual(document.header);
  });

  it("claim data, a text, and the issuer that marks a test; nothing else", async () => {
    for (const { text } of Object.values(await signedBy("nic1", anInvoice())).filter((part) => "text" in part)) {
      expect(Object.entries(claimsOf(text))).toEqual([
        ["data", expect.any(String)],
        ["iss", "NIC Sandbox"],
      ]);
    }
  });
});

describe("the signed invoice", () => {
  it("says what was sent in the portals' order, nulls dropped, lines numbered, time to the second", async () => {
    const TranDtls = { RegRev: null, IgstOnIntra: "N" } as const;
    const { ValDtls, ItemList, DocDtls, ...rest } = anInvoice({ ItemList: LINES, ValDtls: TOTALS, TranDtls });
    const shuffled = {
      EwbDtls: { Distance: 0, TransId: null },
      ValDtls,
      ItemList,
      DocDtls: { Dt: DocDtls.Dt, No: "inv/1", Typ: "inv" },
      DispDtls: null,
      PayDtls: { CrDay: 0, Nm: null },
      ...rest,
      Unknown: 1,
    };
    const { document, registered } = await signedBy("nic1", shuffled);
    const data = JSON.parse(claimsOf(document.text).data) as Record<string, unknown>;

    expect(Object.keys(data)).toEqual([
      ...["AckNo", "AckDt", "Irn", "Version", "TranDtls", "DocDtls", "SellerDtls", "BuyerDtls"],
      ...["ItemList", "ValDtls", "PayDtls", "EwbDtls"],
    ]);
    expect(data).toMatchObject({ AckNo: registered.AckNo, AckDt: "2026-08-18 16:42:38", Irn: registered.Irn });
    expect(Object.entries(data["DocDtls"] ?? {})).toEqual([
      ["Typ", "INV"],
      ["No", "INV/1"],
      ["Dt", "18/08/2026"],
    ]);
    expect(data["SellerDtls"]).toEqual(rest.SellerDtls);
    expect(data["PayDtls"]).toEqual({ CrDay: 0 });
    expect(data["ItemList"]).toEqual(LINES.map((line, ItemNo) => ({ ItemNo, ...line })));
    expect(claimsOf(document.text).data).toContain('[{"ItemNo":0,"SlNo":"1",');
    expect(claimsOf(document.text).data).toContain('"TranDtls":{"TaxSch":"GST","SupTyp":"B2B","IgstOnIntra":');
    expect(claimsOf(document.text).data).not.toContain("null");
  });
});

describe("the signed QR code", () => {
  it("says ten things in their order; the HSN is that of the line with the highest taxable value", async () => {
    const { qr, registered } = await signedBy("nic1", anInvoice({ docNo: "inv/1", ItemList: LINES, ValDtls: TOTALS }));

    expect(claimsOf(qr.text).data).toBe(
      '{"SellerGstin":"27AAAZA0001A1ZM","BuyerGstin":"27AAAZB0002B1ZI","DocNo":"INV/1","DocTyp":"INV",' +
        '"DocDt":"18/08/2026","TotInvVal":2135.8,"ItemCnt":3,"MainHsnCode":"84713010",' +
        `"Irn":"${registered.Irn}","IrnDt":"2026-08-18 16:42:38"}`,
    );
  });
});
