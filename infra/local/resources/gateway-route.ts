/** A route of an HTTP API and the function behind it. */
export interface RouteTarget {
  /** `POST /irn`, `ANY /{proxy+}`, `$default` */
  readonly routeKey: string;
  readonly functionArn: string;
}

export interface MatchedRoute extends RouteTarget {
  readonly parameters: Readonly<Record<string, string>>;
}

/** The most specific route: a fixed segment before a parameter, a parameter before a rest, a method before ANY, `$default` last. */
export function matchRoute(routes: readonly RouteTarget[], method: string, path: string): MatchedRoute | undefined {
  const matches = routes.flatMap((route) => {
    const parameters = parametersOf(route.routeKey, method, path);
    return parameters ? [{ ...route, parameters }] : [];
  });
  return matches.sort((a, b) => specificity(b.routeKey).localeCompare(specificity(a.routeKey)))[0];
}

function parametersOf(routeKey: string, method: string, path: string): Record<string, string> | undefined {
  if (routeKey === "$default") return {};
  const [allowed, template = ""] = routeKey.split(" ");
  if (allowed !== "ANY" && allowed !== method) return undefined;
  const names: string[] = [];
  const pattern = template
    .split("/")
    .map((segment) => segmentPattern(segment, names))
    .join("/");
  const found = new RegExp(`^${pattern}$`).exec(path);
  return found ? Object.fromEntries(names.map((name, i) => [name, decoded(found[i + 1] ?? "")])) : undefined;
}

function segmentPattern(segment: string, names: string[]): string {
  const [, name, rest] = /^\{([^+}]+)(\+?)\}$/.exec(segment) ?? [];
  if (name === undefined) return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  names.push(name);
  return rest ? "(.+)" : "([^/]+)";
}

/** One digit per segment: 3 fixed, 2 parameter, 1 rest; then 1 for a method of its own. */
function specificity(routeKey: string): string {
  if (routeKey === "$default") return "";
  const [method, template = ""] = routeKey.split(" ");
  const segments = template
    .split("/")
    .map((segment) => (segment.endsWith("+}") ? "1" : segment.startsWith("{") ? "2" : "3"));
  return `${segments.join("")}${method === "ANY" ? "0" : "1"}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
