/** What an access token may be allowed to do. */
export const scopes = ["irn:write", "irn:read", "ewb:write", "webhooks:manage", "audit:read"] as const;
export type Scope = (typeof scopes)[number];
