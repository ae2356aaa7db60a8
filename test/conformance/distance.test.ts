import { expect, it } from "vitest";
import { aGstin, anInterStateDocument } from "./documents.ts";
import { byRoad, EWB, registered, unserved } from "./eway-bills.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { EwayBill } from "./shapes.ts";

const { url } = await irpOfThisFile();
const DAY_MS = 86_400_000;

/** From Pune to Bengaluru. */
function faraway() {
  return anInterStateDocument({ buyer: { Gstin: aGstin(2, "29"), Loc: "Bengaluru", Pin: 560001, Stcd: "29" } });
}

/** The portal's own distance, which every test below takes as the truth. */
async function portalKm(): Promise<number> {
  const { session, Irn } = await registered(url, faraway());
  const answer = await session.post(EWB, byRoad(Irn, { Distance: 0 }));
  const [, km] = /^Pin-Pin calc distance: (\d+)KM$/.exec(String(answer.info("EWBPPD"))) ?? [];
  return Number(km);
}

judge(
  "the distance of an e-way bill (section 5.2)",
  () => {
    it("is the portal's and is told in EWBPPD when it was sent as 0", async () => {
      expect(await portalKm()).toBeGreaterThan(500);
    });

    it.each([
      ["9 % more", 1.09, []],
      ["9 % less", 0.91, []],
      ["15 % more", 1.15, ["4013"]],
    ])("may be %s than the portal's: %d, %j", async (_, factor, codes) => {
      const Distance = Math.round((await portalKm()) * factor);
      const { session, Irn } = await registered(url, faraway());
      expect((await session.post(EWB, byRoad(Irn, { Distance }))).codes).toEqual(codes);
    });

    it.each([
      ["200 km by ordinary vehicle", "R", 200],
      ["20 km by over-dimensional cargo", "O", 20],
    ])("gives a day for each %s", async (_, VehType, kmPerDay) => {
      const km = await portalKm();
      const { session, Irn } = await registered(url, faraway());
      const bill = EwayBill.parse((await session.post(EWB, byRoad(Irn, { Distance: km, VehType }))).opened());
      const days = (Date.parse(`${bill.EwbValidTill?.slice(0, 10)}`) - Date.parse(bill.EwbDt.slice(0, 10))) / DAY_MS;
      const due = Math.ceil(km / kmPerDay);
      expect([due - 1, due]).toContain(days); // Whether the day of the bill counts is not said.
    });
  },
  { unless: await unserved(url, EWB) },
);
