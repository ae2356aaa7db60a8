import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { secretUpstream } from "../../../shared/aws/secret-upstream.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

const secretOf = (clientId: string) => ({ clientId, clientSecret: "s", keys: { keys: [] } });

function setup() {
  const clock = virtualClock();
  const answers: (string | Error)[] = [];
  let reads = 0;
  const send = async () => {
    const answer = answers[Math.min(reads++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return { SecretString: answer };
  };
  const read = secretUpstream({ send } as unknown as SecretsManagerClient, "upstream", clock.now);
  const will = (...next: (string | Error | object)[]) => {
    answers.push(
      ...next.map((each) => (typeof each === "string" || each instanceof Error ? each : JSON.stringify(each))),
    );
  };
  return { clock, read, will, reads: () => reads };
}

describe("the upstream's secret", () => {
  it("is read once for simultaneous callers and for ten minutes", async () => {
    const { clock, read, reads, will } = setup();
    will(secretOf("one"), secretOf("two"));
    await Promise.all([read(), read()]);
    clock.advance(599_999);
    expect(await read()).toEqual(secretOf("one"));
    expect(reads()).toBe(1);
    clock.advance(1);
    expect(await Promise.all([read(), read()])).toEqual([secretOf("two"), secretOf("two")]);
    expect(reads()).toBe(2);
  });

  it.each([new Error("the store fails"), "no JSON", "{}"])(
    "stays the one before when it cannot be read again: %s",
    async (failure) => {
      const { clock, read, reads, will } = setup();
      will(secretOf("one"), failure, secretOf("three"));
      await read();
      clock.advance(600_000);
      expect(await read()).toEqual(secretOf("one"));
      expect(await read()).toEqual(secretOf("one"));
      expect(reads()).toBe(2);
      clock.advance(600_000);
      expect(await read()).toEqual(secretOf("three"));
    },
  );

  it("is read again at once after a first failure", async () => {
    const { read, will } = setup();
    will(new Error("the store fails"), secretOf("two"));
    await expect(read()).rejects.toThrow("the store fails");
    expect(await read()).toEqual(secretOf("two"));
  });
});
