import { expect, it } from "vitest";
import { BUYER, indianDay, SELLER } from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { GENERATE, isServed, send, sessionFor } from "./portal-client.ts";
import { TaxpayerDetails } from "./shapes.ts";

const { url } = await irpOfThisFile();
const MASTER = "/eivital/v1.04/Master";
const OLD_MASTER = "/eivital/v1.03/Master";
const REJECTED = `${GENERATE}/rejectedirns`;
const PING = "/eivital/v1.04/heartbeat/ping";

for (const [operation, path] of [
  ["GSTIN details", `${MASTER}/gstin`],
  ["sync GSTIN", `${MASTER}/syncgstin`],
] as const) {
  const served = await isServed(url, "GET", `${path}/${BUYER}`);

  judge(
    `${operation} (section 5.7)`,
    () => {
      it.each([
        ["the caller", SELLER],
        ["another", BUYER],
      ])("answers the published members of %s", async (_, gstin) => {
        const session = await sessionFor(url, SELLER);
        const answer = await session.get(`${path}/${gstin}`);
        expect(answer).toMatchObject({ httpStatus: 200, Status: 1, ErrorDetails: null });
        const details = TaxpayerDetails.parse(answer.opened());
        expect(details).toMatchObject({ Gstin: gstin, Status: "ACT", StateCode: 27, DtDReg: null });
      });

      it("answers at both portals", async () => {
        const session = await sessionFor(url, SELLER);
        const [one, two] = [
          await session.get(`${path}/${BUYER}`),
          await session.get(`${path}/${BUYER}`, { portal: "nic2" }),
        ];
        expect(two.opened()).toEqual(one.opened());
      });

      it("knows nothing of what is no GSTIN: 3001", async () => {
        const session = await sessionFor(url, SELLER);
        const { Status, codes } = await session.get(`${path}/27AAAZ`);
        expect({ Status, codes }).toEqual({ Status: 0, codes: ["3001"] });
      });
    },
    { unless: served ? undefined : `${path} is not served` },
  );
}

judge(
  "GSTIN details v1.03 (section 5)",
  () => {
    it("are without the two days", async () => {
      const session = await sessionFor(url, SELLER);
      const details = (await session.get(`${OLD_MASTER}/gstin/${BUYER}`)).opened();
      expect(TaxpayerDetails.omit({ DtReg: true, DtDReg: true }).parse(details)).toMatchObject({ Gstin: BUYER });
    });
  },
  { unless: (await isServed(url, "GET", `${OLD_MASTER}/gstin/${BUYER}`)) ? undefined : `${OLD_MASTER} is not served` },
);

judge(
  "rejected IRNs (section 5.4)",
  () => {
    it("answers a list of IRNs, or 2296 when there is none", async () => {
      const session = await sessionFor(url, SELLER);
      const answer = await session.get(rejectedOn(indianDay(-1)));
      expect(answer.httpStatus).toBe(200);
      if (answer.Status === 1) expect(answer.opened()).toEqual([]);
      else expect(answer.codes).toEqual(["2296"]);
    });

    it("refuses a day of the future with 2307", async () => {
      const session = await sessionFor(url, SELLER);
      expect((await session.get(rejectedOn(indianDay(2)))).codes).toEqual(["2307"]);
    });

    it("refuses a day that is not DD/MM/YYYY", async () => {
      const session = await sessionFor(url, SELLER);
      const { Status, codes } = await session.get(rejectedOn("2026-08-18"));
      expect(Status).toBe(0);
      expect(["2293", "5002", "5001"]).toContain(codes[0]);
    });
  },
  { unless: (await isServed(url, "GET", rejectedOn(indianDay(-1)))) ? undefined : `${REJECTED} is not served` },
);

judge(
  "health (section 5)",
  () => {
    it("answers the ping with HTTP 200", async () => {
      expect((await send(url, { method: "GET", path: `/nic1${PING}` })).httpStatus).toBe(200);
    });
  },
  { unless: (await isServed(url, "GET", PING)) ? undefined : `${PING} is not served` },
);

function rejectedOn(date: string): string {
  return `${REJECTED}?${new URLSearchParams({ date })}`;
}
