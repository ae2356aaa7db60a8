import { describe, expect, it } from "vitest";
import * as z from "zod";
import { toIstTimestamp } from "../../shared/ist.ts";
import type { Outcome, Request } from "../../shared/request/request.ts";
import { aRequest, at, fresh, REGISTERED } from "../fakes/a-request.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
import { anApi, type CallOptions, OTHER_GSTIN } from "./an-api.ts";

type Api = ReturnType<typeof anApi>;
const List = z.object({
  requests: z.array(z.looseObject({ id: z.string(), state: z.string() })),
  next: z.string().optional(),
});
const REFUSED: Outcome = {
  kind: "problem",
  problem: { code: "refused_by_irp", status: 422, title: "t", detail: "a secret of the document" },
};

/** Stored as accepted so many milliseconds after AT. */
function stored({ rows }: Api, ms: number, { outcome, gstin = GSTIN }: Partial<Request> = {}): string {
  const key = fresh().padEnd(43, "k");
  const { owner: _, ...request } = aRequest({ key, gstin, createdAt: at(ms).toISOString() });
  const ended = outcome ? ({ state: "FINAL", outcome } as const) : ({ state: "QUEUED" } as const);
  rows.requests.set(key, { ...request, v: 1, attempt: 1, ...ended });
  return request.rid;
}

async function list({ read }: Pick<Api, "read">, query: CallOptions["query"] = {}, gstin = GSTIN) {
  const { json } = await read("/requests", { query: { ...query }, gstin });
  const { requests, next } = List.parse(json);
  return { ids: requests.map(({ id }) => id), states: requests.map(({ state }) => state), next };
}

function queryOf(next: string | undefined): Record<string, string> {
  return Object.fromEntries(new URL(next ?? "", "https://api.example.com").searchParams);
}

/** Every page from the first on. */
async function pagesOf(api: Api, query: Record<string, string>) {
  const pages = [await list(api, query)];
  for (let next = pages[0]?.next; next && pages.length < 10; next = pages.at(-1)?.next)
    pages.push(await list(api, queryOf(next)));
  return pages.map(({ ids }) => ids);
}

describe("GET /requests", () => {
  it("shows what was accepted, the newest first, with its state and ending and nothing that it carries", async () => {
    const api = anApi();
    const ASYNC = { headers: { prefer: "respond-async" } };
    await api.post(anInvoice({ docNo: "A/1" }), ASYNC);
    await api.workOff();
    api.clock.advance(1_000);
    api.portal.will({ is: "refused", errors: [{ code: "2176", message: "Invalid HSN code" }] });
    await api.post(anInvoice({ docNo: "A/2" }), ASYNC);
    await api.workOff();
    api.clock.advance(1_000);
    await api.post(anInvoice({ docNo: "A/3" }), ASYNC);

    const [registered, refused, waiting] = [...api.rows.requests.values()];
    const shown = (request: Request | undefined) => ({
      ...{ id: request?.rid, operation: "register", irn: request?.irn, createdAt: indian(request?.createdAt) },
      links: { self: `/requests/${request?.rid}` },
    });
    const { status, json } = await api.read("/requests");
    expect(status).toBe(200);
    expect(json).toEqual({
      requests: [
        { ...shown(waiting), state: "queued" },
        {
          ...shown(refused),
          state: "failed",
          finishedAt: indian(refused?.finishedAt),
          status: 422,
          code: "refused_by_irp",
        },
        { ...shown(registered), state: "done", finishedAt: indian(registered?.finishedAt), status: 201 },
      ],
    });
  });

  it("is empty for a GSTIN without requests, whatever others have", async () => {
    const api = anApi();
    stored(api, 0);
    const { json } = await api.read("/requests", { gstin: OTHER_GSTIN });
    expect(json).toEqual({ requests: [] });
  });

  it.each([
    ["queued", 0],
    ["done", 1],
    ["failed", 2],
    ["running", 3],
  ])("shows what is %s alone when asked for it", async (state, n) => {
    const api = anApi();
    const ids = [
      stored(api, 0),
      stored(api, 1, { outcome: REGISTERED }),
      stored(api, 2, { outcome: REFUSED }),
      stored(api, 3),
    ];
    const irn = [...api.rows.requests.values()][3]?.irn ?? "";
    const lock = { worker: "w", until: at(60_000).getTime() };
    api.rows.documents.set(irn, { v: 1, irn, ownerGstin: GSTIN, seq: 0, lock });
    expect(await list(api, { state })).toEqual({ ids: [ids[n]], states: [state], next: undefined });
  });

  it("shows twenty unless told otherwise", async () => {
    const api = anApi();
    for (let ms = 0; ms < 21; ms++) stored(api, ms);
    expect((await list(api)).ids).toHaveLength(20);
    expect((await list(api, { limit: "100" })).ids).toHaveLength(21);
  });

  it.each([{}, { state: "done" }])("shows each once, page by page, asked for %j", async (query) => {
    const api = anApi();
    const others = { gstin: OTHER_GSTIN, outcome: REGISTERED };
    const ids = Array.from({ length: 7 }, (_, n) => {
      stored(api, n, others);
      return stored(api, Math.floor(n / 3), { outcome: REGISTERED });
    });
    const pages = await pagesOf(api, { ...query, limit: "2" });
    expect(pages.slice(0, 3).map((page) => page.length)).toEqual([2, 2, 2]);
    expect(pages.flat().sort()).toEqual(ids.sort());
    expect(await list(api, { ...query, limit: "7" })).toMatchObject({ next: undefined });
  });

  it("looks further for a rare state, and after five hundred says where to go on", async () => {
    const api = anApi();
    const [farthest, far] = [stored(api, 0, { outcome: REFUSED }), stored(api, 200, { outcome: REFUSED })];
    for (let ms = 0; ms < 300; ms++) stored(api, 1 + (ms % 199));
    for (let ms = 0; ms < 299; ms++) stored(api, 300 + ms);
    const first = await list(api, { state: "failed" });
    expect(first.ids).toEqual([far]);
    expect(await list(api, queryOf(first.next))).toMatchObject({ ids: [farthest], next: undefined });
  });

  it("looks at no document for what is over", async () => {
    const api = anApi();
    const [id] = [stored(api, 0, { outcome: REGISTERED }), stored(api, 1)];
    const documents = failing(api.common.documents, "find");
    const { json } = await api.read("/requests", { query: { state: "done" } }, { ...api.common, documents });
    expect(json).toMatchObject({ requests: [{ id }] });
  });

  it("reads no further than it must", async () => {
    const api = anApi();
    for (let ms = 0; ms < 150; ms++) stored(api, ms);
    const sizes: number[] = [];
    const requests = {
      ...api.common.requests,
      list: (...[gstin, page]: Parameters<typeof api.common.requests.list>) => {
        sizes.push(page.limit);
        return api.common.requests.list(gstin, page);
      },
    };
    for (const query of [{ limit: "5" }, { state: "queued", limit: "100" }])
      await api.read("/requests", { query }, { ...api.common, requests });
    expect(sizes).toEqual([5, 100]);
  });

  it("keeps state and limit in the link to what follows", async () => {
    const api = anApi();
    stored(api, 0);
    stored(api, 1);
    const { next } = await list(api, { state: "queued", limit: "1" });
    expect(next).toMatch(/^\/requests\?state=queued&limit=1&cursor=[\w-]+$/);
  });
});

