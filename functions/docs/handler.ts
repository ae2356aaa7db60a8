import { openApiDocument } from "../../shared/api/openapi.ts";
import { Problem, type ProblemCode, problems } from "../../shared/api/problem.ts";
import type { Call, HttpAnswer } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";
import { problemIndex, problemPage, referencePage } from "./pages.ts";
import { type Published, published, told } from "./published.ts";
import { START, STYLES } from "./scripts.ts";

type Deps = PipelineDeps & {
  /** The address of this API, without a slash at its end. */
  readonly server: string;
  /** The script that shows the reference, gzipped. */
  readonly gzippedRenderer: () => Buffer;
};

const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** The OpenAPI document and what people read of it. All of it stands when the function is deployed: it is made once. */
export function createHandler({ server, gzippedRenderer, ...deps }: Deps) {
  const openApi = once(() => published("application/json", JSON.stringify(openApiDocument(server))));
  const reference = once(() => published(HTML, referencePage()));
  const index = once(() => published(HTML, problemIndex()));
  const pages = new Map<string, () => Published>(
    Object.keys(problems).map((code) => [code, once(() => published(HTML, problemPage(code as ProblemCode)))]),
  );
  const assets = new Map<string, () => Published>([
    ["redoc.js", once(() => published(SCRIPT, gzippedRenderer()))],
    ["start.js", once(() => published(SCRIPT, START))],
    ["docs.css", once(() => published("text/css; charset=utf-8", STYLES))],
  ]);
  return httpFunction("docs", deps, {
    "GET /openapi.json": async (call) => told(call, openApi()),
    "GET /docs": async (call) => told(call, reference()),
    "GET /docs/{asset}": async (call) => one(call, assets, "asset"),
    "GET /docs/problems": async (call) => told(call, index()),
    "GET /docs/problems/{code}": async (call) => one(call, pages, "code"),
  });
}

function one(call: Call, all: ReadonlyMap<string, () => Published>, parameter: string): HttpAnswer {
  const found = all.get(call.params[parameter] ?? "");
  if (!found) throw new Problem("not_found", "there is no such page; GET /docs has the reference");
  return told(call, found());
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
