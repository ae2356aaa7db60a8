import type { Client, ClientStore } from "../../shared/oauth/client.ts";

export function memoryClientStore(): ClientStore {
  const clients = new Map<string, Client>();
  return {
    async create(client) {
      if (clients.has(client.clientId)) return "taken";
      clients.set(client.clientId, structuredClone(client));
      return "created";
    },
    find: async (clientId) => structuredClone(clients.get(clientId)),
  };
}
