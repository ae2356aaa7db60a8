import { createPublicKey, X509Certificate } from "node:crypto";
import * as z from "zod";

/** Calls by how long they may take. */
export const callKinds = ["login", "register", "look-up", "cancel", "eway-bill", "taxpayer"] as const;
export type CallKind = (typeof callKinds)[number];

const Url = z.url({ protocol: /^https?$/, hostname: /./ });

/** Headers of the operator's own. Neither part can end the line, so that none becomes two. */
const Headers = z.record(
  z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "not the name of a header"),
  z.string().regex(/^[\t\x20-\x7e]*$/, "not the value of a header"),
);

const Portal = z.object({
  /** As the `irp` header names it. */
  name: z.string(),
  /** May have a path: what a GSP puts in front of all the portal's paths. */
  url: Url,
  /** Where the e-way bill system (`/ewaybillapi`) has a host of its own, as NIC's in production (irp-protocol 5.6). */
  ewayBillUrl: Url.optional(),
  /** Sent to this portal alone. */
  headers: Headers.optional(),
});

/** The upstream as configured: a GSP or the portals themselves. Nothing in it is secret. */
export const Upstream = z.object({
  /** How the upstream speaks; `upstream-adapters.ts` has the other end of each. */
  protocol: z.enum(["nic"]).default("nic"),
  portals: z.array(Portal).min(1),
  /**
   * What a GSP puts in the place of the start of a path, `{"/eicore": "/einv-gsp/core"}` (irp-protocol 1). The longest
   * start counts; it ends where a segment ends.
   */
  paths: z.record(z.string().regex(/^\/.*[^/]$/), z.string().regex(/^(\/.*[^/])?$/)).optional(),
  /** Sent with every call. */
  headers: Headers.optional(),
  /** The GSP adds its client id and secret itself, and wants none of us. */
  addsCredentials: z.boolean().optional(),
  timeoutsMs: z.record(z.enum(callKinds), z.number().int().positive()),
  /** A registered document may stay invisible to look-ups for this long. */
  lookUpLagMs: z.number().int().nonnegative(),
});
export type Upstream = z.infer<typeof Upstream>;

const use = z.enum(["enc", "sig"]).optional();

/** A certificate names itself; a bare public key that verifies needs the name that signatures call it by. */
const PemKey = z
  .object({ pem: z.string(), kid: z.string().optional(), use })
  .refine(({ pem }) => isPem(pem), "neither a PEM certificate nor a PEM public key")
  .refine(
    ({ pem, kid, use }) => kid !== undefined || use === "enc" || isCertificate(pem),
    "a public key that verifies needs a kid",
  );

/** A portal's public key: a JWK, or the PEM in which the portals publish theirs. */
export const PortalKey = z.union([z.looseObject({ kty: z.string() }), PemKey]);
export type PortalKey = z.infer<typeof PortalKey>;

const HeaderValue = z.string().regex(/^[\x21-\x7e]+$/, "not the value of a header");

/** What only the operator knows: the GSP's credentials and the portals' public keys, given or by address. */
export const UpstreamSecret = z.object({
  /** Left out where the GSP adds them itself. */
  clientId: HeaderValue.optional(),
  clientSecret: HeaderValue.optional(),
  /** Sent with every call, as the GSP wants its own credentials. */
  headers: Headers.optional(),
  /** The same by portal. */
  portalHeaders: z.record(z.string(), Headers).optional(),
  keys: z.union([z.object({ jwksUri: Url }), z.object({ keys: z.array(PortalKey) })]),
});
export type UpstreamSecret = z.infer<typeof UpstreamSecret>;

/** In order of preference. */
export function portalNames({ portals }: Pick<Upstream, "portals">): string[] {
  return portals.map(({ name }) => name);
}

/** Where a call goes whose path is the portals' own. Throws a RangeError for a portal that is not configured. */
export function callUrl(upstream: Pick<Upstream, "portals" | "paths">, name: string, path: string): string {
  const { url, ewayBillUrl } = portalNamed(upstream, name);
  const base = ewayBillUrl !== undefined && isEwayBillSystem(path) ? ewayBillUrl : url;
  const [start, instead] = Object.entries(upstream.paths ?? {})
    .filter(([start]) => startsPath(start, path))
    .sort(([one], [other]) => one.length - other.length)
    .at(-1) ?? ["", ""];
  return `${withoutSlash(base)}${instead}${path.slice(start.length)}`;
}

/** The e-way bill system has its own ways beside the portals' (irp-protocol 5.6). */
export function isEwayBillSystem(path: string): boolean {
  return startsPath("/ewaybillapi", path);
}

/** The headers that the configuration adds to each call to a portal; secret ones count before plain ones. */
export function extraHeaders(
  upstream: Pick<Upstream, "portals" | "headers">,
  secret: Pick<UpstreamSecret, "headers" | "portalHeaders">,
  name: string,
): Readonly<Record<string, string>>[] {
  const own = portalNamed(upstream, name).headers;
  return [upstream.headers, own, secret.headers, secret.portalHeaders?.[name]].filter((each) => each !== undefined);
}

function portalNamed({ portals }: Pick<Upstream, "portals">, name: string): z.infer<typeof Portal> {
  const portal = portals.find((each) => each.name === name);
  if (!portal) throw new RangeError(`portal ${name} is not configured`);
  return portal;
}

function startsPath(start: string, path: string): boolean {
  return path.startsWith(start) && /^([/?]|$)/.test(path.slice(start.length));
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, "");
}

function isPem(pem: string): boolean {
  try {
    createPublicKey(pem);
    return !pem.includes("PRIVATE");
  } catch {
    return false;
  }
}

/** Whether PEM or DER is a certificate; createPublicKey reads bare keys too. */
export function isCertificate(encoded: string | Buffer): boolean {
  try {
    new X509Certificate(encoded);
    return true;
  } catch {
    return false;
  }
}
