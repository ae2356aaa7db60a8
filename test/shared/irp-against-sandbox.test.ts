import { describe, expect, it } from "vitest";
import { documentFingerprint } from "../../shared/document/document-fingerprint.ts";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { anIrpAtTheSandbox as setup, to, okValue as value } from "./an-irp-at-the-sandbox.ts";
import { brokenStore } from "./sandbox/a-sandbox.ts";

const NIC1 = to("NIC1");
const NIC2 = to("NIC2");

const irnFor = ({ SellerDtls, DocDtls }: Invoice) =>
  irnOf({ sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt });

describe("the client at the sandbox", () => {
  it("registers a document, and the signed copies vouch for it", async () => {
    const { irp, verify } = await setup();
    const invoice = anInvoice({ SellerDtls: { LglNm: "उदाहरण ₹ 😀" } });

    const document = value(await irp.generate(NIC1, invoice));

    expect(document).toMatchObject({ irn: irnFor(invoice), status: "ACT" });
    expect(await verify(document)).toEqual({
      irn: irnFor(invoice),
      ackNo: expect.stringMatching(/^\d{15}$/),
      ackDt: "2026-08-18T14:30:00+05:30",
      docFp: documentFingerprint(invoice),
    });
  });

  it.each([
    ["nulls", { ...anInvoice(), PayDtls: null, RefDtls: null }],
    ["members of the caller's own", { ...anInvoice(), note: "x", ItemList: [{ ...anInvoice().ItemList[0], note: 1 }] }],
    ["a number in small letters", anInvoice({ docNo: "inv/a-1" })],
    ["an e-way bill", anInvoice({ EwbDtls: { Distance: 0 } })],
  ])("registers one with %s as the document that was asked for", async (_, invoice) => {
    const { irp, verify } = await setup();

    const document = value(await irp.generate(NIC1, invoice as Invoice));

    expect((await verify(document)).docFp).toBe(documentFingerprint(invoice));
  });

  it("finds it again by IRN and by its number, for the same fingerprint", async () => {
    const { irp, verify, logins } = await setup();
    const registered = value(await irp.generate(NIC1, anInvoice()));
    const number = { docType: "INV", docNo: "INV/26-27/001", docDate: "18/08/2026" };

    for (const answer of [await irp.byIrn(NIC1, registered.irn), await irp.byDocument(NIC1, number)]) {
      expect(await verify(value(answer))).toEqual(await verify(registered));
    }
    expect(logins()).toBe(1);
  });

  it("does not find what is not there, or not at this portal", async () => {
    const { irp } = await setup();
    const { irn } = value(await irp.generate(NIC1, anInvoice()));

    expect(await irp.byIrn(NIC1, "f".repeat(64))).toMatchObject({ is: "refused", errors: [{ code: "2148" }] });
    expect(await irp.byIrn(NIC2, irn)).toMatchObject({ is: "refused", errors: [{ code: "2148" }] });
    const number = { docType: "INV", docNo: "INV/26-27/001", docDate: "17/08/2026" };
    expect(await irp.byDocument(NIC1, number)).toMatchObject({ is: "refused", errors: [{ code: "2154" }] });
  });

  it("meets a duplicate and leaves open whose it is", async () => {
    const { irp } = await setup();
    await irp.generate(NIC1, anInvoice());

    expect(await irp.generate(NIC1, anInvoice())).toMatchObject({ is: "unknown", errors: [{ code: "2150" }] });
    expect(await irp.generate(NIC2, anInvoice())).toMatchObject({ is: "unknown", errors: [{ code: "2295" }] });
  });

  it("is refused a document of another seller", async () => {
    const { irp } = await setup();

    const answer = await irp.generate(NIC1, anInvoice({ SellerDtls: { Gstin: "27AAAZD0004D1ZA" } }));

    expect(answer).toMatchObject({ is: "refused", errors: [{ code: "2169", message: expect.any(String) }] });
  });

  it("replaces a token that expired at the portal before its own clock says so", async () => {
    const { irp, sandbox, seen, paths } = await setup();
    value(await irp.generate(NIC1, anInvoice({ docNo: "A/1" })));
    sandbox.wait({ minutes: 61 });
    seen.length = 0;

    value(await irp.generate(NIC1, anInvoice({ docNo: "A/2" })));

    const path = "/nic1/eicore/v1.03/Invoice";
    expect(paths()).toEqual([path, "/nic1/eivital/v1.04/auth", path]);
  });

  it("renews a token in its last minutes before it is rejected", async () => {
    const { irp, wait, seen, paths } = await setup();
    value(await irp.generate(NIC1, anInvoice({ docNo: "A/1" })));
    wait(56);
    seen.length = 0;

    value(await irp.generate(NIC2, anInvoice({ docNo: "A/2" })));
    wait(50);
    value(await irp.generate(NIC1, anInvoice({ docNo: "A/3" })));

    expect(paths()).toEqual(["/nic2/eivital/v1.04/auth", "/nic2/eicore/v1.03/Invoice", "/nic1/eicore/v1.03/Invoice"]);
  });

  it("with a wrong password logs in once and sends nothing", async () => {
    const { irp, paths } = await setup({ password: "not-the-password" });

    const answer = await irp.generate(NIC1, anInvoice());

    expect(answer).toMatchObject({
      is: "not-sent",
      errors: [{ code: "1019", message: "Wrong password" }],
      reason: expect.stringContaining("1019"),
    });
    expect(JSON.stringify(answer)).not.toContain("not-the-password");
    expect(paths().filter((path) => path.startsWith("/nic"))).toEqual(["/nic1/eivital/v1.04/auth"]);
  });

  it("sends nothing while the portal is out of order", async () => {
    const { irp } = await setup({ store: brokenStore() });

    expect(await irp.generate(NIC1, anInvoice())).toMatchObject({ is: "not-sent" });
  });

  it("registers many at once over one session", async () => {
    const { irp, logins } = await setup();
    const invoices = Array.from({ length: 20 }, (_, i) => anInvoice({ docNo: `M/${i + 1}` }));

    const answers = await Promise.all(invoices.map((invoice) => irp.generate(NIC1, invoice)));

    expect(answers.map((answer) => value(answer).irn)).toEqual(invoices.map(irnFor));
    expect(logins()).toBe(1);
  });
});

