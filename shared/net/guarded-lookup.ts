import type { LookupFunction } from "node:net";
import type { Reach } from "../webhook/endpoint-url.ts";
import { isPublicAddress } from "../webhook/public-address.ts";
import { BlockedAddress } from "./failure.ts";

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/**
 * Resolves a name for a socket, which connects to what it is given here and asks nobody again. Public addresses alone; a name
 * that has others besides is connected to at the public ones.
 */
export function guardedLookup({ addresses }: Pick<Reach, "addresses">, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (found) => {
        const allowed = found.filter(({ address }) => addresses === "any" || isPublicAddress(address));
        const [first] = allowed;
        if (!first) callback(new BlockedAddress(), "", 0);
        else if (options.all) callback(null, [...allowed]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}
