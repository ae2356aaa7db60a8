import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Bill } from "../../shared/document/change.ts";
import type { Document } from "../../shared/document/document.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
import { anApi, type CallOptions, OTHER_GSTIN } from "./an-api.ts";

type Api = ReturnType<typeof anApi>;
/** The day that the clock of the tests begins in, in India. */
const TODAY = "2026-08-18";
const List = z.object({
  documents: z.array(z.looseObject({ irn: z.string(), docDate: z.string() })),
  next: z.string().optional(),
});

/** Registered, in the order of their numbers. */
let numbered = 0;
function stored({ rows }: Api, docDate = TODAY, { ownerGstin = GSTIN, about, ...given }: Partial<Document> = {}) {
  const docNo = `A/${++numbered}`;
  const [docType, ackDt] = [about?.docType ?? "INV", `${docDate}T14:30:00+05:30`];
  const irn = irnOf({ sellerGstin: ownerGstin, docType, docNo, docDate: "18/08/2026" });
  rows.documents.set(irn, {
    ...{ v: 1, irn, ownerGstin, seq: 1, status: "ACT" },
    reg: { rid: "rid", docFp: "doc-fp", portal: "NIC1", ackNo: "1", ackDt },
    about: { docType, docNo, docDate, buyerGstin: OTHER_GSTIN, total: 1 },
    ...given,
  });
  return irn;
}

function note(docType: string): Pick<Document, "about"> {
  return { about: { docType, docNo: "", docDate: "", buyerGstin: "", total: 0 } };
}

function read(api: Api, query: Record<string, string> = {}, options: CallOptions = {}) {
  return api.get("irn", "", { path: "/documents", routeKey: "GET /documents", params: {}, query, ...options });
}

async function list(api: Api, query: Record<string, string> = {}, gstin = GSTIN) {
  const { documents, next } = List.parse((await read(api, query, { gstin })).json);
  return { irns: documents.map(({ irn }) => irn), days: documents.map(({ docDate }) => docDate), next };
}

function queryOf(next: string | undefined): Record<string, string> {
  return Object.fromEntries(new URL(next ?? "", "https://api.example.com").searchParams);
}

function sizesOf({ common }: Api) {
  const sizes: number[] = [];
  const { documents } = common;
  const watched = {
    ...documents,
    list: (...[gstin, page]: Parameters<typeof documents.list>) => {
      sizes.push(page.limit);
      return documents.list(gstin, page);
    },
  };
  return { sizes, deps: { ...common, documents: watched } };
}