describe("a document's life, asked of the holder or through the other portal", () => {
  const other = { ...NIC1, via: "NIC2" };
  const ROAD = { TransMode: "1", VehNo: "MH12AB1234", VehType: "R", Distance: 0 };
  const because = { reason: "data_entry_mistake", remarks: "Wrong quantity" } as const;

  it.each([
    ["the holder", NIC1, "/nic1"],
    ["the other", other, "/nic2"],
  ])("%s", async (_, call, base) => {
    const { irp, seen, paths } = await setup();
    const invoice = anInvoice({ BuyerDtls: { Pin: 413001 } });
    const { irn } = value(await irp.generate(NIC1, invoice));
    seen.length = 0;

    const bill = value(await irp.makeEwayBill(call, irn, ROAD));
    expect(bill).toEqual({
      ewbNo: expect.stringMatching(/^18\d{10}$/),
      madeAt: "2026-08-18T14:30:00+05:30",
      validTill: "2026-08-19T23:59:00+05:30",
      distanceKm: 10,
    });
    const { distanceKm: _km, ...kept } = bill;
    const told = { ...kept, status: "ACT", generatedBy: NIC1.gstin };
    expect(value(await irp.ewayBillOf(call, irn))).toEqual(told);
    expect(value(await irp.byIrn(call, irn)).ewayBill).toEqual(kept);
    expect(await irp.makeEwayBill(call, irn, ROAD)).toMatchObject({ is: "unknown", errors: [{ code: "4002" }] });
    expect(await irp.cancel(call, irn, because)).toMatchObject({ is: "refused", errors: [{ code: "2230" }] });
    expect(paths().every((path) => path.startsWith(base))).toBe(true);
    expect(seen.every(({ headers }) => headers.get("irp") === (call === other ? "NIC1" : null))).toBe(true);

    expect(await irp.cancelEwayBill(NIC2, bill.ewbNo, because)).toMatchObject({
      is: "refused",
      errors: [{ code: "444" }],
    });
    const at = { cancelledAt: "2026-08-18T14:30:00+05:30" };
    expect(value(await irp.cancelEwayBill(call, bill.ewbNo, because))).toEqual(at);
    expect(value(await irp.ewayBillOf(call, irn))).toEqual({ ...told, status: "CNL" });
    expect(value(await irp.cancel(call, irn, because))).toEqual(at);
    expect(value(await irp.byIrn(call, irn)).status).toBe("CNL");
    expect(await irp.cancel(call, irn, because)).toMatchObject({ is: "refused", errors: [{ code: "9999" }] });
  });

  it("has an e-way bill from the start when it asks for one", async () => {
    const { irp } = await setup();
    const invoice = anInvoice({ BuyerDtls: { Pin: 413001 }, EwbDtls: { ...ROAD, TransMode: "1", VehType: "R" } });

    const { ewayBill } = value(await irp.generate(NIC1, invoice));

    expect(ewayBill).toMatchObject({ ewbNo: expect.stringMatching(/^18\d{10}$/), distanceKm: 10 });
  });
});

it("an operator registers for a supplier, and finds it by naming the supplier", async () => {
  const gstin = "27SBXZT0006T1CZ";
  const supplier = "27AAAZA0001A1ZM";
  const { irp } = await setup({ gstin });
  const call = { ...NIC1, gstin, supplier };
  const invoice = anInvoice({ TranDtls: { TaxSch: "GST", SupTyp: "B2B", EcmGstin: gstin } });
  const { irn } = value(await irp.generate(call, invoice));
  const number = { docType: "INV", docNo: "INV/26-27/001", docDate: "18/08/2026" };

  expect(value(await irp.byDocument(call, number)).irn).toBe(irn);
  expect(await irp.byDocument({ ...NIC1, gstin }, number)).toMatchObject({ is: "refused", errors: [{ code: "2154" }] });
});

it("a taxpayer is told as the portal has it, and anew", async () => {
  const { irp } = await setup();
  const late = "27SBXZN0014N1Z6";

  expect(value(await irp.taxpayer(NIC1, late))).toMatchObject({ gstin: late, status: "INA", stateCode: "27" });
  expect(value(await irp.syncTaxpayer(NIC1, late))).toMatchObject({ gstin: late, status: "ACT", type: "REG" });
  expect(value(await irp.taxpayer(NIC1, late))).toMatchObject({ status: "ACT", ewayBillBlocked: false });
  expect(await irp.taxpayer(NIC1, "27SBXZQ0015Q1ZW")).toMatchObject({ is: "refused", errors: [{ code: "3001" }] });
});
