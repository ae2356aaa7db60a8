/**
 * Who may use the sandbox. Nothing here is a secret: the sandbox registers nothing that has legal force, and anyone who
 * runs it is meant to know these.
 *
 * | what          | value                                                     | refused with |
 * |---------------|-----------------------------------------------------------|--------------|
 * | client id     | `einvoice-sandbox`                                        | 1010         |
 * | client secret | `einvoice-sandbox-secret`                                 | 1010         |
 * | GSTIN         | any of the layout `^[0-9]{2}[0-9A-Z]{13}$`, e.g. `27SBXZR0001R1ZZ` | 1017 |
 * | user name     | `API_<GSTIN>`, e.g. `API_27SBXZR0001R1ZZ`                 | 1017         |
 * | password      | `Sandbox@2026`                                            | 1019         |
 */
export const SANDBOX_CLIENT = { clientId: "einvoice-sandbox", clientSecret: "einvoice-sandbox-secret" } as const;
const GSTIN_LAYOUT = /^[0-9]{2}[0-9A-Z]{13}$/;
const PASSWORD = "Sandbox@2026";

export function isClient(clientId: string, clientSecret: string): boolean {
  return clientId === SANDBOX_CLIENT.clientId && clientSecret === SANDBOX_CLIENT.clientSecret;
}

export function isGstin(text: string): boolean {
  return GSTIN_LAYOUT.test(text);
}

/** The API user that every GSTIN has. */
export function sandboxUser(gstin: string): { userName: string; password: string } {
  return { userName: `API_${gstin}`, password: PASSWORD };
}

/** The code that refuses this API user, or undefined when it may log in for the GSTIN. */
export function refusalOfUser(gstin: string, userName: string, password: string): "1017" | "1019" | undefined {
  if (!isGstin(gstin) || userName !== `API_${gstin}`) return "1017";
  return password === PASSWORD ? undefined : "1019";
}