describe("GET /documents", () => {
  it("shows what is registered, the latest day first, in short and as it now is", async () => {
    const api = anApi();
    const INVOICE = anInvoice({ docNo: "a/1", docDate: "17/08/2026" });
    const first = z.looseObject({ irn: z.string() }).parse((await api.post(INVOICE)).json);
    const second = z.looseObject({ irn: z.string() }).parse((await api.post(anInvoice({ docNo: "A/2" }))).json);
    const bills: Bill[] = [
      { ewbNo: "381000000001", status: "CNL", madeAt: "2026-08-18T14:30:00+05:30" },
      { ewbNo: "381000000002", status: "ACT", madeAt: "2026-08-18T14:30:00+05:30" },
    ];
    const document = api.rows.documents.get(first.irn);
    if (document) api.rows.documents.set(first.irn, { ...document, status: "CNL", bills });

    const { status, json } = await read(api);

    const shown = ({ irn, ackNo, ackDt }: Record<string, unknown>) => ({
      ...{ irn, ackNo, ackDt, docType: "INV", buyerGstin: "27AAAZB0002B1ZI", total: 1180 },
      links: { self: `/irn/${irn}` },
    });
    expect(status).toBe(200);
    expect(json).toEqual({
      documents: [
        { ...shown(second), docNo: "A/2", docDate: "2026-08-18", status: "ACT" },
        { ...shown(first), docNo: "A/1", docDate: "2026-08-17", status: "CNL", ewbNo: "381000000002" },
      ],
      mode: "test",
      asOf: expect.stringMatching(/^2026-08-18T14:30:0\d\+05:30$/),
    });
  });

  it("shows no bill that is cancelled", async () => {
    const api = anApi();
    stored(api, TODAY, { bills: [{ ewbNo: "1", status: "CNL", madeAt: "" }] });
    expect(JSON.stringify((await read(api)).json)).not.toContain("ewbNo");
  });

  it("never asks the portal", async () => {
    const api = anApi();
    stored(api);
    await read(api, { status: "ACT" });
    expect(api.portal.calls).toEqual([]);
  });

  it("shows nothing that is not registered, nor registered before there were lists, nor another GSTIN's", async () => {
    const api = anApi();
    stored(api, TODAY, { ownerGstin: OTHER_GSTIN });
    const unlisted = stored(api);
    const { about: _, ...before } = api.rows.documents.get(unlisted) ?? ({} as Document);
    api.rows.documents.set(unlisted, before);
    api.portal.will({ is: "unknown" });
    await api.post(anInvoice(), { headers: { prefer: "wait=1" } });
    expect((await read(api)).json).toMatchObject({ documents: [] });
  });

  it("shows the last 31 days in India unless told otherwise", async () => {
    const api = anApi();
    const days = ["2026-07-18", "2026-07-19", "2026-08-18", "2026-08-19"];
    for (const day of days) stored(api, day);
    expect((await list(api)).days).toEqual(["2026-08-18", "2026-07-19"]);
    // Half past nine in the evening in London is the next day in India.
    api.clock.advance(10 * 3_600_000);
    expect((await list(api)).days).toEqual(["2026-08-19", "2026-08-18"]);
  });

  it.each<[Record<string, string>, string[]]>([
    [{ from: "2026-06-01" }, ["2026-08-18", "2026-07-18", "2026-07-17", "2026-06-01"]],
    [{ to: "2026-08-16" }, ["2026-07-18", "2026-07-17"]],
    [{ to: "2026-08-17" }, ["2026-07-18"]],
    [{ from: "2026-06-01", to: "2026-07-17" }, ["2026-07-17", "2026-06-01"]],
    [{ from: "2026-07-18", to: "2026-07-18" }, ["2026-07-18"]],
    [{ from: "2026-08-19", to: "2027-08-19" }, ["2026-08-20"]],
  ])("shows both days asked for and nothing outside: %j", async (query, days) => {
    const api = anApi();
    for (const day of ["2026-05-31", "2026-06-01", "2026-07-17", "2026-07-18", "2026-08-18", "2026-08-20"])
      stored(api, day);
    expect((await list(api, query)).days).toEqual(days);
  });

  it.each<[Record<string, string>, number]>([
    [{ status: "ACT" }, 0],
    [{ status: "CNL" }, 1],
    [{ status: "REJ" }, 2],
    [{ docType: "INV", status: "REJ" }, 2],
    [{ docType: "CRN" }, 3],
    [{ docType: "dbn" }, 4],
  ])("shows what is asked for alone: %j", async (query, n) => {
    const api = anApi();
    const irns = [stored(api), stored(api, TODAY, { status: "CNL" }), stored(api, TODAY, { status: "REJ" })];
    const notes = ["CRN", "DBN"].map((type) => stored(api, TODAY, note(type)));
    const wanted = [...irns, ...notes][n];
    expect((await list(api, query)).irns).toEqual(
      query["status"] === "ACT" ? [wanted, ...notes].sort().reverse() : [wanted],
    );
  });

  it("shows twenty unless told otherwise", async () => {
    const api = anApi();
    for (let n = 0; n < 21; n++) stored(api);
    expect((await list(api)).irns).toHaveLength(20);
    expect((await list(api, { limit: "100" })).irns).toHaveLength(21);
  });

  it.each<Record<string, string>>([{}, { status: "CNL" }, { docType: "INV" }])(
    "shows each once, page by page, asked for %j",
    async (query) => {
      const api = anApi();
      const irns = Array.from({ length: 7 }, (_, n) => {
        stored(api, TODAY, { ownerGstin: OTHER_GSTIN, status: "CNL" });
        if (query["status"]) stored(api);
        if (query["docType"]) stored(api, TODAY, note("CRN"));
        return stored(api, `2026-08-1${Math.floor(n / 3)}`, { status: "CNL" });
      });
      const pages = [await list(api, { ...query, limit: "2" })];
      for (let next = pages[0]?.next; next && pages.length < 10; next = pages.at(-1)?.next)
        pages.push(await list(api, queryOf(next)));
      expect(pages.slice(0, 3).map((page) => page.irns.length)).toEqual([2, 2, 2]);
      expect(pages.flatMap((page) => page.irns).sort()).toEqual(irns.sort());
      expect(await list(api, { ...query, limit: "7" })).toMatchObject({ next: undefined });
    },
  );

  it("looks further for a rare status, and after five hundred says where to go on", async () => {
    const api = anApi();
    const farthest = stored(api, "2026-08-01", { status: "REJ" });
    for (let n = 0; n < 300; n++) stored(api, "2026-08-02");
    const far = stored(api, "2026-08-03", { status: "REJ" });
    for (let n = 0; n < 299; n++) stored(api, "2026-08-04");
    const { sizes, deps } = sizesOf(api);
    const first = await list(api, { status: "REJ" });
    expect(first.irns).toEqual([far]);
    expect(await list(api, queryOf(first.next))).toMatchObject({ irns: [farthest], next: undefined });
    const route = { path: "/documents", routeKey: "GET /documents", params: {}, query: { status: "REJ" } };
    await api.get("irn", "", route, deps);
    expect(sizes).toEqual([100, 100, 100, 100, 100]);
  });

  it("reads no further than it must", async () => {
    const api = anApi();
    for (let n = 0; n < 150; n++) stored(api);
    const { sizes, deps } = sizesOf(api);
    const route = { path: "/documents", routeKey: "GET /documents", params: {} };
    for (const query of [{ limit: "5" }, { status: "ACT", limit: "100" }, { docType: "INV", limit: "7" }] as const)
      await api.get("irn", "", { ...route, query }, deps);
    expect(sizes).toEqual([5, 100, 100]);
  });

  it("keeps the days in the link to what follows, also beyond midnight", async () => {
    const api = anApi();
    for (const day of ["2026-07-19", "2026-07-20", "2026-08-18"]) stored(api, day);
    const { next } = await list(api, { limit: "1", status: "ACT", docType: "inv" });
    expect(next).toMatch(/^\/documents\?from=2026-07-19&to=2026-08-18&status=ACT&docType=INV&limit=1&cursor=[\w-]+$/);
    api.clock.advance(24 * 3_600_000);
    const second = await list(api, queryOf(next));
    expect(second.days).toEqual(["2026-07-20"]);
    expect((await list(api, queryOf(second.next))).days).toEqual(["2026-07-19"]);
  });
});

