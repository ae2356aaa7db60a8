import { describe, expect, it } from "vitest";
import { Gstin } from "../../shared/gstin.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import type { Answer, Irp } from "../../shared/irp/irp.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { anIrpAtTheSandbox, GSTIN, type Network, okValue, to } from "./an-irp-at-the-sandbox.ts";

/** Every operation in every kind of trouble, and what the client concludes: the word, then the codes. */

type Name = keyof Irp;
const NUMBER = { docType: "INV", docNo: "INV/26-27/001", docDate: "18/08/2026" };
const ROAD = { TransMode: "1", VehNo: "MH12AB1234", VehType: "R", Distance: 10 } as const;
const CANCELLATION = { reason: "order_cancelled", remarks: "The order was cancelled" } as const;
/** No e-way bill of the sandbox has this number. */
const NO_BILL = "999999999999";

const operations: readonly Name[] = [
  ...(["generate", "byIrn", "byDocument", "cancel", "rejected"] as const),
  ...(["makeEwayBill", "ewayBillOf", "cancelEwayBill", "taxpayer", "syncTaxpayer"] as const),
];
/** Those that change something, with how they show it. */
const changing: readonly Name[] = ["generate", "cancel", "makeEwayBill", "cancelEwayBill"];

/** The start of what a fault does to a GSTIN's calls, with the check character that makes it a GSTIN. */
function faulty(pan: string): string {
  const start = `27${pan}A1Z`;
  const found = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((last) => Gstin.safeParse(start + last).success);
  return `${start}${found}`;
}

function invoiceOf(gstin: string, docNo: string = NUMBER.docNo) {
  return anInvoice({ docNo, SellerDtls: { Gstin: gstin }, BuyerDtls: { Pin: 413001 } });
}

const irnFor = (sellerGstin: string, docNo = NUMBER.docNo) => irnOf({ sellerGstin, ...NUMBER, docNo });

interface Scene {
  readonly gstin: string;
  readonly ewbNo: string;
}

/** The operation at NIC1, on the one document there is. */
const ask: Readonly<Record<Name, (irp: Irp, scene: Scene) => Promise<Answer<unknown>>>> = {
  generate: (irp, { gstin }) => irp.generate(to("NIC1", gstin), invoiceOf(gstin)),
  byIrn: (irp, { gstin }) => irp.byIrn(to("NIC1", gstin), irnFor(gstin)),
  byDocument: (irp, { gstin }) => irp.byDocument(to("NIC1", gstin), NUMBER),
  cancel: (irp, { gstin }) => irp.cancel(to("NIC1", gstin), irnFor(gstin), CANCELLATION),
  rejected: (irp, { gstin }) => irp.rejected(to("NIC1", gstin), NUMBER.docDate),
  makeEwayBill: (irp, { gstin }) => irp.makeEwayBill(to("NIC1", gstin), irnFor(gstin), ROAD),
  ewayBillOf: (irp, { gstin }) => irp.ewayBillOf(to("NIC1", gstin), irnFor(gstin)),
  cancelEwayBill: (irp, { gstin, ewbNo }) => irp.cancelEwayBill(to("NIC1", gstin), ewbNo, CANCELLATION),
  taxpayer: (irp, { gstin }) => irp.taxpayer(to("NIC1", gstin), gstin),
  syncTaxpayer: (irp, { gstin }) => irp.syncTaxpayer(to("NIC1", gstin), gstin),
};

type Setup = Awaited<ReturnType<typeof anIrpAtTheSandbox>>;

/** Brings about what the operation needs, a token too, through a network without faults. */
async function prepared({ irp, wait }: Setup, name: Name, gstin = GSTIN): Promise<Scene> {
  const scene = { gstin, ewbNo: NO_BILL };
  if (name === "rejected") {
    okValue(await irp.generate(to("NIC1", gstin), invoiceOf(gstin, "REJ-1")));
    wait(61);
  }
  if (name !== "generate") okValue(await ask.generate(irp, scene));
  else okValue(await ask.taxpayer(irp, scene));
  if (name !== "ewayBillOf" && name !== "cancelEwayBill") return scene;
  return { gstin, ewbNo: okValue(await irp.makeEwayBill(to("NIC1", gstin), irnFor(gstin), ROAD)).ewbNo };
}

