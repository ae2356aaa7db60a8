import { expect, it } from "vitest";
import { aDocument, aNumber, indianDay, irnOf, SELLER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { openJwt, signerOf } from "./jwt.ts";
import { isSignedBy } from "./openssl.ts";
import { GENERATE, type PortalPath, publishedKeys, sessionFor } from "./portal-client.ts";
import { QrData, RegisteredIrn, SignedDocument } from "./shapes.ts";

const { url } = await irpOfThisFile();

async function register(document: object, portal: PortalPath = "nic1") {
  const session = await sessionFor(url, SELLER);
  const answer = await session.post(GENERATE, document, { portal });
  expect(answer.codes).toEqual([]);
  return { answer, irn: RegisteredIrn.parse(answer.opened()) };
}

judge("generate (section 5.1)", () => {
  it("answers the published members with their types, and no e-way bill that was not asked for", async () => {
    const { answer, irn } = await register(aDocument());
    expect(answer).toMatchObject({ httpStatus: 200, Status: 1, ErrorDetails: null, InfoDtls: null });
    expect(irn).toMatchObject({ Status: "ACT", EwbNo: null, EwbDt: null, EwbValidTill: null, Remarks: null });
  });

  it.each([
    ["an invoice", {}],
    ["a credit note", { Typ: "CRN" }],
    ["a debit note", { Typ: "DBN" }],
    ["a number in small letters", { No: aNumberOf("a/b-") }],
    ["a number of one run", { No: aNumberOf("Z") }],
  ])("gives %s the IRN of the published recipe", async (_, changes) => {
    const document = aDocument(changes);
    expect((await register(document)).irn.Irn).toBe(irnOf(document));
  });

  it("gives every document an AckNo of its own", async () => {
    const numbers = new Set<number>();
    for (let count = 0; count < 5; count += 1) numbers.add((await register(aDocument())).irn.AckNo);
    expect(numbers.size).toBe(5);
  });

  it("takes a request whose JSON went through base64 before AES, and answers JSON", async () => {
    const document = aDocument();
    const { irn } = await register(Buffer.from(JSON.stringify(document)).toString("base64") as unknown as object);
    expect(irn.Irn).toBe(irnOf(document));
  });

  it("rounds AckDt to the minute, half up, and keeps the seconds in the signed copies", async () => {
    const { irn } = await register(aDocument());
    const signed = SignedDocument.parse(openJwt(irn.SignedInvoice).data).AckDt;
    const exact = Date.parse(`${signed.replace(" ", "T")}Z`);
    const minute = new Date(Math.floor((exact + 30_000) / 60_000) * 60_000).toISOString();
    expect(irn.AckDt).toBe(minute.slice(0, 19).replace("T", " "));
  });
});

judge("the signatures (section 6)", () => {
  it("are RS256 by a published key, in 256 bytes, over the segments as they came", async () => {
    const keys = await publishedKeys(url);
    const { irn } = await register(aDocument());
    for (const jwt of [irn.SignedInvoice, irn.SignedQRCode]) {
      expect(openJwt(jwt).signatureBytes).toBe(256);
      expect(signerOf(jwt, keys)?.use).toBe("sig");
    }
  });

  it("are named by the key's kid, and by its x5t of the same twenty bytes", async () => {
    const keys = await publishedKeys(url);
    const { irn } = await register(aDocument());
    for (const jwt of [irn.SignedInvoice, irn.SignedQRCode]) {
      const { kid, x5t } = openJwt(jwt).header;
      expect(signerOf(jwt, keys)?.kid).toBe(kid);
      expect(Buffer.from(x5t, "base64url").toString("hex").toUpperCase()).toBe(kid);
    }
  });

  it("do not hold for a payload with one character changed", async () => {
    const keys = await publishedKeys(url);
    const { irn } = await register(aDocument());
    const [header, payload = "", signature] = irn.SignedQRCode.split(".");
    const other = payload.endsWith("A") ? "B" : "A";
    const forged = `${header}.${payload.slice(0, -1)}${other}.${signature}`;
    expect(keys.some(({ pem }) => isSignedBy(pem, forged))).toBe(false);
  });

  it("are made with another key at each portal", async () => {
    const keys = await publishedKeys(url);
    const [one, two] = [await register(aDocument(), "nic1"), await register(aDocument(), "nic2")];
    const signers = [one, two].map(({ irn }) => signerOf(irn.SignedInvoice, keys)?.kid);
    expect(signers).toEqual([expect.any(String), expect.any(String)]);
    expect(signers[0]).not.toBe(signers[1]);
  });

  it("hold two claims: the document's text and the portal's name", async () => {
    const { irn } = await register(aDocument());
    for (const jwt of [irn.SignedInvoice, irn.SignedQRCode]) {
      expect(openJwt(jwt).claims).toEqual({ data: expect.any(String), iss: "NIC Sandbox" });
    }
  });
});

judge("the signed invoice (section 6)", () => {
  it("is the document that was sent, between its acknowledgement and its line numbers", async () => {
    const document = aDocument({ items: [{}, {}], val: { AssVal: 2000, CgstVal: 180, SgstVal: 180, TotInvVal: 2360 } });
    const { irn } = await register(document);
    const { AckNo, AckDt, Irn, ...rest } = SignedDocument.parse(openJwt(irn.SignedInvoice).data);
    expect({ AckNo, Irn }).toEqual({ AckNo: irn.AckNo, Irn: irn.Irn });
    const first = rest.ItemList[0]?.ItemNo ?? Number.NaN; // The specification does not say where the count starts.
    expect(rest).toEqual({
      ...document,
      ItemList: document.ItemList.map((item, index) => ({ ItemNo: first + index, ...item })),
    });
    expect(AckDt.slice(0, 10)).toBe(irn.AckDt.slice(0, 10));
  });

  it("has its members in the published order, and ItemNo right before SlNo", async () => {
    const { irn } = await register(aDocument({ more: { PayDtls: { Nm: "Payee" }, RefDtls: { InvRm: "Remark" } } }));
    const { data, claims } = openJwt(irn.SignedInvoice);
    const parties = ["TranDtls", "DocDtls", "SellerDtls", "BuyerDtls"];
    expect(Object.keys(data)).toEqual([
      ...["AckNo", "AckDt", "Irn", "Version", ...parties, "ItemList", "ValDtls", "PayDtls", "RefDtls"],
    ]);
    expect(claims.data).toMatch(/"ItemNo":\d+,"SlNo":"1"/);
  });

  it("leaves out what was sent as null", async () => {
    const document = aDocument({
      tran: { EcmGstin: null, RegRev: null },
      items: [{ Barcde: null }],
      more: { ExpDtls: null },
    });
    const { irn } = await register(document);
    expect(openJwt(irn.SignedInvoice).claims.data).not.toMatch(/EcmGstin|RegRev|Barcde|ExpDtls|null/);
  });

  it("keeps text outside ASCII", async () => {
    const { irn } = await register(aDocument({ items: [{ PrdDesc: "मसाला चाय ☕ 1 kg" }] }));
    expect(SignedDocument.parse(openJwt(irn.SignedInvoice).data).ItemList[0]).toMatchObject({
      PrdDesc: "मसाला चाय ☕ 1 kg",
    });
  });
});

judge("the signed QR code (section 6)", () => {
  it("holds ten members in the published order", async () => {
    const { irn } = await register(aDocument());
    const { data } = openJwt(irn.SignedQRCode);
    QrData.parse(data);
    const document = ["SellerGstin", "BuyerGstin", "DocNo", "DocTyp", "DocDt", "TotInvVal"];
    expect(Object.keys(data)).toEqual([...document, "ItemCnt", "MainHsnCode", "Irn", "IrnDt"]);
  });

  it("is of the document, its largest line and the signed time", async () => {
    const small = { AssAmt: 100, TotAmt: 100, UnitPrice: 100, CgstAmt: 9, SgstAmt: 9, TotItemVal: 118 };
    const items = [small, { HsnCd: "94036000" }, small];
    const document = aDocument({ items, val: { AssVal: 1200, CgstVal: 108, SgstVal: 108, TotInvVal: 1416 } });
    const { irn } = await register(document);
    expect(openJwt(irn.SignedQRCode).data).toEqual({
      SellerGstin: document.SellerDtls.Gstin,
      BuyerGstin: document.BuyerDtls.Gstin,
      DocNo: document.DocDtls.No,
      DocTyp: "INV",
      DocDt: indianDay(-1),
      TotInvVal: 1416,
      ItemCnt: 3,
      MainHsnCode: "94036000",
      Irn: irn.Irn,
      IrnDt: SignedDocument.parse(openJwt(irn.SignedInvoice).data).AckDt,
    });
  });
});

function aNumberOf(start: string): string {
  return `${start}${aNumber().slice(1).toLowerCase()}`.slice(0, 16);
}
