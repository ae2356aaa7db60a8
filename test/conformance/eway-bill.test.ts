import { expect, it } from "vitest";
import { aDocument, anExport, indianDay, SELLER, STRANGER } from "./documents.ts";
import { byRoad, EWB, registered, unserved, withEwayBill } from "./eway-bills.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { byIrn, encryptedBody, GENERATE, type PortalPath, sessionFor } from "./portal-client.ts";
import { EwayBill, FoundEwayBill, RegisteredIrn } from "./shapes.ts";

const { url } = await irpOfThisFile();
const unless = await unserved(url, EWB);

judge(
  "e-way bill by IRN (section 5.5)",
  () => {
    it("answers number, times and a validity that ends with a day", async () => {
      const { session, Irn } = await registered(url);
      const answer = await session.post(EWB, byRoad(Irn));
      expect(answer).toMatchObject({ httpStatus: 200, Status: 1, ErrorDetails: null });
      const bill = EwayBill.parse(answer.opened());
      const days = Date.parse(`${bill.EwbValidTill?.slice(0, 10)}`) - Date.parse(bill.EwbDt.slice(0, 10));
      expect([0, 86_400_000]).toContain(days); // One day for up to 200 km.
    });

    it("has no validity when it is part A alone", async () => {
      const { session, Irn } = await registered(url);
      const answer = await session.post(EWB, { Irn, Distance: 50, TransId: STRANGER });
      expect(EwayBill.parse(answer.opened()).EwbValidTill).toBeNull();
    });

    it("is found by IRN", async () => {
      const { session, Irn, bill } = await withEwayBill(url);
      const answer = await session.get(`${EWB}/irn/${Irn}`);
      const found = FoundEwayBill.parse(answer.opened());
      const { EwbNo, EwbDt, EwbValidTill } = bill;
      expect(found).toMatchObject({ EwbNo, EwbDt, EwbValidTill, Status: "ACT", GenGstin: SELLER });
    });

    it("is made once: 4002", async () => {
      const { session, Irn } = await withEwayBill(url);
      expect(await session.post(EWB, byRoad(Irn))).toMatchObject({
        httpStatus: 200,
        Status: 0,
        Data: null,
        codes: ["4002"],
      });
    });

    it("is made once by many at once", async () => {
      const { session, Irn } = await registered(url);
      const body = encryptedBody(session.sek, byRoad(Irn));
      const answers = await Promise.all(Array.from({ length: 20 }, () => session.postBody(EWB, body)));
      expect(answers.filter(({ Status }) => Status === 1)).toHaveLength(1);
      expect(answers.flatMap(({ codes }) => codes)).toEqual(Array.from({ length: 19 }, () => "4002"));
    });

    it("is not there before it is made: 4005", async () => {
      const { session, Irn } = await registered(url);
      expect(await session.get(`${EWB}/irn/${Irn}`)).toMatchObject({ Status: 0, Data: null, codes: ["4005"] });
    });

    it("needs the irp header at the other portal, to make it and to find it", async () => {
      const { session, Irn } = await registered(url);
      const elsewhere: { portal: PortalPath } = { portal: "nic2" };
      const told = { ...elsewhere, headers: { irp: "NIC1" } };
      expect(["4003", "2148", "2143"]).toContain((await session.post(EWB, byRoad(Irn), elsewhere)).codes[0]);
      const { EwbNo } = EwayBill.parse((await session.post(EWB, byRoad(Irn), told)).opened());
      expect(["4003", "2148", "2143"]).toContain((await session.get(`${EWB}/irn/${Irn}`, elsewhere)).codes[0]);
      expect((await session.get(`${EWB}/irn/${Irn}`, told)).opened()).toMatchObject({ EwbNo });
      expect((await session.get(`${EWB}/irn/${Irn}`, { headers: { irp: "NIC3" } })).codes).toEqual(["3098"]);
    });

    it("is not made for an IRN that nobody has", async () => {
      const { session } = await registered(url);
      const { codes } = await session.post(EWB, byRoad("0".repeat(64)));
      expect(["4003", "2148", "2143"]).toContain(codes[0]);
    });
  },
  { unless },
);

