import { describe, expect, it } from "vitest";
import { matchRoute } from "../../../infra/local/resources/gateway-route.ts";

const routes = [
  "GET /irn/{irn}",
  "POST /irn/cancel",
  "POST /irn/{irn}",
  "ANY /{proxy+}",
  "GET /irn/{irn}/qr",
  "$default",
].map((routeKey) => ({
  routeKey,
  functionArn: routeKey,
}));

describe("the gateway", () => {
  it.each([
    ["GET", "/irn/abc", "GET /irn/{irn}", { irn: "abc" }],
    ["POST", "/irn/cancel", "POST /irn/cancel", {}],
    ["POST", "/irn/abc", "POST /irn/{irn}", { irn: "abc" }],
    ["GET", "/irn/a%2Fb/qr", "GET /irn/{irn}/qr", { irn: "a/b" }],
    ["DELETE", "/irn/abc", "ANY /{proxy+}", { proxy: "irn/abc" }],
    ["GET", "/irn/%zz", "GET /irn/{irn}", { irn: "%zz" }],
    ["GET", "/", "$default", {}],
  ])("takes %s %s by %s", (method, path, routeKey, parameters) => {
    expect(matchRoute(routes, method, path)).toMatchObject({ routeKey, parameters });
  });

  it("takes nothing when no route fits and there is no default", () => {
    expect(matchRoute([{ routeKey: "GET /a.b", functionArn: "f" }], "GET", "/aXb")).toBeUndefined();
  });
});
