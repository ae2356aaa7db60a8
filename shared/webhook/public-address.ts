import { BlockList, isIP, isIPv4 } from "node:net";

/** IPv4 that is not somebody's public server: the IANA registry of special addresses, multicast and what is reserved. */
const SPECIAL_V4 = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
  192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
  240.0.0.0/4`;
/** Public IPv6 is within this, which leaves out loopback, link-local, unique-local, mapped, translated and multicast addresses. */
const GLOBAL_V6 = "2000::/3";
/** And not these: protocol assignments with Teredo, documentation, 6to4. */
const SPECIAL_V6 = "2001::/23 2001:db8::/32 2002::/16 3fff::/20";

const special = listOf(SPECIAL_V4, "ipv4");
const globalV6 = listOf(GLOBAL_V6, "ipv6");
const specialV6 = listOf(SPECIAL_V6, "ipv6");

function listOf(subnets: string, family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const subnet of subnets.trim().split(/\s+/)) {
    const [net = "", prefix] = subnet.split("/");
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}

/** Whether an IP address, as text, is a public server's. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (isIPv4(address)) return !special.check(address, "ipv4");
  // A zone names a link of this machine.
  if (address.includes("%")) return false;
  return globalV6.check(address, "ipv6") && !specialV6.check(address, "ipv6");
}
