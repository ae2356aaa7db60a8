/** Starts the renderer. It would tell its maker who reads what, and is told not to; the policy of the page stops it besides. */
export const START = `import { init } from "/docs/redoc.js";

init("/openapi.json", { disableTelemetry: true, hideLoading: true, schemasExpansionLevel: 0 }, document.getElementById("reference"));
`;

export const STYLES = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
.page { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; }
.page nav { font-size: 0.9rem; margin-bottom: 2rem; }
.page nav a { margin-right: 1.25rem; }
.page a { color: light-dark(#1558c0, #8ab4ff); text-decoration: none; }
.page a:hover { text-decoration: underline; }
.page h1 { font-size: 1.75rem; line-height: 1.25; margin: 0.5rem 0 1rem; }
.page h2 { font-size: 1.1rem; margin: 2.25rem 0 0.5rem; }
.page p { margin: 0.5rem 0; }
.page code { font: 0.875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  background: light-dark(#f1f3f5, #24282d); border-radius: 4px; padding: 0.1em 0.35em; }
.page pre { background: light-dark(#f6f8fa, #1c2024); border: 1px solid light-dark(#dde2e7, #33383e); border-radius: 8px;
  padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.page pre code { background: none; padding: 0; }
.page .status { display: inline-block; font-weight: 600; border-radius: 999px; padding: 0.05rem 0.7rem; margin-right: 0.5rem;
  background: light-dark(#fdecea, #4a1f1b); color: light-dark(#9c1d12, #ffb4ab); }
.page table { border-collapse: collapse; width: 100%; }
.page td { border-top: 1px solid light-dark(#e4e8ec, #33383e); padding: 0.5rem 1rem 0.5rem 0; vertical-align: top; }
.page td:first-child { width: 16rem; }
.page ul { padding-left: 1.2rem; margin: 0.5rem 0; }
noscript p { padding: 2rem; }
/* The renderer's mark is an image on its maker's server, which nothing here may ask. */
a[href^="https://redocly.com/redoc"] img { display: none; }
a[href^="https://redocly.com/redoc"]::after { content: "Redoc"; }
`;
