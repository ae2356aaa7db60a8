import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reach, urlFaults } from "../../../shared/webhook/endpoint-url.ts";
import { isPublicAddress } from "../../../shared/webhook/public-address.ts";
import { specialAddresses } from "./special-addresses.ts";

const DEPLOYED: Reach = { schemes: ["https"], ports: [443], addresses: "public" };
const LOCAL: Reach = { schemes: ["https", "http"], addresses: "any" };

/** Schemes and ports aside, so that nothing but the address is held against a URL. */
const ADDRESSES: Reach = { schemes: ["https", "http"], addresses: "public" };

const inUrls = specialAddresses.map(([address]) => (isIP(address) === 6 ? `[${address}]` : address));

/** Spellings of 127.0.0.1, 0.0.0.0, ::1 and 169.254.169.254 that parsers understand. */
const spellings = [
  "2130706433",
  "0x7f000001",
  "0X7F000001",
  "017700000001",
  "0x7f.1",
  "0x7f.0.0.0x1",
  "0177.0.0.1",
  "0000177.0.0.1",
  "127.1",
  "127.0.1",
  "127.0.0.1.",
  "0x7f000001.",
  "127.65535",
  "0",
  "0.0",
  "0x0",
  "%31%32%37.0.0.1",
  "127%2e0%2e0%2e1",
  "127%E3%80%820%E3%80%820%E3%80%821",
  "%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1",
  "%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1",
  "2852039166",
  "0xa9fea9fe",
  "0xa9.0xfe.0xa9.0xfe",
  "0251.0376.0251.0376",
  "169.254.43518",
  "169.16689662",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[0000::0001]",
  "[::FFFF:127.0.0.1]",
  "[::ffff:7f00:0001]",
  "[0:0:0:0:0:ffff:127.0.0.1]",
  "[::ffff:169.254.169.254]",
];

describe("urlFaults of a stage that reaches public servers alone", () => {
  it.each([
    "https://example.com",
    "https://example.com/",
    "https://example.com:443/hooks/einvoice?tenant=1&x=a%20b",
    "HTTPS://EXAMPLE.COM/Hooks",
    "https://xn--e1afmkfd.xn--p1ai/hook",
    "https://hooks.example.co.in./",
    "https://8.8.8.8/hook",
    "https://[2600:1f18::1]/hook",
    "https://example.com/a@b",
  ])("takes %s", (url) => {
    expect(urlFaults(url, DEPLOYED)).toEqual([]);
  });

  it.each([...inUrls, ...spellings])("sees through the address https://%s/", (host) => {
    expect(urlFaults(`https://${host}/hook`, DEPLOYED)).toEqual(["is not a public address"]);
    expect(urlFaults(`https://${host}:443?x`, ADDRESSES)).toEqual(["is not a public address"]);
  });

  it.each([
    ["", "has spaces or letters beyond ASCII"],
    [" https://example.com/", "has spaces"],
    ["https://example.com/\n", "has spaces"],
    ["https://exa\tmple.com/", "has spaces"],
    ["https://example.com/\u0000", "has spaces"],
    ["https://пример.рф/", "write the host in punycode"],
    ["https://①②⑦.0.0.1/", "letters beyond ASCII"],
    ["https://127。0。0。1/", "letters beyond ASCII"],
    ["https://example.com/straße", "letters beyond ASCII"],
    ["example.com/hook", "is no URL; write it as https://host/path"],
    ["//example.com/hook", "is no URL"],
    ["https://", "is no URL"],
    ["https:example.com", "is no URL"],
    ["https:/example.com", "is no URL"],
    ["https:///example.com", "is no URL"],
    ["https:\\\\example.com\\hook", "is no URL"],
    ["https://example.com\\@127.0.0.1/", "is no URL"],
    ["https://127.0.0.1\\@example.com/", "is no URL"],
    ["https://example.com/a\\b", "is no URL"],
    ["https://example.com:65536/", "is no URL"],
    ["https://example.com:443:80/", "is no URL"],
    ["https://127.0.0.1%00.example.com/", "is no URL"],
    ["https://[fe80::1%25eth0]/", "is no URL"],
    ["https://[fe80::1%eth0]/", "is no URL"],
    ["https://[::1/", "is no URL"],
    ["https://256.1.1.1/", "is no URL"],
    ["https://1.2.3.4.5/", "is no URL"],
    ["http://example.com/", "begins with http://; use https"],
    ["ftp://example.com/", "begins with ftp://; use https"],
    ["file:///etc/passwd", "is no URL"],
    ["gopher://example.com:70/_x", "begins with gopher://; use https"],
    ["javascript:alert(1)", "is no URL"],
    ["data:text/plain,x", "is no URL"],
    ["wss://example.com/", "begins with wss://; use https"],
    ["https://user@example.com/", "holds credentials"],
    ["https://user:password@example.com/", "holds credentials"],
    ["https://:password@example.com/", "holds credentials"],
    ["https://@example.com/", "holds credentials"],
    ["https://:@example.com/", "holds credentials"],
    ["https://example.com%2f@example.org/", "holds credentials"],
    ["https://example.com/#top", "has a fragment"],
    ["https://example.com/#", "has a fragment"],
    ["https://example.com:80/", "names port 80; use 443"],
    ["https://example.com:8443/", "names port 8443; use 443"],
    ["https://example.com:0/", "names port 0; use 443"],
    ["https://example.com:022/", "names port 22; use 443"],
    ["https://metadata/", "a host without a domain"],
    ["https://LOCALHOST/", "a host without a domain"],
    ["https://localhost./", "a host without a domain"],
    ["https://%6cocalhost/", "a host without a domain"],
    [`https://example.com/${"a".repeat(1_981)}`, "longer than 2000 characters"],
  ])("says what is wrong with %j", (url, fault) => {
    expect(urlFaults(url, DEPLOYED)).toEqual([expect.stringContaining(fault)]);
  });

  it("says all of it at once", () => {
    expect(urlFaults("https://example.com@127.0.0.1:8443/#x", DEPLOYED)).toEqual([
      "names port 8443; use 443",
      "holds credentials; verify the signature instead",
      "has a fragment, which is never sent",
      "is not a public address",
    ]);
  });

  it("takes 2,000 characters", () => {
    expect(urlFaults(`https://example.com/${"a".repeat(1_980)}`, DEPLOYED)).toEqual([]);
  });

  it("counts the port that a scheme has by itself", () => {
    const reach: Reach = { schemes: ["https", "http"], ports: [443], addresses: "public" };
    expect(urlFaults("http://example.com/", reach)).toEqual(["names port 80; use 443"]);
    expect(urlFaults("http://example.com:443/", reach)).toEqual([]);
  });
});

