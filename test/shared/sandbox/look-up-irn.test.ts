import { describe, expect, it } from "vitest";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { BUYER_GSTIN, call, codesOf, dataOf, generate, logIn, sessionHeaders, type Token } from "./a-client.ts";
import { aSandbox } from "./a-sandbox.ts";

interface Options {
  readonly portal?: string;
  readonly headers?: Record<string, string>;
  readonly as?: Token;
}

/** A document registered at NIC1, and both ways to ask for it. */
async function setup(invoice = anInvoice(), gstin = "27AAAZA0001A1ZM") {
  const sandbox = aSandbox({ start: "2026-08-18T11:12:38Z" });
  const token = await logIn(sandbox.send, { gstin });
  const registered = dataOf(token, await generate(sandbox.send, token, invoice));
  const ask = async (
    path: string,
    query: Record<string, string>,
    { portal = "nic1", headers = {}, as = token }: Options,
  ) =>
    (
      await call(sandbox.send, {
        path: `/${portal}/eicore/v1.03/Invoice/${path}`,
        query,
        headers: { ...sessionHeaders(as), ...headers },
      })
    ).answer;

  return {
    ...sandbox,
    token,
    registered,
    byIrn: (irn: string, options: Options = {}) => ask(`irn/${irn}`, {}, options),
    byDocument: (details: Record<string, string> = {}, options: Options = {}) =>
      ask("irnbydocdetails", { doctype: "INV", docnum: "INV/26-27/001", docdate: "18/08/2026", ...details }, options),
  };
}

describe("a look-up by IRN", () => {
  it("answers the very document that was registered, signed to the same bytes", async () => {
    const { byIrn, registered, token, wait } = await setup();
    wait({ minutes: 59 });

    expect(dataOf(token, await byIrn(registered.Irn))).toEqual(registered);
  });

  it.each(["0".repeat(64), "x", "%20", "irn"])("knows nothing of %s", async (irn) => {
    const { byIrn } = await setup();
    expect(codesOf(await byIrn(irn))).toEqual(["2148"]);
  });
});

describe("a look-up by document", () => {
  it("answers the very document that was registered", async () => {
    const { byDocument, registered, token } = await setup();

    expect(dataOf(token, await byDocument())).toEqual(registered);
    expect(dataOf(token, await byDocument({ doctype: "inv", docnum: "inv/26-27/001" }))).toEqual(registered);
  });

  it.each([{ docnum: "INV/26-27/002" }, { doctype: "CRN" }, { docdate: "18/08/2025" }, { docdate: "19/08/2026" }])(
    "finds nothing for %j",
    async (details) => {
      const { byDocument } = await setup();
      expect(codesOf(await byDocument(details))).toEqual(["2154"]);
    },
  );

  it.each([
    [["2280"], { doctype: "BILL" }],
    [["2281"], { docnum: "0/1" }],
    [["2281"], { docnum: "" }],
    [["2293"], { docdate: "2026-08-18" }],
    [["2293"], { docdate: "18/13/2026" }],
    [["2280", "2281", "2293"], { doctype: "", docnum: "'", docdate: "soon" }],
  ])("is refused with %j for %j", async (codes, details) => {
    const { byDocument } = await setup();
    expect(codesOf(await byDocument(details))).toEqual(codes);
  });

  it("finds a supplier's document for the operator that sent it", async () => {
    const SellerDtls = { Gstin: "27AAAZD0004D1ZA" };
    const operator = "27SBXZT0006T1CZ";
    const { byDocument, byIrn, registered, token } = await setup(
      anInvoice({ SellerDtls, TranDtls: { EcmGstin: operator } }),
      operator,
    );

    const headers = { sup_gstin: SellerDtls.Gstin };
    expect(codesOf(await byDocument())).toEqual(["2154"]);
    expect(dataOf(token, await byDocument({}, { headers }))).toEqual(registered);
    expect(dataOf(token, await byIrn(registered.Irn))).toEqual(registered);
  });
});

describe("both look-ups", () => {
  type Setup = Awaited<ReturnType<typeof setup>>;
  const ways = [
    { absent: "2148", ask: ({ byIrn, registered }: Setup, options?: Options) => byIrn(registered.Irn, options) },
    { absent: "2154", ask: ({ byDocument }: Setup, options?: Options) => byDocument({}, options) },
  ];

  it.each(ways)("miss with $absent at the portal that does not hold the document", async ({ absent, ask }) => {
    expect(codesOf(await ask(await setup(), { portal: "nic2" }))).toEqual([absent]);
  });

  it.each(ways)(
    "find it ($absent otherwise) at either portal when the irp header names the holder",
    async ({ ask }) => {
      const world = await setup();
      for (const portal of ["nic1", "nic2"]) {
        const answer = await ask(world, { portal, headers: { irp: "NIC1" } });
        expect(dataOf(world.token, answer)).toEqual(world.registered);
      }
    },
  );

  it.each(ways)("miss with $absent when the irp header names the other portal", async ({ absent, ask }) => {
    expect(codesOf(await ask(await setup(), { portal: "nic1", headers: { irp: "NIC2" } }))).toEqual([absent]);
  });

  it.each(ways)("are refused with 3098 for any other irp header ($absent otherwise)", async ({ ask }) => {
    for (const irp of ["NIC3", "nic1", "IRIS"]) {
      expect(codesOf(await ask(await setup(), { headers: { irp } }))).toEqual(["3098"]);
    }
  });

  it.each(ways)("serve three days, and then 2283 with the number ($absent otherwise)", async ({ ask }) => {
    const world = await setup();
    world.setClock("2026-08-21T11:12:38Z");
    const as = await logIn(world.send);
    expect((await ask(world, { as })).Status).toBe(1);
    world.wait({ seconds: 1 });

    const { ErrorDetails } = await ask(world, { as });
    expect(ErrorDetails).toEqual([{ ErrorCode: "2283", ErrorMessage: expect.stringContaining("3 days") }]);
  });

  it("tell the recipient that the supplier has not consented, and strangers nothing", async () => {
    const { byIrn, registered, send } = await setup();
    const buyer = await logIn(send, { gstin: BUYER_GSTIN });
    const stranger = await logIn(send, { gstin: "29AAAZC0003C1Z1" });

    expect(codesOf(await byIrn(registered.Irn, { as: buyer }))).toEqual(["2306"]);
    expect(codesOf(await byIrn(registered.Irn, { as: stranger }))).toEqual(["2226"]);
  });
});

it("ignores the irp header when a document is registered", async () => {
  const { send } = aSandbox();
  const token = await logIn(send);
  const headers = { ...sessionHeaders(token), irp: "NIC9" };
  const { answer } = await call(send, { method: "POST", path: "/nic1/eicore/v1.03/Invoice", headers, body: "{}" });

  expect(codesOf(answer)).toEqual(["5003"]);
});
