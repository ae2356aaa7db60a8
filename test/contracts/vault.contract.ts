import { expect, it } from "vitest";
import type { Vault } from "../../shared/vault.ts";
import { fresh } from "../fakes/a-request.ts";

/** What every Vault must do. */
export function vaultContract(makeVault: () => Vault): void {
  it.each(["Pässwörd ₹ 😀", "", "x".repeat(10_000)])("opens what it sealed", async (secret) => {
    const vault = makeVault();
    const context = `session#${fresh()}`;
    expect(await vault.open(context, await vault.seal(context, secret))).toBe(secret);
  });

  it("seals into printable text of a version that shows nothing of the secret", async () => {
    const sealed = await makeVault().seal("irp-user#उदाहरण", "very-secret-password");
    expect(sealed).toMatch(/^v1\.[\x21-\x7e]+$/);
    for (const form of ["utf8", "base64", "base64url", "hex"] as const)
      expect(sealed).not.toContain(Buffer.from("very-secret").toString(form).slice(0, 12));
  });

  it("never seals twice alike", async () => {
    const vault = makeVault();
    const sealed = await Promise.all(Array.from({ length: 20 }, () => vault.seal("c", "s")));
    expect(new Set(sealed).size).toBe(20);
  });

  it("does not open for another context", async () => {
    const vault = makeVault();
    const sealed = await vault.seal("session#27", "secret");
    for (const context of ["session#29", "session#2", ""]) await expect(vault.open(context, sealed)).rejects.toThrow();
    expect(await vault.open("session#27", sealed)).toBe("secret");
  });

  it("does not open what was changed, wherever it was changed", async () => {
    const vault = makeVault();
    const sealed = await vault.seal("c", "secret");
    const step = Math.ceil(sealed.length / 25);
    for (let i = 0; i < sealed.length; i += step) {
      const changed = sealed.slice(0, i) + (sealed[i] === "A" ? "B" : "A") + sealed.slice(i + 1);
      await expect(vault.open("c", changed), `changed at ${i}`).rejects.toThrow();
    }
    for (const text of ["", "v1.", "v1.a.b", sealed.slice(0, -4), `${sealed}.AAAA`, sealed.replace("v1", "v2")])
      await expect(vault.open("c", text), text).rejects.toThrow();
  });
}
