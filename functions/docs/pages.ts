import { type ProblemCode, problemBody, problems } from "../../shared/api/problem.ts";
import { operations } from "../../shared/api/reference/operations.ts";
import { type ProblemPage, problemPages } from "../../shared/api/reference/problem-pages.ts";
import { problemsOf } from "../../shared/api/reference/problems-of.ts";
import { type Route, type RouteKey, routeKey, routes } from "../../shared/api/routes.ts";

/** Text that stands for nothing but itself in HTML. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The reference: an empty page that a script fills from the OpenAPI document. */
export function referencePage(): string {
  return page(
    "E-Invoice API",
    `<div id="reference"></div>
<noscript><p>This page is laid out by a script. The same as a file: <a href="/openapi.json">openapi.json</a>; what problems
mean: <a href="/docs/problems">problems</a>.</p></noscript>
<script type="module" src="/docs/start.js"></script>`,
  );
}

/** Every problem by its status. */
export function problemIndex(): string {
  const codes = Object.keys(problems) as ProblemCode[];
  const statuses = [...new Set(codes.map((code) => problems[code].status))].sort((a, b) => a - b);
  const chapters = statuses.map((status) => {
    const rows = codes.filter((code) => problems[code].status === status).map(row);
    return `<h2><span class="status">${status}</span></h2>\n<table>${rows.join("\n")}</table>`;
  });
  return text(
    "Problems",
    `<h1>Problems</h1>
<p>What goes wrong is told as <code>application/problem+json</code> (RFC 9457) with one of these codes. The list is closed.</p>
${chapters.join("\n")}`,
  );
}

function row(code: ProblemCode): string {
  const title = escaped(problems[code].title);
  return `<tr><td><a href="/docs/problems/${code}"><code>${code}</code></a></td><td>${title}</td></tr>`;
}

/** What a problem means, what to do about it, how it looks, and which calls answer with it. */
export function problemPage(code: ProblemCode): string {
  const { status, title } = problems[code];
  const { means, fix, irpCodes = [] } = problemPages[code];
  return text(
    code,
    `<p><span class="status">${status}</span> <code>${code}</code></p>
<h1>${escaped(title)}</h1>
<p>${marked(means)}</p>
<h2>What to do</h2>
<p>${marked(fix)}</p>
<h2>How it looks</h2>
<pre><code>${escaped(JSON.stringify(exampleOf(code, problemPages[code]), null, 2))}</code></pre>
${irpCodes.length > 0 ? `<h2>NIC's codes behind it, the frequent ones</h2>\n<p>${irpCodes.map((each) => `<code>${escaped(each)}</code>`).join(" ")}</p>` : ""}
<h2>Calls that answer with it</h2>
${callsWith(code)}`,
  );
}

function exampleOf(code: ProblemCode, { detail, example }: ProblemPage) {
  return { ...problemBody(code, detail, example), requestId: "Yp1uYgAAhcwEJ2w=" };
}

function callsWith(code: ProblemCode): string {
  const table: readonly Route[] = routes;
  const calls = table.filter((route) => problemsOf(route, operations[routeKey(route) as RouteKey]).includes(code));
  if (calls.length === 0 || calls.length === table.length) return "<p>Any call.</p>";
  const items = calls.map((route) => {
    const { summary } = operations[routeKey(route) as RouteKey];
    return `<li><code>${escaped(routeKey(route))}</code> ${escaped(summary)}</li>`;
  });
  return `<ul>${items.join("\n")}</ul>`;
}

/** Escaped text, in which backquotes mark code. */
function marked(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function text(title: string, body: string): string {
  return page(
    `${title} · E-Invoice API`,
    `<main class="page">
<nav><a href="/docs">Reference</a><a href="/docs/problems">Problems</a></nav>
${body}
</main>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
${body}
</body>
</html>
`;
}
