import { expect, it } from "vitest";
import { aDocument, aNumber, SELLER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { openJwt } from "./jwt.ts";
import { decryptAes, noOpenssl } from "./openssl.ts";
import { byDocument, CLIENT, encryptedBody, GENERATE, logIn, type Reply, send, sessionFor } from "./portal-client.ts";
import { DuplicateIrn, ForeignIrn, RegisteredIrn, SignedDocument } from "./shapes.ts";

const { url } = await irpOfThisFile();
const EwbDtls = { Distance: 50, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" };

/** Section 9 asks for trouble by the start of the number; the words themselves are the sandbox's. */
function troubled(prefix: string, more: object = {}) {
  return aDocument({ No: `${prefix}${aNumber()}`.slice(0, 16), more });
}

/** Some answers below are no envelope, or not the usual one. The token is the one that is good now. */
async function rawOf(document: object): Promise<Reply> {
  const { token, sek } = await logIn(url, { gstin: SELLER });
  const headers = { ...CLIENT, Gstin: SELLER, user_name: `API_${SELLER}`, AuthToken: token };
  return send(url, { path: `/nic1${GENERATE}`, headers, body: encryptedBody(sek, document) });
}

/** The tables of trouble came later than the rest. */
async function noTrouble(): Promise<string | undefined> {
  if (noOpenssl !== undefined) return undefined; // Said elsewhere.
  return (await rawOf(troubled("E504-"))).httpStatus === 504 ? undefined : "the portal makes no trouble on demand";
}

const unless = await noTrouble();

judge(
  "trouble that keeps the envelope (section 9)",
  () => {
    it("E3108-: refused with the code, and nothing registered", async () => {
      const session = await sessionFor(url, SELLER);
      const document = troubled("E3108-");
      expect(await session.post(GENERATE, document)).toMatchObject({ httpStatus: 200, Status: 0, codes: ["3108"] });
      expect((await session.get(byDocument(document.DocDtls))).codes).toEqual(["2154"]);
    });

    it("T2146-: refused once, then registered", async () => {
      const session = await sessionFor(url, SELLER);
      const document = troubled("T2146-");
      expect((await session.post(GENERATE, document)).codes).toEqual(["2146"]);
      expect(RegisteredIrn.parse((await session.post(GENERATE, document)).opened()).Status).toBe("ACT");
    });

    it("USED-: the number of a cancelled IRN, 2278 with DUPIRN", async () => {
      const answer = await (await sessionFor(url, SELLER)).post(GENERATE, troubled("USED-"));
      expect(answer).toMatchObject({ Status: 0, Data: null, codes: ["2278"] });
      DuplicateIrn.parse(answer.info("DUPIRN"));
    });

    it("OTHER-: registered at another IRP, 2295 with DUPIRNGLP", async () => {
      const answer = await (await sessionFor(url, SELLER)).post(GENERATE, troubled("OTHER-"));
      expect(answer).toMatchObject({ Status: 0, Data: null, codes: ["2295"] });
      ForeignIrn.parse(answer.info("DUPIRNGLP"));
    });

    it("EWBERR-: the IRN without its e-way bill", async () => {
      const answer = await (await sessionFor(url, SELLER)).post(GENERATE, troubled("EWBERR-", { EwbDtls }));
      expect(RegisteredIrn.parse(answer.opened())).toMatchObject({ Status: "ACT", EwbNo: null });
      expect(answer.info("EWBERR")).toEqual([{ ErrorCode: expect.any(String), ErrorMessage: expect.any(String) }]);
    });

    it("EWBPPD-: the distance in words", async () => {
      const answer = await (await sessionFor(url, SELLER)).post(GENERATE, troubled("EWBPPD-", { EwbDtls }));
      expect(answer.Status).toBe(1);
      expect(answer.info("EWBPPD")).toMatch(/^Pin-Pin calc distance: \d+KM$/);
    });

    it("LAG-: registered, and not found at once", async () => {
      const session = await sessionFor(url, SELLER);
      const document = troubled("LAG-");
      expect((await session.post(GENERATE, document)).Status).toBe(1);
      expect((await session.get(byDocument(document.DocDtls))).codes).toEqual(["2154"]);
      expect((await session.post(GENERATE, document)).codes).toEqual(["2150"]);
    });

    it("REVOKE-: the token ends, and a new one registers the document", async () => {
      const session = await logIn(url, { gstin: SELLER, portal: "nic2" });
      const document = troubled("REVOKE-");
      expect((await session.post(GENERATE, document)).codes).toEqual(["1005"]);
      expect((await session.post(GENERATE, aDocument())).codes).toEqual(["1005"]);
      const next = await logIn(url, { gstin: SELLER });
      expect(next.token).not.toBe(session.token);
      expect((await next.post(GENERATE, document)).Status).toBe(1);
    });
  },
  { unless },
);

judge(
  "trouble on the wire (section 9)",
  () => {
    it.each(["502", "504"])("E%s-: a bare HTTP status, and nothing registered", async (status) => {
      const document = troubled(`E${status}-`);
      expect((await rawOf(document)).httpStatus).toBe(Number(status));
      const session = await logIn(url, { gstin: SELLER });
      expect((await session.get(byDocument(document.DocDtls))).codes).toEqual(["2154"]);
    });

    it("LOST-: a bare 504, and yet registered", async () => {
      const document = troubled("LOST-");
      const session = await logIn(url, { gstin: SELLER });
      expect((await rawOf(document)).httpStatus).toBe(504);
      const found = RegisteredIrn.parse((await session.get(byDocument(document.DocDtls))).opened());
      expect(SignedDocument.parse(openJwt(found.SignedInvoice).data).Irn).toBe(found.Irn);
      expect((await rawOf(document)).text).not.toContain('"Status":1');
    });

    it.each([
      ["VTEXT-", (details: string) => details],
      ["VBASE64-", (details: string) => Buffer.from(details, "base64").toString()],
    ])("%s: ErrorDetails as text", async (prefix, read) => {
      const { text } = await rawOf({ ...troubled(prefix), ItemList: [] });
      const { ErrorDetails } = JSON.parse(text);
      expect(ErrorDetails).toBeTypeOf("string");
      expect(JSON.parse(read(ErrorDetails))).toEqual([
        expect.objectContaining({ ErrorCode: expect.any(String), ErrorMessage: expect.any(String) }),
      ]);
    });

    it("VSTATUS-: Status as text", async () => {
      expect(JSON.parse((await rawOf(troubled("VSTATUS-"))).text).Status).toBe("1");
    });

    it("VNOINFO-: a duplicate without InfoDtls", async () => {
      const document = troubled("VNOINFO-");
      await rawOf(document);
      const again = JSON.parse((await rawOf(document)).text);
      expect(again).toMatchObject({ Status: 0, ErrorDetails: [{ ErrorCode: "2150" }] });
      expect(again.InfoDtls ?? null).toBeNull();
    });

    it("VINNER-: base64 of the JSON inside AES", async () => {
      const { sek } = await logIn(url, { gstin: SELLER });
      const plain = decryptAes(sek, JSON.parse((await rawOf(troubled("VINNER-"))).text).Data).toString();
      RegisteredIrn.parse(JSON.parse(Buffer.from(plain, "base64").toString()));
    });
  },
  { unless },
);
