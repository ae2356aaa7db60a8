import type { LookupAddress } from "node:dns";
import { describe, expect, it } from "vitest";
import { type Address, guardedLookup } from "../../../shared/net/guarded-lookup.ts";
import { specialAddresses } from "../webhook/special-addresses.ts";

/** What a socket is given of what a resolver found: all of it, or one. */
function lookedUp(found: readonly string[] | Error, { addresses = "public", all = true } = {}) {
  const resolve = async (): Promise<readonly Address[]> => {
    if (found instanceof Error) throw found;
    return found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  const lookup = guardedLookup({ addresses: addresses === "any" ? "any" : "public" }, resolve);
  return new Promise<{ code?: string; given?: string | LookupAddress[]; family?: number | undefined }>((done) =>
    lookup("hooks.example.com", { all }, (error, given, family) =>
      done(error ? { code: error.code ?? "" } : { given, family }),
    ),
  );
}

describe("guardedLookup", () => {
  it("gives a socket the public addresses of a name, and no other", async () => {
    const mixed = ["10.0.0.1", "8.8.8.8", "::1", "2600:1f18::1", "::ffff:8.8.4.4", "169.254.169.254"];

    expect((await lookedUp(mixed)).given).toEqual([
      { address: "8.8.8.8", family: 4 },
      { address: "2600:1f18::1", family: 6 },
    ]);
    expect(await lookedUp(mixed, { all: false })).toEqual({ given: "8.8.8.8", family: 4 });
  });

  it.each(specialAddresses)("gives none for a name that leads to %s (%s)", async (address) => {
    expect(await lookedUp([address])).toEqual({ code: "EBLOCKED" });
    expect(await lookedUp([address], { all: false })).toEqual({ code: "EBLOCKED" });
    expect(await lookedUp([address, "10.0.0.1"])).toEqual({ code: "EBLOCKED" });
  });

  it("gives none for a name without addresses, or with what is no address", async () => {
    expect(await lookedUp([])).toEqual({ code: "EBLOCKED" });
    expect(await lookedUp(["localhost", "8.8.8"])).toEqual({ code: "EBLOCKED" });
  });

  it("passes on what the resolver says went wrong", async () => {
    expect(await lookedUp(Object.assign(new Error("no"), { code: "EAI_AGAIN" }))).toEqual({ code: "EAI_AGAIN" });
  });

  it("gives all where a stage reaches any", async () => {
    expect((await lookedUp(["127.0.0.1", "::1"], { addresses: "any" })).given).toHaveLength(2);
  });
});
