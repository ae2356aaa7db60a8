import { describe, expect, it } from "vitest";
import { shardOf } from "../../../shared/aws/due-items.ts";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

describe("shardOf", () => {
  it("puts every id into one of the shards that are looked into, however it begins", () => {
    const ids = [...BASE64URL].flatMap((first) => [...BASE64URL].map((second) => `${first}${second}Zz9-_`));
    const shards = new Set(ids.map(shardOf));
    expect([...shards].sort()).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  });
});