describe("urlFaults of a stage on somebody's own machine", () => {
  it.each(["http://127.0.0.1:4400/", "http://localhost:4400/hook", "https://[::1]:4400/", "http://receiver/"])(
    "takes %s",
    (url) => {
      expect(urlFaults(url, LOCAL)).toEqual([]);
    },
  );

  it.each(["http://user@127.0.0.1/", "ftp://127.0.0.1/", "http://127.0.0.1/#x", "http:127.0.0.1"])(
    "refuses %s all the same",
    (url) => {
      expect(urlFaults(url, LOCAL)).toHaveLength(1);
    },
  );
});

describe("urlFaults of any text", () => {
  const pieces = fc.constantFrom(
    ..."https http :// / \\ @ : # ? [ ] % %25 %2e . :: ffff 127 0x7f 0177 a b 1 。 ①".split(" "),
  );
  const oddUrl = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    oddUrl,
    oddUrl.map((rest) => `https://${rest}`),
  );

  it("is a list, and never an exception", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(DEPLOYED, ADDRESSES, LOCAL), (url, reach) => {
        for (const fault of urlFaults(url, reach)) expect(fault).not.toBe("");
      }),
      { numRuns: 2_000 },
    );
  });

  it("lets nothing pass that a parser takes to an address which is not public, or to credentials", () => {
    const bits = fc.nat(0xffffffff);
    const v4 = bits.map((n) => `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`);
    const host = fc.oneof(
      v4,
      bits.map(String),
      bits.map((n) => `0x${n.toString(16)}`),
      bits.map((n) => `0${n.toString(8)}`),
      fc.ipV6().map((address) => `[${address}]`),
      v4.map((address) => `[::ffff:${address}]`),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          host.map((each) => `https://${each}/`),
          text,
        ),
        (url) => {
          if (urlFaults(url, ADDRESSES).length > 0) return;
          const { hostname, username, password, hash, protocol } = new URL(url);
          const bare = hostname.replace(/^\[|\]$/g, "");
          expect(isIP(bare) === 0 || isPublicAddress(bare)).toBe(true);
          expect([username, password, hash]).toEqual(["", "", ""]);
          expect(["https:", "http:"]).toContain(protocol);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe("Reach", () => {
  it("is parsed as a stage's setting", () => {
    expect(Reach.parse(JSON.parse(JSON.stringify(DEPLOYED)))).toEqual(DEPLOYED);
    expect(Reach.parse(LOCAL)).toEqual(LOCAL);
    expect(Reach.safeParse({ schemes: ["ftp"], addresses: "public" }).success).toBe(false);
    expect(Reach.safeParse({ schemes: ["https"], addresses: "all" }).success).toBe(false);
  });
});