describe("GET /documents refuses", () => {
  const cursor = (content: unknown) => Buffer.from(JSON.stringify(content)).toString("base64url");
  const DAYS = { from: "2026-07-19", to: TODAY };
  const position = { docDate: "2026-08-01", irn: "0".repeat(64) };
  const mine = { v: 1, gstin: GSTIN, ...DAYS, status: null, docType: null, ...position };
  const [FROM, TO] = ["from", "to"].map((name) => `${name}: a day of the calendar as yyyy-MM-dd`) as [string, string];
  const STATUS = "status: one of ACT, CNL, REJ";
  const TYPE = "docType: one of INV, CRN, DBN";
  const LIMIT = "limit: a whole number from 1 to 100";
  const CURSOR = "cursor: take it from `next` of this very list, or leave it out";

  it.each<[Record<string, string>, string]>([
    [{ from: "18/08/2026" }, FROM],
    [{ from: "2026-02-29" }, FROM],
    [{ from: "" }, FROM],
    [{ from: "2026-08-18T00:00:00Z" }, FROM],
    [{ to: "2026-13-01" }, TO],
    [{ from: "x", to: "y" }, [FROM, TO].join("; ")],
    [{ from: "2026-08-19" }, "from: must not be after `to`, which is 2026-08-18"],
    [{ from: "2026-08-02", to: "2026-08-01" }, "from: must not be after `to`, which is 2026-08-01"],
    [{ from: "2025-08-17" }, "from, to: at most 366 days, and these are 367"],
    [{ from: "2023-01-01", to: "2024-01-02" }, "from, to: at most 366 days, and these are 367"],
    [{ from: "2026-08-19", limit: "0" }, [LIMIT, "from: must not be after `to`, which is 2026-08-18"].join("; ")],
    [{ status: "act" }, STATUS],
    [{ status: "" }, STATUS],
    [{ docType: "BOS" }, TYPE],
    [{ limit: "0" }, LIMIT],
    [{ limit: "101" }, LIMIT],
    [{ cursor: "" }, CURSOR],
    [{ cursor: "garbage" }, CURSOR],
    [{ cursor: cursor(null) }, CURSOR],
    [{ cursor: cursor([]) }, CURSOR],
    [{ cursor: cursor({ ...mine, v: 2 }) }, CURSOR],
    [{ cursor: cursor({ ...mine, irn: "0".repeat(63) }) }, CURSOR],
    [{ cursor: cursor({ ...mine, irn: "1".repeat(3_000) }) }, CURSOR],
    [{ cursor: cursor({ ...mine, docDate: "yesterday" }) }, CURSOR],
    [{ cursor: cursor({ ...mine, gstin: OTHER_GSTIN }) }, CURSOR],
    [{ cursor: cursor({ ...mine, gstin: undefined }) }, CURSOR],
    [{ cursor: cursor({ ...mine, status: undefined }) }, CURSOR],
    [{ cursor: cursor({ ...mine, status: "ACT" }) }, CURSOR],
    [{ cursor: cursor({ ...mine, from: "2026-07-18" }) }, CURSOR],
    [{ cursor: cursor({ ...mine, to: "2026-08-17" }) }, CURSOR],
    [{ cursor: cursor(mine), status: "ACT" }, CURSOR],
    [{ cursor: cursor(mine), docType: "INV" }, CURSOR],
    [{ cursor: cursor(mine), from: "2026-07-20" }, CURSOR],
    [{ cursor: cursor(mine), to: "2026-08-17" }, CURSOR],
    [{ state: "ACT" }, 'Unrecognized key: "state"'],
    [
      { from: "x", to: "y", status: "z", docType: "z", limit: "z", cursor: "z" },
      [FROM, TO, STATUS, TYPE, LIMIT, CURSOR].join("; "),
    ],
    // Whether a cursor fits a list that is not known is nobody's guess.
    [{ from: "x", cursor: cursor({ ...mine, from: "2026-01-01" }) }, FROM],
    [{ limit: "x", cursor: cursor({ ...mine, gstin: OTHER_GSTIN }) }, [LIMIT, CURSOR].join("; ")],
  ])("%j", async (query, detail) => {
    const { status, json } = await read(anApi(), query);
    expect([status, json]).toMatchObject([400, { code: "malformed_query", detail }]);
  });

  it.each([
    { from: "2024-01-01", to: "2024-12-31" },
    { from: "2025-08-18" },
    { from: TODAY, to: TODAY },
    { from: "9999-12-31", to: "9999-12-31" },
    { to: "0000-01-01" },
  ])("no days that are in order: %j", async (query) => {
    expect(await read(anApi(), query)).toMatchObject({ status: 200, json: { documents: [] } });
  });

  it("nothing in a cursor of the caller's own making, wherever it begins, and shows what is there behind it", async () => {
    const api = anApi();
    const [irn, later] = [stored(api, "2026-07-31"), stored(api, "2026-08-02")];
    expect((await list(api, { cursor: cursor(mine) })).irns).toEqual([irn]);
    expect((await list(api, { cursor: cursor({ ...mine, docDate: "2030-01-01" }) })).irns).toEqual([later, irn]);
    expect((await list(api, { cursor: cursor({ ...mine, docDate: "2020-01-01" }) })).irns).toEqual([]);
  });

  it("the cursor of another GSTIN, and shows nothing of it to whoever forges one", async () => {
    const api = anApi();
    stored(api, TODAY, { ownerGstin: OTHER_GSTIN });
    stored(api, TODAY, { ownerGstin: OTHER_GSTIN });
    const { next } = await list(api, { limit: "1" }, OTHER_GSTIN);
    expect((await read(api, queryOf(next))).status).toBe(400);

    const forged = { ...JSON.parse(Buffer.from(queryOf(next)["cursor"] ?? "", "base64url").toString()), gstin: GSTIN };
    expect(await list(api, { cursor: cursor(forged) })).toMatchObject({ irns: [] });
  });
});
