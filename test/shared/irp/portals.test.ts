import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { stages } from "../../../infra/config.ts";
import { callUrl, portalNames, Upstream, UpstreamSecret } from "../../../shared/irp/portals.ts";

const upstream = Upstream.parse({
  portals: [
    { name: "NIC1", url: "https://one.example/nic1/" },
    { name: "NIC2", url: "https://two.example" },
  ],
  ...stages.local.upstream,
});

describe("the upstream", () => {
  it("gives a portal's address without a slash at its end", () => {
    expect(callUrl(upstream, "NIC1", "/x")).toBe("https://one.example/nic1/x");
    expect(callUrl(upstream, "NIC2", "/x")).toBe("https://two.example/x");
  });

  it("names its portals in order of preference", () => {
    expect(portalNames(upstream)).toEqual(["NIC1", "NIC2"]);
  });

  it("speaks NIC's protocol where it says nothing else", () => {
    expect(upstream.protocol).toBe("nic");
    expect(Upstream.safeParse({ ...upstream, protocol: "plain-json" }).success).toBe(false);
  });

  it("knows no other portal", () => {
    expect(() => callUrl(upstream, "nic1", "/x")).toThrow(RangeError);
    expect(() => callUrl(upstream, "nic1", "/eicore")).toThrow(RangeError);
  });

  it.each([
    { portals: [], ...stages.local.upstream },
    { portals: [{ name: "NIC1", url: "one.example" }], ...stages.local.upstream },
    { portals: [{ name: "NIC1", url: "https://one.example" }], ...stages.local.upstream, timeoutsMs: { login: 0 } },
    { portals: [{ name: "NIC1", url: "https://one.example" }] },
    { portals: [{ name: "NIC1", url: "ftp://one.example" }], ...stages.local.upstream },
    { ...upstream, headers: { "X-Key": "a\r\nGstin: 29" } },
    { ...upstream, headers: { "X-Key": "a\nb" } },
    { ...upstream, headers: { "X-Key": "₹" } },
    { ...upstream, headers: { "X-Key:": "a" } },
    { ...upstream, headers: { "X\r\nKey": "a" } },
    { ...upstream, headers: { "": "a" } },
    { ...upstream, portals: [{ name: "NIC1", url: "https://one.example", headers: { "X-Key": "a\rb" } }] },
    { ...upstream, paths: { eicore: "/core" } },
    { ...upstream, paths: { "/eicore/": "/core" } },
    { ...upstream, paths: { "/eicore": "core" } },
    { ...upstream, paths: { "/eicore": "/core/" } },
  ])("is not configured by %j", (value) => {
    expect(Upstream.safeParse(value).success).toBe(false);
  });
});

describe("the address of a call", () => {
  const url = "https://gsp.example/api/";
  const gsp = {
    portals: [{ name: "NIC1", url, ewayBillUrl: "https://ewb.example/" }],
    paths: {
      "/eivital/v1.04/Master": "/vital/v1.04/Master",
      "/eivital": "/einv-gsp/vital",
      "/eicore": "/einv-gsp/core",
      "/eiewb": "",
    },
  };

  it.each([
    ["/eivital/v1.04/auth", "https://gsp.example/api/einv-gsp/vital/v1.04/auth"],
    ["/eivital/v1.04/Master/gstin/27", "https://gsp.example/api/vital/v1.04/Master/gstin/27"],
    ["/eivital/v1.04/Masters", "https://gsp.example/api/einv-gsp/vital/v1.04/Masters"],
    ["/eicore?x=/eicore", "https://gsp.example/api/einv-gsp/core?x=/eicore"],
    ["/eicore", "https://gsp.example/api/einv-gsp/core"],
    ["/eicores/v1", "https://gsp.example/api/eicores/v1"],
    ["/eiewb/v1.03/ewaybill", "https://gsp.example/api/v1.03/ewaybill"],
    ["/ewaybillapi/v1.03/ewayapi", "https://ewb.example/ewaybillapi/v1.03/ewayapi"],
  ])("of %s is %s", (path, expected) => {
    expect(callUrl(gsp, "NIC1", path)).toBe(expected);
  });

  it("is the portal's own where nothing is configured", () => {
    const plain = { portals: [{ name: "NIC1", url }] };
    expect(callUrl(plain, "NIC1", "/ewaybillapi/v1.03/ewayapi")).toBe(
      "https://gsp.example/api/ewaybillapi/v1.03/ewayapi",
    );
    expect(callUrl(plain, "NIC1", "/eicore/x")).toBe("https://gsp.example/api/eicore/x");
  });
});

describe("the upstream's secret", () => {
  const credentials = { clientId: "c", clientSecret: "s" };
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const privatePem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  it.each([{ jwksUri: "https://keys.example/jwks" }, { keys: [{ kty: "RSA", n: "n", e: "AQAB" }] }])(
    "holds keys or their address: %j",
    (keys) => {
      expect(UpstreamSecret.parse({ ...credentials, keys })).toEqual({ ...credentials, keys });
    },
  );

  it("holds no client id where the GSP adds it, but its own headers", () => {
    const secret = {
      headers: { "X-CT-Auth-Token": "t" },
      portalHeaders: { NIC1: { "X-Key": "k" } },
      keys: {
        keys: [
          { pem, kid: "A" },
          { pem, use: "enc" },
        ],
      },
    };
    expect(UpstreamSecret.parse(secret)).toEqual(secret);
  });

  it.each([
    {},
    null,
    { ...credentials, keys: {} },
    { ...credentials, keys: { jwksUri: "keys" } },
    { ...credentials, keys: { keys: [{ pem }] } },
    { ...credentials, keys: { keys: [{ pem: "-----BEGIN PUBLIC KEY-----", kid: "A" }] } },
    { ...credentials, keys: { keys: [{ pem: privatePem, kid: "A" }] } },
    { clientId: "c\nd", clientSecret: "s", keys: { keys: [] } },
    { ...credentials, headers: { "X-Key": "a\r\nb" }, keys: { keys: [] } },
    { ...credentials, portalHeaders: { NIC1: { "X-Key": "a\r\nb" } }, keys: { keys: [] } },
  ])("is not %j", (value) => {
    expect(UpstreamSecret.safeParse(value).success).toBe(false);
  });
});
