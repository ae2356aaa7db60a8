import { describe, expect, it } from "vitest";
import { stages } from "../../../infra/config.ts";
import { firstPortal, portalUrl, Upstream, UpstreamSecret } from "../../../shared/irp/portals.ts";

const upstream = Upstream.parse({
  portals: [
    { name: "NIC1", url: "https://one.example/nic1/" },
    { name: "NIC2", url: "https://two.example" },
  ],
  ...stages.local.upstream,
});

describe("the upstream", () => {
  it("sends new documents to the first portal", () => {
    expect(firstPortal(upstream)).toBe("NIC1");
  });

  it("gives a portal's address without a slash at its end", () => {
    expect(portalUrl(upstream, "NIC1")).toBe("https://one.example/nic1");
    expect(portalUrl(upstream, "NIC2")).toBe("https://two.example");
  });

  it("knows no other portal", () => {
    expect(() => portalUrl(upstream, "nic1")).toThrow(RangeError);
    expect(() => firstPortal({ ...upstream, portals: [] })).toThrow(RangeError);
  });

  it.each([
    { portals: [], ...stages.local.upstream },
    { portals: [{ name: "NIC1", url: "one.example" }], ...stages.local.upstream },
    { portals: [{ name: "NIC1", url: "https://one.example" }], ...stages.local.upstream, timeoutsMs: { login: 0 } },
    { portals: [{ name: "NIC1", url: "https://one.example" }] },
  ])("is not configured by %j", (value) => {
    expect(Upstream.safeParse(value).success).toBe(false);
  });
});

describe("the upstream's secret", () => {
  const credentials = { clientId: "c", clientSecret: "s" };

  it.each([{ jwksUri: "https://keys.example/jwks" }, { keys: [{ kty: "RSA", n: "n", e: "AQAB" }] }])(
    "holds keys or their address: %j",
    (keys) => {
      expect(UpstreamSecret.parse({ ...credentials, keys })).toEqual({ ...credentials, keys });
    },
  );

  it.each([{}, { ...credentials, keys: {} }, { ...credentials, keys: { jwksUri: "keys" } }, null])(
    "is not %j",
    (value) => {
      expect(UpstreamSecret.safeParse(value).success).toBe(false);
    },
  );
});
