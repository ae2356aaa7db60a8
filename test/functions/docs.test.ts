import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/docs/handler.ts";
import { escaped } from "../../functions/docs/pages.ts";
import { problemBody, problems } from "../../shared/api/problem.ts";
import { methodsOf } from "../../shared/api/routes.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { silentLog } from "../fakes/silent-log.ts";
import { aContext } from "./invoke.ts";

const RENDERER = "export const init = () => {};";
const handler = createHandler({
  log: silentLog(),
  server: "https://api.example.com",
  gzippedRenderer: () => gzipSync(RENDERER),
});

async function get(path: string, headers: Record<string, string> = {}) {
  const [, , section, name] = path.split("/");
  const inProblems = section === "problems" && name !== undefined;
  const parameter = inProblems ? { code: name } : section && section !== "problems" ? { asset: section } : undefined;
  const template = inProblems ? "/docs/problems/{code}" : parameter ? "/docs/{asset}" : path;
  const event = anApiEvent({
    method: "GET",
    path,
    routeKey: `GET ${template}`,
    headers,
    ...(parameter && { params: parameter }),
  });
  const { statusCode: status, headers: given = {}, body = "", isBase64Encoded } = await handler(event, aContext());
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  return { status, headers: given, bytes, text: bytes.toString("utf8") };
}

const pages = ["/docs", "/docs/problems", ...Object.keys(problems).map((code) => `/docs/problems/${code}`)];

describe("the documentation", () => {
  it("has the OpenAPI document of this very address", async () => {
    const { status, headers, text } = await get("/openapi.json");
    expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
    expect(JSON.parse(text)).toMatchObject({ servers: [{ url: "https://api.example.com" }] });
  });

  it.each(pages)("%s takes nothing from another server, and runs nothing that is written within it", async (path) => {
    const { status, headers, text } = await get(path);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(text).not.toMatch(/<script(?![^>]* src="\/docs\/)|<style|\bon\w+=|style="/);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe/);
  });

  it("has a page behind the type of every problem, with what it means and what to do", async () => {
    for (const code of Object.keys(problems) as (keyof typeof problems)[]) {
      const { type, title } = problemBody(code, "");
      expect(methodsOf(type)).toEqual(["GET"]);
      const { text } = await get(type);
      expect(text).toContain(`<h1>${escaped(title)}</h1>`);
      expect(text).toMatch(/What to do<\/h2>\n<p>.+<\/p>/);
      expect(text).toContain(escaped(`"code": "${code}"`));
    }
  });

  it("says which calls answer with a problem", async () => {
    const { text } = await get("/docs/problems/wrong_document_type");
    expect(text.match(/<li>.*<\/li>/g)).toEqual(["<li><code>POST /cdnr</code> Register a credit or debit note</li>"]);
    expect((await get("/docs/problems/internal_error")).text).toContain("<p>Any call.</p>");
  });

  it.each([
    ["/docs/redoc.js", "text/javascript", RENDERER],
    ["/docs/start.js", "text/javascript", 'from "/docs/redoc.js"'],
    ["/docs/docs.css", "text/css", "body"],
  ])("brings %s along", async (path, type, part) => {
    const { status, headers, text } = await get(path);
    expect([status, headers["content-type"]]).toEqual([200, `${type}; charset=utf-8`]);
    expect(text).toContain(part);
  });

  it("tells the renderer not to tell on its readers", async () => {
    expect((await get("/docs/start.js")).text).toContain("disableTelemetry: true");
  });

  it.each(["/docs/index.mjs", "/docs/problems/none", "/docs/problems/__proto__"])("has no %s", async (path) => {
    const { status, text } = await get(path);
    expect([status, JSON.parse(text).code]).toEqual([404, "not_found"]);
  });

  it("is gzipped for those who take it, and for nobody else", async () => {
    const plain = await get("/openapi.json");
    const small = await get("/openapi.json", { "accept-encoding": "br, gzip" });
    expect([plain.headers["content-encoding"], small.headers["content-encoding"]]).toEqual([undefined, "gzip"]);
    expect(gunzipSync(small.bytes).equals(plain.bytes)).toBe(true);
    expect(small.bytes.length).toBeLessThan(plain.bytes.length / 5);
    expect((await get("/openapi.json", { "accept-encoding": "gzip;q=0" })).headers).not.toHaveProperty(
      "content-encoding",
    );
  });

  it("need not be fetched again while it is the same", async () => {
    const { headers } = await get("/docs");
    const { etag = "" } = headers;
    for (const tag of [String(etag), `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await get("/docs", { "if-none-match": tag });
      expect([again.status, again.text, again.headers["etag"]]).toEqual([304, "", etag]);
    }
    expect((await get("/docs", { "if-none-match": '"other"' })).status).toBe(200);
    expect((await get("/docs/problems")).headers["etag"]).not.toBe(etag);
  });
});

describe("text on a page", () => {
  it("stands for nothing but itself", () => {
    expect(escaped(`<b a="1" c='2'>&`)).toBe("&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;");
  });
});
