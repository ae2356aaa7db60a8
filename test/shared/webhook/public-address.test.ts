import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublicAddress } from "../../../shared/webhook/public-address.ts";
import { specialAddresses } from "./special-addresses.ts";

describe("isPublicAddress", () => {
  it.each(specialAddresses)("refuses %s (%s)", (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(isPublicAddress(address.toUpperCase())).toBe(false);
  });

  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2600:1f18::1",
    "2A00:1450::200E",
  ])("takes %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    "",
    " 8.8.8.8",
    "8.8.8.8 ",
    "8.8.8.8\n",
    "8.8.8",
    "8.8.8.8.8",
    "08.8.8.8",
    "0x08080808",
    "134744072",
    "8.8.8.8:443",
    "8.8.8.8/0",
    "[2600::1]",
    "2600::1%eth0",
    "2600::1%25eth0",
    "8.8.8.8%eth0",
    "example.com",
    "８.8.8.8",
    "8。8。8。8",
  ])("takes %j for no address", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it("takes no IPv6 address that carries an IPv4 one, whatever it carries", () => {
    const carrying = (bits: number) => {
      const [high, low] = [(bits >>> 16).toString(16), (bits & 0xffff).toString(16)];
      return [`::${high}:${low}`, `::ffff:${high}:${low}`, `64:ff9b::${high}:${low}`, `2002:${high}:${low}::1`];
    };
    fc.assert(
      fc.property(fc.nat(0xffffffff), (bits) => {
        expect(carrying(bits).filter(isPublicAddress)).toEqual([]);
      }),
    );
  });
});