describe("GET /requests refuses", () => {
  const cursor = (content: unknown) => Buffer.from(JSON.stringify(content)).toString("base64url");
  const position = { key: "k".repeat(43), createdAt: at(0).toISOString() };
  const mine = { v: 1, gstin: GSTIN, state: null, ...position };
  const STATE = "state: one of queued, running, done, failed";
  const LIMIT = "limit: a whole number from 1 to 100";
  const CURSOR = "cursor: take it from `next` of this very list, or leave it out";

  it.each<[Record<string, string>, string]>([
    [{ state: "over" }, STATE],
    [{ state: "" }, STATE],
    [{ limit: "0" }, LIMIT],
    [{ limit: "101" }, LIMIT],
    [{ limit: "1.5" }, LIMIT],
    [{ limit: "" }, LIMIT],
    [{ limit: "1e1" }, LIMIT],
    [{ cursor: "" }, CURSOR],
    [{ cursor: "garbage" }, CURSOR],
    [{ cursor: cursor(null) }, CURSOR],
    [{ cursor: cursor({ ...mine, v: 2 }) }, CURSOR],
    [{ cursor: cursor({ ...mine, key: "k".repeat(3_000) }) }, CURSOR],
    [{ cursor: cursor({ ...mine, createdAt: "yesterday" }) }, CURSOR],
    [{ cursor: cursor({ ...mine, gstin: OTHER_GSTIN }) }, CURSOR],
    [{ cursor: cursor({ ...mine, state: "done" }) }, CURSOR],
    [{ cursor: cursor(mine), state: "done" }, CURSOR],
    [{ sate: "done" }, 'Unrecognized key: "sate"'],
    [{ state: "over", limit: "x", cursor: "garbage" }, [STATE, LIMIT, CURSOR].join("; ")],
    [{ limit: "x", cursor: cursor({ ...mine, state: "done" }) }, [LIMIT, CURSOR].join("; ")],
  ])("%j", async (query, detail) => {
    const { status, json } = await anApi().read("/requests", { query });
    expect([status, json]).toMatchObject([400, { code: "malformed_query", detail }]);
  });

  it("nothing in a cursor of its own making, and shows what is there behind it", async () => {
    const api = anApi();
    const id = stored(api, -1);
    stored(api, 1);
    expect((await list(api, { cursor: cursor(mine) })).ids).toEqual([id]);
  });

  it("the cursor of another GSTIN, and shows nothing of it to whoever forges one", async () => {
    const api = anApi();
    stored(api, 0, { gstin: OTHER_GSTIN });
    stored(api, 1, { gstin: OTHER_GSTIN });
    const { next } = await list(api, { limit: "1" }, OTHER_GSTIN);
    expect((await api.read("/requests", { query: queryOf(next) })).status).toBe(400);

    const forged = { ...JSON.parse(Buffer.from(queryOf(next)["cursor"] ?? "", "base64url").toString()), gstin: GSTIN };
    expect(await list(api, { cursor: cursor(forged) })).toMatchObject({ ids: [] });
  });
});

function indian(time: string | undefined): string {
  return toIstTimestamp(new Date(time ?? 0));
}