judge(
  "an e-way bill refused (sections 5.2, 5.5 and 10.6)",
  () => {
    it.each([
      ["road without vehicle", { VehNo: undefined }, ["4011"]],
      ["road without vehicle type", { VehType: undefined }, ["4022"]],
      ["rail without document number", byTransport("2", { TransDocDt: indianDay(-1) }), ["4012"]],
      ["rail without document date", byTransport("2", { TransDocNo: "RR123456" }), ["4023"]],
      ["air without document number", byTransport("3", { TransDocDt: indianDay(-1) }), ["4012"]],
      ["ship without vehicle or document", byTransport("4", {}), ["4040"]],
      ["ship with a regular vehicle", { TransMode: "4" }, ["4039"]],
      ["distance 0 with one PIN", { Distance: 0 }, ["4029"]],
      ["more than 100 km with one PIN", { Distance: 101 }, ["4013", "4029", "4038"]],
      ["a vehicle number of nonsense", { VehNo: "????" }, ["4014", "5002"]],
      ["a transport document of the future", { TransDocNo: "1", TransDocDt: indianDay(3) }, ["4016"]],
      ["a transport document from before the invoice", { TransDocNo: "1", TransDocDt: indianDay(-9) }, ["4021"]],
      ["neither carrier nor vehicle", { TransMode: undefined, VehNo: undefined, VehType: undefined }, ["4027", "4019"]],
      ["a vehicle without mode", { TransMode: undefined }, ["4028"]],
      ["a distance of text", { Distance: "50" }, ["5002", "5001"]],
      ["a distance over 4000", { Distance: 4001 }, ["5002", "5001", "4038", "4013"]],
    ])("%s", async (_, changes, codes) => {
      const { session, Irn } = await registered(url);
      const answer = await session.post(EWB, byRoad(Irn, changes));
      expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null });
      expect(answer.codes.filter((code) => codes.includes(code))).not.toEqual([]);
      expect((await session.get(`${EWB}/irn/${Irn}`)).codes).toEqual(["4005"]);
    });

    it.each([
      ["a credit note", () => aDocument({ Typ: "CRN" }), ["4010"]],
      ["services alone", () => aDocument({ items: [{ IsServc: "Y", HsnCd: "998314" }] }), ["4009", "4010"]],
      ["an export without the ship-to place", () => anExport(), ["4031"]],
    ])("%s", async (_, document, codes) => {
      const { session, Irn } = await registered(url, document());
      const answer = await session.post(EWB, byRoad(Irn));
      expect(answer.codes.filter((code) => codes.includes(code))).not.toEqual([]);
    });
  },
  { unless },
);

judge(
  "an e-way bill inside generate (sections 4 and 5.2)",
  () => {
    const EwbDtls = { Distance: 50, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" };

    it("comes with the IRN, and with both look-ups of it", async () => {
      const session = await sessionFor(url, SELLER);
      const irn = RegisteredIrn.parse((await session.post(GENERATE, aDocument({ more: { EwbDtls } }))).opened());
      expect(irn).toMatchObject({
        EwbNo: expect.any(Number),
        EwbDt: expect.any(String),
        EwbValidTill: expect.any(String),
      });
      expect((await session.get(byIrn(irn.Irn))).opened()).toMatchObject({ EwbNo: irn.EwbNo });
      expect((await session.get(`${EWB}/irn/${irn.Irn}`)).opened()).toMatchObject({ EwbNo: irn.EwbNo, Status: "ACT" });
    });

    it.each([
      ["distance 0 with one PIN", {}, { ...EwbDtls, Distance: 0 }, "4029"],
      ["on a credit note", { Typ: "CRN" }, EwbDtls, "4010"],
    ])("never costs the IRN: EWBERR names what was wrong, %s", async (_, changes, asked, ErrorCode) => {
      const session = await sessionFor(url, SELLER);
      const answer = await session.post(GENERATE, aDocument({ ...changes, more: { EwbDtls: asked } }));
      expect(answer).toMatchObject({ Status: 1, ErrorDetails: null });
      expect(RegisteredIrn.parse(answer.opened())).toMatchObject({ Status: "ACT", EwbNo: null });
      expect(answer.info("EWBERR")).toEqual([{ ErrorCode, ErrorMessage: expect.any(String) }]);
    });
  },
  { unless },
);

function byTransport(TransMode: string, changes: object): object {
  return { TransMode, VehNo: undefined, VehType: undefined, ...changes };
}
