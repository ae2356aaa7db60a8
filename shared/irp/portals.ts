import * as z from "zod";

/** Calls by how long they may take. */
export const callKinds = ["login", "register", "look-up", "cancel", "eway-bill", "taxpayer"] as const;
export type CallKind = (typeof callKinds)[number];

/** The upstream as configured: a GSP or the portals themselves. Nothing in it is secret. */
export const Upstream = z.object({
  portals: z.array(z.object({ name: z.string(), url: z.url() })).min(1),
  timeoutsMs: z.record(z.enum(callKinds), z.number().int().positive()),
  /** A registered document may stay invisible to look-ups for this long. */
  lookUpLagMs: z.number().int().nonnegative(),
});
export type Upstream = z.infer<typeof Upstream>;

/** What only the operator knows: the GSP's credentials and the portals' public keys, given or by address. */
export const UpstreamSecret = z.object({
  clientId: z.string(),
  clientSecret: z.string(),
  keys: z.union([z.object({ jwksUri: z.url() }), z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })]),
});
export type UpstreamSecret = z.infer<typeof UpstreamSecret>;

/** The portal that a new document goes to. It is pinned with the submission. */
export function firstPortal(upstream: Upstream): string {
  const [first] = upstream.portals;
  if (!first) throw new RangeError("no portal is configured");
  return first.name;
}

export function portalUrl(upstream: Upstream, name: string): string {
  const portal = upstream.portals.find((each) => each.name === name);
  if (!portal) throw new RangeError(`portal ${name} is not configured`);
  return portal.url.replace(/\/$/, "");
}
