import { describe, expect, it } from "vitest";
import { startTurns } from "../../../infra/local/start-turns.ts";

/** Starts that end when told to, and what has begun so far. */
function starts(most: number) {
  const inTurn = startTurns(most);
  const begun: string[] = [];
  return {
    begun,
    start(name: string) {
      const end = Promise.withResolvers<string>();
      const done = inTurn(() => {
        begun.push(name);
        return end.promise;
      });
      return { ...end, done };
    },
  };
}

describe("turns to start", () => {
  it("lets so many begin, and the others in order as those end", async () => {
    const { begun, start } = starts(2);
    const [first, second] = ["a", "b", "c", "d"].map(start);
    expect(begun).toEqual(["a", "b"]);

    second?.resolve("b");
    await second?.done;
    expect(begun).toEqual(["a", "b", "c"]);

    first?.resolve("a");
    await expect(first?.done).resolves.toBe("a");
    expect(begun).toEqual(["a", "b", "c", "d"]);
  });

  it("takes the turn back from a start that failed", async () => {
    const { begun, start } = starts(1);
    const [first] = [start("a"), start("b")];
    first.reject(new Error("no such module"));
    await expect(first.done).rejects.toThrow("no such module");
    expect(begun).toEqual(["a", "b"]);
  });

  it("has the turns again once nobody waits", async () => {
    const { begun, start } = starts(1);
    for (const name of ["a", "b", "c"]) {
      const { resolve, done } = start(name);
      resolve(name);
      await done;
    }
    expect(begun).toEqual(["a", "b", "c"]);
  });
});
