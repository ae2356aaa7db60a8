import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { dynamoSandboxStore } from "../../../shared/aws/dynamo-sandbox-store.ts";
import { startSandboxTables } from "../../contracts/sandbox-table.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";
import {
  type Answer,
  BUYER_GSTIN,
  call,
  codesOf,
  dataOf,
  GENERATE,
  GSTIN,
  generate,
  logIn,
  seal,
  sessionHeaders,
  toBase64,
} from "./a-client.ts";
import { aSandbox, brokenStore } from "./a-sandbox.ts";

const OPERATOR = "27SBXZT0006T1CZ";

async function setup(options: Parameters<typeof aSandbox>[0] = {}) {
  const sandbox = aSandbox(options);
  const token = await logIn(sandbox.send);
  /** Sends a body as it is. */
  const post = async (body: string | undefined) => {
    const request = { ...GENERATE, headers: sessionHeaders(token), ...(body === undefined ? {} : { body }) };
    return (await call(sandbox.send, request)).answer;
  };
  return {
    ...sandbox,
    token,
    post,
    /** Sends a text under the session key. */
    postSealed: (plain: string) => post(JSON.stringify({ Data: seal(token.sek, plain) })),
    register: (invoice: unknown, portal = "nic1") => generate(sandbox.send, token, invoice, portal),
  };
}

describe("a registered document", () => {
  it("gets an IRN, an acknowledgement of 15 digits, and both signed copies", async () => {
    const { register, token } = await setup();
    const answer = await register(anInvoice());
    const data = dataOf(token, answer);

    expect(answer).toMatchObject({ Status: 1, ErrorDetails: null, InfoDtls: null });
    expect(data.Irn).toBe(createHash("sha256").update(`${GSTIN}2026-27INVINV/26-27/001`).digest("hex"));
    expect(String(data.AckNo)).toMatch(/^1126\d{11}$/);
    expect(Object.keys(data).slice(0, 6)).toEqual(["AckNo", "AckDt", "Irn", "SignedInvoice", "SignedQRCode", "Status"]);
  });

  it.each([
    ["2026-08-18T11:12:38Z", "2026-08-18 16:43:00"],
    ["2026-08-18T11:12:30Z", "2026-08-18 16:43:00"],
    ["2026-08-18T11:12:29.999Z", "2026-08-18 16:42:00"],
    ["2026-08-18T18:29:45Z", "2026-08-19 00:00:00"],
  ])("of %s is acknowledged at %s, rounded to the minute in India", async (start, ackDt) => {
    const { register, token } = await setup({ start });

    expect(dataOf(token, await register(anInvoice())).AckDt).toBe(ackDt);
  });

  it("gets the IRN of its number in capitals", async () => {
    const { register, token } = await setup();
    const lower = dataOf(token, await register(anInvoice({ docNo: "ab/1" })));

    expect(lower.Irn).toBe(createHash("sha256").update(`${GSTIN}2026-27INVAB/1`).digest("hex"));
    expect(codesOf(await register(anInvoice({ docNo: "AB/1" })))).toEqual(["2150"]);
  });

  it("may be sent as base64 of its JSON", async () => {
    const { postSealed, token } = await setup();

    expect(dataOf(token, await postSealed(toBase64(JSON.stringify(anInvoice())))).Status).toBe("ACT");
  });

  it("may be sent by the e-commerce operator that it names", async () => {
    const { send } = aSandbox();
    const token = await logIn(send, { gstin: OPERATOR });
    const SellerDtls = { Gstin: "27AAAZD0004D1ZA" };
    const answer = await generate(send, token, anInvoice({ SellerDtls, TranDtls: { EcmGstin: OPERATOR } }));

    expect(dataOf(token, answer).Irn).toBe(
      createHash("sha256").update(`${SellerDtls.Gstin}2026-27INVINV/26-27/001`).digest("hex"),
    );
  });

  it("may carry members that the schema does not know", async () => {
    const { register } = await setup();
    expect((await register({ ...anInvoice(), Remark: "x" })).Status).toBe(1);
  });
});

