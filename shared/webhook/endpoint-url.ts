import { isIP } from "node:net";
import * as z from "zod";
import { isPublicAddress } from "./public-address.ts";

/** Where a stage sends webhooks. Only a stage on somebody's own machine reaches anything but public servers by https. */
export const Reach = z.object({
  schemes: z.array(z.enum(["https", "http"])),
  /** Undefined: any. */
  ports: z.array(z.int()).optional(),
  addresses: z.enum(["public", "any"]),
});
export type Reach = z.infer<typeof Reach>;

const LONGEST = 2_000;
/** The scheme, two slashes, and what stands before the path. The parser makes do with less, and reads a backslash as a slash. */
const WRITTEN_OUT = /^[a-z][a-z\d+.-]*:\/\/(?<authority>[^/?#\\]+)[^\\]*$/i;

/** What is wrong with an endpoint's URL, in words; none when it may be used. Addresses behind a name are checked when connecting. */
export function urlFaults(text: string, reach: Reach): string[] {
  if (text.length > LONGEST) return [`longer than ${LONGEST} characters`];
  // The parser turns other letters into punycode, which its reader may not expect.
  if (!/^[\x21-\x7e]+$/.test(text)) return ["has spaces or letters beyond ASCII; write the host in punycode (xn--…)"];
  const url = URL.parse(text);
  const authority = WRITTEN_OUT.exec(text)?.groups?.["authority"];
  if (!url || authority === undefined) return ["is no URL; write it as https://host/path"];
  return [
    ...schemeFaults(url, reach),
    ...(authority.includes("@") ? ["holds credentials; verify the signature instead"] : []),
    ...(text.includes("#") ? ["has a fragment, which is never sent"] : []),
    ...hostFaults(url, reach),
  ];
}

function schemeFaults({ protocol, port }: URL, { schemes, ports }: Reach): string[] {
  if (!schemes.some((scheme) => `${scheme}:` === protocol))
    return [`begins with ${protocol}//; use ${schemes.join(" or ")}`];
  const used = port === "" ? DEFAULT_PORTS[protocol] : Number(port);
  return used === undefined || !ports || ports.includes(used) ? [] : [`names port ${used}; use ${ports.join(" or ")}`];
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "https:": 443, "http:": 80 };

/** The parser has brought every spelling of an address into one form, so that one in the URL itself is seen as what it is. */
function hostFaults({ hostname }: URL, { addresses }: Reach): string[] {
  if (addresses === "any") return [];
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return isPublicAddress(host) ? [] : ["is not a public address"];
  return /[^.]\.[^.]/.test(host) ? [] : ["names a host without a domain, which is not public"];
}