function conclusion(answer: Answer<unknown>): string {
  if (answer.is === "ok") return "ok";
  return [answer.is, ...answer.errors.map(({ code }) => code)].join(" ");
}

async function isDone(irp: Irp, name: Name, scene: Scene): Promise<boolean> {
  const document = await ask.byDocument(irp, scene);
  if (name === "generate") return document.is === "ok";
  if (name === "cancel") return (okValue(document) as { status: string }).status === "CNL";
  const bill = await ask.ewayBillOf(irp, scene);
  if (name === "makeEwayBill") return bill.is === "ok";
  return (okValue(bill) as { status: string }).status === "CNL";
}

const reply = (status: number, body = "") => new Response(body, { status });
const GATEWAY = '{"message":"Endpoint request timed out"}';

function networkError(code: string) {
  return Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(code), { code }) });
}

async function lostAfter(pass: () => Promise<Response>): Promise<never> {
  await pass();
  throw networkError("ECONNRESET");
}

async function changed(pass: () => Promise<Response>, change: (body: string) => string): Promise<Response> {
  return reply(200, change(await (await pass()).text()));
}

/** Trouble between the client and the portal; all operations alike. "done": the portal did what it was asked. */
const networkFaults: readonly (readonly [fault: string, conclusion: string, "done" | "not done", Network])[] = [
  ["connection refused", "not-sent", "not done", () => Promise.reject(networkError("ECONNREFUSED"))],
  ["no such host", "not-sent", "not done", () => Promise.reject(networkError("ENOTFOUND"))],
  ["429 of a gateway", "not-sent", "not done", async () => reply(429, '{"code":"request.rejected"}')],
  ["connection reset", "unknown", "not done", () => Promise.reject(networkError("ECONNRESET"))],
  ["time-out", "unknown", "not done", () => Promise.reject(new DOMException("", "TimeoutError"))],
  ["bare 500", "unknown", "not done", async () => reply(500)],
  ["bare 502", "unknown", "not done", async () => reply(502, '{"message":"Bad Gateway"}')],
  ["bare 503", "unknown", "not done", async () => reply(503)],
  ["bare 504", "unknown", "not done", async () => reply(504, GATEWAY)],
  ["redirection", "unknown", "not done", async () => reply(302)],
  ["gateway's text as 200", "unknown", "not done", async () => reply(200, GATEWAY)],
  ["another envelope", "unknown", "not done", async () => reply(200, '{"status_cd":"0","status_desc":"fault"}')],
  ["HTML as 200", "unknown", "not done", async () => reply(200, "<html>Service unavailable</html>")],
  ["nothing as 200", "unknown", "not done", async () => reply(200)],
  ["reset after commit", "unknown", "done", lostAfter],
  ["504 after commit", "unknown", "done", (pass) => pass().then(() => reply(504, GATEWAY))],
  ["answer cut in its middle", "unknown", "done", (pass) => changed(pass, (body) => body.slice(0, body.length / 2))],
  [
    "data cut",
    "unknown",
    "done",
    (pass) => changed(pass, (body) => body.replace(/("[Dd]ata":"[^"]{0,20})[^"]*/, "$1")),
  ],
  ["data lost", "unknown", "done", (pass) => changed(pass, (body) => body.replace(/("[Dd]ata":)"[^"]*"/, "$1null"))],
  ["Status lost", "unknown", "done", (pass) => changed(pass, (body) => body.replace(/"[Ss]tatus":"?1"?,/, ""))],
];

/** A login's data are not sealed, so that two of them do nothing to it. */
const loginFaults = networkFaults.filter(([fault]) => !fault.startsWith("data"));

/** Of rejected IRNs there may be none, and null says so. */
const networkExceptions: Readonly<Record<string, Partial<Record<Name, string>>>> = { "data lost": { rejected: "ok" } };

/** Trouble that the portal itself makes for a GSTIN: its PAN, and the client's conclusion. */
const portalFaults: readonly (readonly [fault: string, pan: string, conclusion: string])[] = [
  ["auth, the client's id is wrong", "FLTZE1010", "not-sent 1010"],
  ["auth, the user's password is wrong", "FLTZE1019", "not-sent 1019"],
  ["auth, the token is another GSTIN's", "FLTZE1015", "not-sent 1015"],
  ["auth, the token is rejected each time", "FLTZE1005", "not-sent 1005"],
  ["rate, quota", "FLTZE3108", "not-sent 3108"],
  ["rate, another quota", "FLTZE4062", "not-sent 4062"],
  ["rate, client suspended", "FLTZE3095", "not-sent 3095"],
  ["rate, user suspended", "FLTZE3096", "not-sent 3096"],
  ["validation", "FLTZE2233", "refused 2233"],
  ["validation, no data", "FLTZE5003", "refused 5003"],
  ["business", "FLTZE2169", "refused 2169"],
  ["business, cancelled already", "FLTZE9999", "refused 9999"],
  ["business, the taxpayer's copy is old", "FLTZE3029", "refused 3029"],
  ["a code of no list", "FLTZE7777", "refused 7777"],
  ["duplicate", "FLTZE2150", "unknown 2150"],
  ["duplicate, an e-way bill", "FLTZE4002", "unknown 4002"],
  ["transient", "FLTZE2146", "unknown 2146"],
  ["transient, cancellation", "FLTZE4053", "unknown 4053"],
  ["catch-all", "FLTZE5001", "unknown 5001"],
  ["catch-all of the schema", "FLTZE5002", "unknown 5002"],
  ["bare 502", "FLTZE0502", "unknown"],
  ["bare 504", "FLTZE0504", "unknown"],
];

/** The e-way bill system has a code of its own for tokens. */
const ewayapiExceptions: Readonly<Record<string, string>> = {
  "not-sent 1005": "not-sent 238",
  "not-sent 1015": "not-sent 238",
};

/** Ways of writing a good answer, or a refusal. */
const envelopes: readonly (readonly [envelope: string, pan: string])[] = [
  ["ErrorDetails as text", "FLTZV0001"],
  ["ErrorDetails as base64", "FLTZV0002"],
  ["Status as text", "FLTZV0003"],
  ["base64 inside Data", "FLTZV0004"],
  ["no InfoDtls", "FLTZV0005"],
];

/** What each operation is refused with when there is no such document. */
const refusals: Readonly<Record<Name, string>> = {
  generate: "unknown 2150", // Once more the same.
  byIrn: "refused 2148",
  byDocument: "refused 2154",
  cancel: "refused 2148",
  rejected: "ok",
  makeEwayBill: "refused 4003",
  ewayBillOf: "refused 4003",
  cancelEwayBill: "refused 312",
  taxpayer: "ok",
  syncTaxpayer: "ok",
};

describe.each(operations)("%s", (name) => {
  it.each(networkFaults)("%s: %s, %s", async (fault, expected, done, network) => {
    const setup = await anIrpAtTheSandbox();
    const { irp, meddle } = setup;
    const scene = await prepared(setup, name);
    meddle(network);

    expect(conclusion(await ask[name](irp, scene))).toBe(networkExceptions[fault]?.[name] ?? expected);

    meddle((pass) => pass());
    if (changing.includes(name)) expect(await isDone(irp, name, scene)).toBe(done === "done");
  });

  it.each(loginFaults)("%s at its login: not-sent, nothing done", async (_fault, _expected, _done, network) => {
    const { irp, meddle, paths } = await anIrpAtTheSandbox();
    meddle((pass, path) => (path.endsWith("/auth") ? network(pass, path) : pass()));

    expect(conclusion(await ask[name](irp, { gstin: GSTIN, ewbNo: NO_BILL }))).toBe("not-sent");

    expect(paths().filter((path) => !/\/(auth|jwks\.json)$/.test(path))).toEqual([]);
  });

  it.each(portalFaults)("%s (%s): %s", async (_fault, pan, expected) => {
    const gstin = faulty(pan);
    const { irp, logins, paths } = await anIrpAtTheSandbox({ gstin });

    const answer = await ask[name](irp, { gstin, ewbNo: NO_BILL });

    const atEwayapi = name === "cancelEwayBill" ? ewayapiExceptions[expected] : undefined;
    expect(conclusion(answer)).toBe(atEwayapi ?? expected);
    const isReplayed = /1005|238/.test(conclusion(answer));
    expect(logins()).toBe(isReplayed ? 2 : 1);
    expect(paths().filter((path) => !/\/(auth|jwks\.json)$/.test(path))).toHaveLength(isReplayed ? 2 : 1);
  });

  it.each(envelopes)("%s (%s): ok, and a refusal is read", async (_envelope, pan) => {
    const gstin = faulty(pan);
    const good = await anIrpAtTheSandbox({ gstin });
    expect(conclusion(await ask[name](good.irp, await prepared(good, name, gstin)))).toBe("ok");

    const { irp } = await anIrpAtTheSandbox({ gstin });
    const scene = { gstin, ewbNo: NO_BILL };
    if (name === "generate") okValue(await ask.generate(irp, scene));
    expect(conclusion(await ask[name](irp, scene))).toBe(refusals[name]);
  });

  it("token revoked early (FLTZT0300): ok, with one login more", async () => {
    const gstin = faulty("FLTZT0300");
    const setup = await anIrpAtTheSandbox({ gstin });
    const scene = await prepared(setup, name, gstin);
    const before = setup.logins();
    setup.wait(6);

    expect(conclusion(await ask[name](setup.irp, scene))).toBe("ok");
    expect(setup.logins() - before).toBe(1);
  });

  it("a wrong password: not-sent 1019, with one login", async () => {
    const { irp, logins } = await anIrpAtTheSandbox({ password: "not-the-password" });

    expect(conclusion(await ask[name](irp, { gstin: GSTIN, ewbNo: NO_BILL }))).toBe("not-sent 1019");
    expect(logins()).toBe(1);
  });
});

/** Trouble by the number of the document: what generate concludes, then the same once more, then a look-up by the number. */
const documentFaults: readonly (readonly [docNo: string, first: string, again: string, lookUp: string])[] = [
  ["LOST-1", "unknown", "unknown 2150", "ok"],
  ["HANG-1", "unknown", "unknown 2150", "ok"],
  ["SLOW-1", "ok", "unknown 2150", "ok"],
  ["RESET-1", "unknown", "ok", "ok"],
  ["E502-1", "unknown", "unknown", "refused 2154"],
  ["E504-1", "unknown", "unknown", "refused 2154"],
  ["T502-1", "unknown", "ok", "ok"],
  ["T504-1", "unknown", "ok", "ok"],
  ["T2147-1", "unknown 2147", "unknown 2150", "ok"],
  ["E2146-1", "unknown 2146", "unknown 2146", "refused 2154"],
  ["T2146-1", "unknown 2146", "ok", "ok"],
  ["E3029-1", "refused 3029", "refused 3029", "refused 2154"],
  ["E2305-1", "refused 2305", "refused 2305", "refused 2154"],
  ["E5001-1", "unknown 5001", "unknown 5001", "refused 2154"],
  ["E3108-1", "not-sent 3108", "not-sent 3108", "refused 2154"],
  ["T3108-1", "not-sent 3108", "ok", "ok"],
  ["E3095-1", "not-sent 3095", "not-sent 3095", "refused 2154"],
  ["E1005-1", "not-sent 1005", "not-sent 1005", "refused 2154"],
  ["REVOKE-1", "ok", "unknown 2150", "ok"],
  ["LAG-1", "ok", "unknown 2150", "refused 2154"],
  ["OTHER-1", "unknown 2295", "unknown 2295", "refused 2154"],
  ["USED-1", "unknown 2278", "unknown 2278", "refused 2154"],
  ["REJ-1", "ok", "unknown 2150", "ok"],
  ["EWBERR-1", "ok", "unknown 2150", "ok"],
  ["EWBPPD-1", "ok", "unknown 2150", "ok"],
  ["VTEXT-1", "ok", "unknown 2150", "ok"],
  ["VBASE64-1", "ok", "unknown 2150", "ok"],
  ["VSTATUS-1", "ok", "unknown 2150", "ok"],
  ["VINNER-1", "ok", "unknown 2150", "ok"],
  ["VNOINFO-1", "ok", "unknown 2150", "ok"],
];

describe("a document", () => {
  it.each(documentFaults)("%s: %s, then %s, then looked up: %s", async (docNo, ...expected) => {
    const { irp } = await anIrpAtTheSandbox();
    const register = () => irp.generate(to("NIC1"), invoiceOf(GSTIN, docNo));

    const number = { ...NUMBER, docNo };
    const seen = [await register(), await register(), await irp.byDocument(to("NIC1"), number)];

    expect(seen.map(conclusion)).toEqual(expected);
  });

  it.each([
    ["INV-1", "NIC1", { irn: irnFor(GSTIN, "INV-1") }],
    ["INV-1", "NIC2", { irn: irnFor(GSTIN, "INV-1"), irp: "NIC1" }],
    ["USED-1", "NIC1", { irn: irnFor(GSTIN, "USED-1") }],
    ["OTHER-1", "NIC1", { irn: irnFor(GSTIN, "OTHER-1"), irp: "IRP" }],
    ["VTEXT-1", "NIC1", { irn: irnFor(GSTIN, "VTEXT-1") }],
  ] as const)("%s, at %s, is told to exist: %j", async (docNo, portal, existing) => {
    const { irp } = await anIrpAtTheSandbox();
    await irp.generate(to("NIC1"), invoiceOf(GSTIN, docNo));

    expect(await irp.generate(to(portal), invoiceOf(GSTIN, docNo))).toMatchObject({ is: "unknown", existing });
  });

  it("VNOINFO-1 is taken, and nobody says by what", async () => {
    const { irp } = await anIrpAtTheSandbox();
    await irp.generate(to("NIC1"), invoiceOf(GSTIN, "VNOINFO-1"));

    expect(await irp.generate(to("NIC1"), invoiceOf(GSTIN, "VNOINFO-1"))).not.toHaveProperty("existing");
  });

  it("rejected later is in the list of its day", async () => {
    const { irp, wait } = await anIrpAtTheSandbox();
    const { irn } = okValue(await irp.generate(to("NIC1"), invoiceOf(GSTIN, "REJ-1")));
    expect(okValue(await irp.rejected(to("NIC1"), NUMBER.docDate))).toEqual([]);
    wait(61);

    expect(okValue(await irp.rejected(to("NIC1"), NUMBER.docDate))).toEqual([irn]);
    expect(await irp.byIrn(to("NIC1"), irn)).toMatchObject({ is: "ok", value: { status: "REJ" } });
  });

  it("keeps its IRN where its e-way bill fails, and the bill fails by IRN too", async () => {
    const { irp } = await anIrpAtTheSandbox();
    const invoice = { ...invoiceOf(GSTIN, "EWBERR-1"), EwbDtls: ROAD };
    const document = okValue(await irp.generate(to("NIC1"), invoice));

    expect(document.ewayBill).toEqual({ errors: [{ code: "4001", message: expect.any(String) }] });
    expect(conclusion(await irp.makeEwayBill(to("NIC1"), document.irn, ROAD))).toBe("unknown 4001");
  });
});
