import { expect, it } from "vitest";
import { aDocument, aNumber, indianDay, SELLER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import {
  type Answer,
  byDocument,
  byIrn,
  encryptedBody,
  GENERATE,
  type PortalPath,
  sessionFor,
} from "./portal-client.ts";
import { DuplicateIrn, ForeignIrn, RegisteredIrn } from "./shapes.ts";

const { url } = await irpOfThisFile();

async function registered(portal: PortalPath = "nic1") {
  const session = await sessionFor(url, SELLER);
  const document = aDocument();
  const irn = RegisteredIrn.parse((await session.post(GENERATE, document, { portal })).opened());
  return { session, document, irn };
}

judge("a document that has an IRN (sections 4 and 5.1)", () => {
  it("is refused with 2150, and its IRN is in DUPIRN", async () => {
    const { session, document, irn } = await registered();
    const again = await session.post(GENERATE, document);
    expect(again).toMatchObject({ httpStatus: 200, Status: 0, Data: null, codes: ["2150"] });
    expect(DuplicateIrn.parse(again.info("DUPIRN"))).toEqual({ AckNo: irn.AckNo, AckDt: irn.AckDt, Irn: irn.Irn });
  });

  it("is the same document with other content", async () => {
    const { session, document } = await registered();
    const other = { ...aDocument({ No: document.DocDtls.No, Dt: indianDay(-2) }), AddlDocDtls: [{ Info: "Other" }] };
    expect((await session.post(GENERATE, other)).codes).toEqual(["2150"]);
  });

  it("is the same document with its number in small letters", async () => {
    const { session, document } = await registered();
    const small = aDocument({ No: document.DocDtls.No.toLowerCase() });
    expect((await session.post(GENERATE, small)).codes).toEqual(["2150"]);
  });

  it("is another document as a credit note", async () => {
    const { session, document } = await registered();
    const note = aDocument({ No: document.DocDtls.No, Typ: "CRN" });
    expect((await session.post(GENERATE, note)).Status).toBe(1);
  });

  it("is refused with 2150 only when nothing else is wrong with it", async () => {
    const { session, document } = await registered();
    const wrong = aDocument({ No: document.DocDtls.No, val: { TotInvVal: 9999 } });
    expect((await session.post(GENERATE, wrong)).codes).toEqual(["2189"]);
  });
});

judge("a document that the other portal holds (sections 4, 5.4 and 8)", () => {
  it.each([
    ["nic1", "nic2", "NIC1"],
    ["nic2", "nic1", "NIC2"],
  ] as const)("from %s is refused at %s with 2295 and DUPIRNGLP", async (holder, other, RegIrp) => {
    const { session, document, irn } = await registered(holder);
    const refused = await session.post(GENERATE, document, { portal: other });
    expect(refused).toMatchObject({ httpStatus: 200, Status: 0, Data: null, codes: ["2295"] });
    expect(ForeignIrn.parse(refused.info("DUPIRNGLP"))).toMatchObject({ Irn: irn.Irn, IrnDtl: { RegIrp } });
  });

  it.each([
    ["nic1", "nic2", "NIC1"],
    ["nic2", "nic1", "NIC2"],
  ] as const)("from %s is found at %s with the irp header alone", async (holder, other, irp) => {
    const { session, document, irn } = await registered(holder);
    const paths = [byIrn(irn.Irn), byDocument(document.DocDtls)];
    const without = await Promise.all(paths.map((path) => session.get(path, { portal: other })));
    expect(without.map(({ codes }) => codes)).toEqual([["2148"], ["2154"]]);
    for (const path of paths) {
      expect((await session.get(path, { portal: other, headers: { irp } })).opened()).toEqual(irn);
    }
  });

  it("is not found where the irp header says it is not", async () => {
    const { session, irn } = await registered("nic1");
    expect((await session.get(byIrn(irn.Irn), { portal: "nic1", headers: { irp: "NIC2" } })).codes).toEqual(["2148"]);
  });

  it.each(["NIC3", "nonsense"])("needs an irp header that names a portal, not %s", async (irp) => {
    const { session, document, irn } = await registered();
    for (const path of [byIrn(irn.Irn), byDocument(document.DocDtls)]) {
      const answer = await session.get(path, { headers: { irp } });
      expect(answer).toMatchObject({ httpStatus: 200, Status: 0, codes: ["3098"] });
    }
  });
});

judge("the same document many times at once (section 9)", () => {
  it("gets one IRN and forty-nine times 2150 with that IRN", async () => {
    const answers = await allAtOnce(() => "nic1");
    const [made] = answers.filter(({ Status }) => Status === 1);
    const refused = answers.filter(({ Status }) => Status === 0);
    const irn = RegisteredIrn.parse(made?.opened());
    expect(irn.Status).toBe("ACT");
    expect(refused.map(({ codes }) => codes)).toEqual(Array.from({ length: 49 }, () => ["2150"]));
    for (const answer of refused) expect(DuplicateIrn.parse(answer.info("DUPIRN"))).toMatchObject({ AckNo: irn.AckNo });
  });

  it("gets one IRN at both portals together", async () => {
    const answers = await allAtOnce((index) => (index % 2 === 0 ? "nic1" : "nic2"));
    const [made, ...more] = answers.filter(({ Status }) => Status === 1);
    expect(more).toEqual([]);
    const irn = RegisteredIrn.parse(made?.opened());
    const codes = answers.filter(({ Status }) => Status === 0).flatMap((answer) => answer.codes);
    expect(codes.filter((code) => code === "2150")).toHaveLength(24);
    expect(codes.filter((code) => code === "2295")).toHaveLength(25);
    const named = answers.flatMap((answer) => [answer.info("DUPIRN"), answer.info("DUPIRNGLP")]).filter((desc) => desc);
    for (const desc of named) expect(desc).toMatchObject({ Irn: irn.Irn });
  });
});

async function allAtOnce(portalOf: (index: number) => PortalPath): Promise<Answer[]> {
  const session = await sessionFor(url, SELLER);
  const body = encryptedBody(session.sek, aDocument({ No: aNumber() }));
  const calls = Array.from({ length: 50 }, (_, index) => session.postBody(GENERATE, body, { portal: portalOf(index) }));
  return Promise.all(calls);
}