describe("a document is refused", () => {
  it.each([
    ["5001", undefined],
    ["5001", "no JSON"],
    ["5001", "[[["],
    ["5001", '{"Data":{}}'],
    ["5003", "{}"],
    ["5003", '{"Data":""}'],
    ["5001", '{"Data":"!"}'],
    ["5001", JSON.stringify({ Data: Buffer.alloc(32).toString("base64") })],
  ])("with %s when the body is %s", async (code, body) => {
    const { post } = await setup();
    expect(codesOf(await post(body))).toEqual([code]);
  });

  it.each([
    ["2255", ""],
    ["2255", " \n"],
    ["5001", "neither JSON nor base64 of it"],
    ["5001", "{"],
    ["5001", "[".repeat(500_000)],
    ["5001", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    ["5001", `{"TranDtls":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`],
  ])("with %s when the plain text is wrong (%#)", async (code, plain) => {
    const { postSealed } = await setup();
    expect(codesOf(await postSealed(plain))).toEqual([code]);
  });

  it.each(["[]", "[1]", "{}", '{"Version":"1.1"}', '{"__proto__":{"a":1},"ItemList":[null,5,{}]}'])(
    "for its schema when it is %s",
    async (plain) => {
      const { postSealed } = await setup();
      const answer = await postSealed(plain);

      expect(answer.Status).toBe(0);
      expect(codesOf(answer)).toContain("5002");
    },
  );

  it("for its schema with every fault in one answer, naming the fields, and no fault that is only a warning", async () => {
    const { register } = await setup();
    const invoice = anInvoice({ DocDtls: { No: "0/1" }, ItemList: [anItem({ HsnCd: "1", GstRt: -1 })] });
    const { Status, ErrorDetails } = await register({ ...invoice, Remark: "unknown member" });
    const messages = (ErrorDetails ?? []).map(({ ErrorMessage }) => ErrorMessage.split(":")[0]);

    expect(Status).toBe(0);
    expect(messages.sort()).toEqual(["DocDtls.No", "ItemList[0].GstRt", "ItemList[0].HsnCd"]);
  });

  it("with 2169 when it is someone else's, the buyer's included", async () => {
    const { register } = await setup();
    for (const Gstin of ["29AAAZC0003C1Z1", BUYER_GSTIN]) {
      expect(codesOf(await register(anInvoice({ SellerDtls: { Gstin } })))).toContain("2169");
    }
  });

  it("for its schema before its owner, and for its owner before a duplicate", async () => {
    const { register, send } = await setup();
    await register(anInvoice());
    const stranger = await logIn(send, { gstin: "29AAAZC0003C1Z1" });

    expect(codesOf(await generate(send, stranger, { ...anInvoice(), Version: "1.0" }))).not.toContain("2169");
    expect(codesOf(await generate(send, stranger, anInvoice()))).toEqual(["2169"]);
  });

  it("when it is longer than 2 MB, however it is wrapped, and not when it is as long", async () => {
    const { postSealed } = await setup();
    const most = 2 * 1024 * 1024;
    const padded = (docNo: string, bytes: number) => {
      const json = JSON.stringify(anInvoice({ docNo, SellerDtls: { LglNm: "उदाहरण" } }));
      return json + " ".repeat(bytes - Buffer.byteLength(json));
    };

    for (const [i, wrap] of [(text: string) => text, toBase64].entries()) {
      expect(codesOf(await postSealed(wrap(padded(`INV/${i}`, most + 1))))).toEqual(["5002"]);
      expect((await postSealed(wrap(padded(`INV/${i}`, most)))).Status).toBe(1);
    }
  });
});

describe("a document that breaks the rules", () => {
  it("is refused with every code at once", async () => {
    const { register } = await setup();
    const [line] = anInvoice().ItemList;
    const broken = anInvoice({ docDate: "19/08/2026", ItemList: [anItem({ ...line, AssAmt: 5, Unit: "XYZ" })] });
    expect(codesOf(await register(broken))).toEqual(expect.arrayContaining(["2163", "2193", "2177", "2182"]));
  });

  it("is refused beyond thirty days: every taxpayer of the sandbox has 10 crore turnover", async () => {
    const { register } = await setup({ start: "2026-08-18T00:00:00Z" });
    expect(codesOf(await register(anInvoice({ docDate: "10/07/2026" })))).toEqual(["2305"]);
  });
});

describe("a document that is registered already", () => {
  it("is refused with 2150 and the IRN that it has, and keeps it", async () => {
    const { register, token, wait } = await setup();
    const { AckNo, AckDt, Irn } = dataOf(token, await register(anInvoice()));
    wait({ minutes: 5 });
    const again = await register(anInvoice({ BuyerDtls: { Loc: "Nashik" } }));

    expect(again).toMatchObject({ Status: 0, Data: null });
    expect(codesOf(again)).toEqual(["2150"]);
    expect(again.InfoDtls).toEqual([{ InfCd: "DUPIRN", Desc: { AckNo, AckDt, Irn } }]);
  });

  it("is refused with 2295 at the other portal, which names the holder", async () => {
    const { register, token } = await setup();
    const { AckNo, AckDt, Irn } = dataOf(token, await register(anInvoice(), "nic2"));
    const elsewhere = await register(anInvoice(), "nic1");

    expect(codesOf(elsewhere)).toEqual(["2295"]);
    expect(elsewhere.InfoDtls).toEqual([
      { InfCd: "DUPIRNGLP", Desc: { Irn, AckNo, AckDt, IrnDtl: { RegIrp: "NIC2" } } },
    ]);
  });

  it("is not lost when the sandbox fails between registering and signing", async () => {
    const { store, token, register } = await setup();
    const unableToSign = aSandbox({ store: { ...store, findKey: brokenStore().findKey } });
    const failed = await generate(unableToSign.send, token, anInvoice());
    expect(codesOf(failed)).toEqual(["5001"]);

    const again = await register(anInvoice());
    expect(codesOf(again)).toEqual(["2150"]);
    const Irn = createHash("sha256").update(`${GSTIN}2026-27INVINV/26-27/001`).digest("hex");
    const path = `/nic1/eicore/v1.03/Invoice/irn/${Irn}`;
    const { answer } = await call(unableToSign.send, { path, headers: sessionHeaders(token) });
    expect(codesOf(answer)).toEqual(["5001"]);
    const found = await call(aSandbox({ store }).send, { path, headers: sessionHeaders(token) });
    expect(dataOf(token, found.answer).Irn).toBe(Irn);
  });

  it("may be registered as another type or in another year", async () => {
    const { register } = await setup({ start: "2026-04-10T00:00:00Z" });
    await register(anInvoice({ docDate: "10/04/2026" }));

    expect((await register(anInvoice({ docDate: "10/04/2026", DocDtls: { Typ: "CRN" } }))).Status).toBe(1);
    expect((await register(anInvoice({ docDate: "31/03/2026" }))).Status).toBe(1);
    expect(codesOf(await register(anInvoice({ docDate: "01/04/2026" })))).toEqual(["2150"]);
  });
});

describe("fifty registrations of one document at the same time", () => {
  const expectOneWinner = (answers: readonly Answer[], irnOf: (answer: Answer) => string) => {
    const [winner, ...others] = answers.filter(({ Status }) => Status === 1);
    const losers = answers.filter(({ Status }) => Status === 0);
    expect(others).toEqual([]);
    expect(losers.map(codesOf)).toEqual(Array.from({ length: 49 }, () => ["2150"]));
    for (const { InfoDtls } of losers) {
      expect(InfoDtls).toEqual([{ InfCd: "DUPIRN", Desc: expect.objectContaining({ Irn: winner && irnOf(winner) }) }]);
    }
  };

  it("give one IRN and 49 duplicates", async () => {
    const { register, token } = await setup();
    const answers = await Promise.all(Array.from({ length: 50 }, () => register(anInvoice())));

    expectOneWinner(answers, (answer) => dataOf(token, answer).Irn);
  });

  /** Half at each portal: the losers at the winner's portal learn of a duplicate, the others of another IRP. */
  const expectOneHolder = (answers: readonly Answer[]) => {
    const winner = answers.findIndex(({ Status }) => Status === 1);
    const expected = answers.map((_, n) => (n === winner ? [] : n % 2 === winner % 2 ? ["2150"] : ["2295"]));
    expect(answers.map(codesOf)).toEqual(expected);
    const holder = winner % 2 === 0 ? "NIC1" : "NIC2";
    for (const { InfoDtls } of answers.filter((answer) => codesOf(answer)[0] === "2295")) {
      expect(InfoDtls).toEqual([{ InfCd: "DUPIRNGLP", Desc: expect.objectContaining({ IrnDtl: { RegIrp: holder } }) }]);
    }
  };
  const atBothPortals = (register: (invoice: unknown, portal: string) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 50 }, (_, n) => register(anInvoice(), n % 2 === 0 ? "nic1" : "nic2")));

  it("at both portals give one IRN, 24 duplicates and 25 at another IRP", async () => {
    const { register } = await setup();
    expectOneHolder(await atBothPortals(register));
  });

  it("at both portals give the same on the engine", async () => {
    const tables = await startSandboxTables();
    const { register } = await setup({ store: dynamoSandboxStore(tables.db, await tables.aTable()) });
    const answers = await atBothPortals(register);
    await tables.stop();

    expectOneHolder(answers);
  });

  it("give one IRN and 49 duplicates on the engine, from two instances", async () => {
    const tables = await startSandboxTables();
    const TableName = await tables.aTable();
    const instances = [0, 1].map(() => aSandbox({ store: dynamoSandboxStore(tables.db, TableName) }));
    const tokens = await Promise.all(instances.map(({ send }) => logIn(send)));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const { send } = instances[n % 2] ?? aSandbox();
        return generate(send, tokens[0] ?? fail(), anInvoice());
      }),
    );
    await tables.stop();

    expect(tokens[1]).toEqual(tokens[0]);
    expectOneWinner(answers, (answer) => dataOf(tokens[0] ?? fail(), answer).Irn);
  });
});

function fail(): never {
  throw new Error("no token");
}
