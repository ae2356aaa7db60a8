import { expect, it } from "vitest";
import { aDocument, aNumber, BUYER, indianDay, SELLER, STRANGER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { byDocument, byIrn, GENERATE, sessionFor } from "./portal-client.ts";
import { RegisteredIrn } from "./shapes.ts";

const { url } = await irpOfThisFile();

async function registered() {
  const session = await sessionFor(url, SELLER);
  const document = aDocument({ No: `${aNumber().slice(0, 10)}/A-1` });
  const irn = RegisteredIrn.parse((await session.post(GENERATE, document)).opened());
  return { session, document, irn };
}

judge("look-ups (section 5.4)", () => {
  it("answer just what generate answered, by IRN and by document", async () => {
    const { session, document, irn } = await registered();
    for (const path of [byIrn(irn.Irn), byDocument(document.DocDtls)]) {
      const answer = await session.get(path);
      expect(answer).toMatchObject({ httpStatus: 200, Status: 1, ErrorDetails: null });
      expect(answer.opened()).toEqual(irn);
    }
  });

  it("find a number whatever the case of its letters", async () => {
    const { session, document, irn } = await registered();
    const small = { ...document.DocDtls, No: document.DocDtls.No.toLowerCase() };
    expect((await session.get(byDocument(small))).opened()).toEqual(irn);
  });

  it("answer 2148 to an IRN and 2154 to a document that nobody registered", async () => {
    const { session, document } = await registered();
    expect(await session.get(byIrn("0".repeat(64)))).toMatchObject({ Status: 0, Data: null, codes: ["2148"] });
    const unknown = [
      { ...document.DocDtls, No: aNumber() },
      { ...document.DocDtls, Typ: "CRN" },
      { ...document.DocDtls, Dt: indianDay(-800) },
    ];
    for (const details of unknown) expect((await session.get(byDocument(details))).codes).toEqual(["2154"]);
  });

  it("show an invoice to no stranger", async () => {
    const { document, irn } = await registered();
    const stranger = await sessionFor(url, STRANGER);
    const seen = await stranger.get(byIrn(irn.Irn));
    expect(seen).toMatchObject({ Status: 0, Data: null, codes: ["2226"] });
    expect((await stranger.get(byDocument(document.DocDtls))).codes).toEqual(["2154"]);
  });

  it("show an invoice to its buyer with the supplier's consent only", async () => {
    const { irn } = await registered();
    const seen = await (await sessionFor(url, BUYER)).get(byIrn(irn.Irn));
    if (seen.Status === 1) expect(seen.opened()).toEqual(irn);
    else expect(seen.codes).toEqual(["2306"]);
  });
});
