import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { stages } from "../../infra/config.ts";
import { documentFingerprint } from "../../shared/document/document-fingerprint.ts";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { nicIrp } from "../../shared/irp/nic/client.ts";
import { nicWire } from "../../shared/irp/nic/wire.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { verifyDocument } from "../../shared/irp/verify.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { memoryIrpUserStore } from "../fakes/memory-irp-user-store.ts";
import { aSandbox, brokenStore, type Send } from "./sandbox/a-sandbox.ts";

/** Client and server of the wire protocol were written apart; here they meet, byte for byte, below HTTP's own layer. */

const GSTIN = "27AAAZA0001A1ZM";
const NIC1 = { gstin: GSTIN, portal: "NIC1", mayStillSend: () => true };
const NIC2 = { gstin: GSTIN, portal: "NIC2", mayStillSend: () => true };
const HOST = "https://irp.example";

/** fetch, with the sandbox's Lambda handler in place of the network. */
function fetchFrom(send: Send, paths: string[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    paths.push(pathname);
    const reply = await send({
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: Object.fromEntries(request.headers),
      body: Buffer.from(await request.arrayBuffer()).toString("base64"),
      isBase64Encoded: true,
      requestContext: { http: { method: request.method } },
    });
    return new Response(reply.body ?? null, { status: reply.statusCode ?? 500 });
  };
}

async function setup({
  password = "Sandbox@2026",
  store,
}: {
  password?: string;
  store?: ReturnType<typeof brokenStore>;
} = {}) {
  const sandbox = aSandbox(store ? { store } : {});
  const paths: string[] = [];
  const overHttp = fetchFrom(sandbox.send, paths);
  const users = memoryIrpUserStore();
  await users.save(GSTIN, { userName: `API_${GSTIN}`, password });
  const keys = portalKeys(
    async () => ({ jwksUri: `${HOST}/sandbox/jwks.json` }),
    async (url) => (await overHttp(url)).json(),
  );
  const upstream = {
    portals: [
      { name: "NIC1", url: `${HOST}/nic1` },
      { name: "NIC2", url: `${HOST}/nic2/` },
    ],
    ...stages.local.upstream,
  };
  const credentials = async () => ({ clientId: "einvoice-sandbox", clientSecret: "einvoice-sandbox-secret" });
  let ms = Date.parse("2026-08-18T09:00:00Z");
  const now = () => new Date(ms);
  const send = nicWire({ upstream, fetch: overHttp, credentials });
  return {
    irp: nicIrp({ send, users, keys, now, randomBytes }),
    verify: (document: Parameters<typeof verifyDocument>[1]) => verifyDocument(keys, document),
    paths,
    logins: () => paths.filter((path) => path.endsWith("/auth")).length,
    sandbox,
    /** Moves the client's clock and the sandbox's. */
    wait: (minutes: number) => {
      ms += minutes * 60_000;
      sandbox.wait({ minutes });
    },
  };
}

const irnFor = ({ SellerDtls, DocDtls }: Invoice) =>
  irnOf({ sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt });

function value<T>(answer: { is: string; value?: T }): T {
  if (answer.is !== "ok" || answer.value === undefined) throw new Error(JSON.stringify(answer));
  return answer.value;
}

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
    const { irp, sandbox, paths } = await setup();
    value(await irp.generate(NIC1, anInvoice({ docNo: "A/1" })));
    sandbox.wait({ minutes: 61 });
    paths.length = 0;

    value(await irp.generate(NIC1, anInvoice({ docNo: "A/2" })));

    const path = "/nic1/eicore/v1.03/Invoice";
    expect(paths).toEqual([path, "/nic1/eivital/v1.04/auth", path]);
  });

  it("renews a token in its last minutes before it is rejected", async () => {
    const { irp, wait, paths } = await setup();
    value(await irp.generate(NIC1, anInvoice({ docNo: "A/1" })));
    wait(56);
    paths.length = 0;

    value(await irp.generate(NIC2, anInvoice({ docNo: "A/2" })));
    wait(50);
    value(await irp.generate(NIC1, anInvoice({ docNo: "A/3" })));

    expect(paths).toEqual(["/nic2/eivital/v1.04/auth", "/nic2/eicore/v1.03/Invoice", "/nic1/eicore/v1.03/Invoice"]);
  });

  it("with a wrong password logs in once for each call and sends nothing", async () => {
    const { irp, paths } = await setup({ password: "not-the-password" });

    const answer = await irp.generate(NIC1, anInvoice());

    expect(answer).toEqual({
      is: "not-sent",
      errors: [{ code: "1019", message: "Wrong password" }],
      reason: expect.stringContaining("1019"),
    });
    expect(JSON.stringify(answer)).not.toContain("not-the-password");
    expect(paths.filter((path) => path.startsWith("/nic"))).toEqual(["/nic1/eivital/v1.04/auth"]);
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
