import type { Vault } from "../../shared/vault.ts";

/** Hands out a ticket for each secret, and takes it back for the context that it was given for. */
export function memoryVault(): Vault {
  const secrets = new Map<string, { readonly context: string; readonly secret: string }>();
  return {
    async seal(context, secret) {
      const ticket = `v1.ticket-${secrets.size}`;
      secrets.set(ticket, { context, secret });
      return ticket;
    },
    async open(context, sealed) {
      const found = secrets.get(sealed);
      if (found?.context !== context) throw new Error("not sealed here for this context");
      return found.secret;
    },
  };
}
