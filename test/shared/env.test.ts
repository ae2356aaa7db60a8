import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { jsonVariable, readEnv } from "../../shared/env.ts";

const NAMES = ["ENV_TEST_A", "ENV_TEST_B"];

afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

/** Sets variables for one test. */
function given(variables: Record<string, string>) {
  Object.assign(process.env, variables);
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "nothing was thrown";
}

describe("readEnv", () => {
  it("reads what it is asked for and nothing else", () => {
    given({ ENV_TEST_A: "a", ENV_TEST_B: "b" });

    expect(readEnv({ ENV_TEST_A: z.string() })).toEqual({ ENV_TEST_A: "a" });
  });

  it("names every variable that is missing or malformed, and no value", () => {
    given({ ENV_TEST_B: "s3cret" });
    const shape = { ENV_TEST_A: z.string(), ENV_TEST_B: z.coerce.number(), PATH: z.string() };

    expect(messageOf(() => readEnv(shape))).toBe("environment variables missing or malformed: ENV_TEST_A, ENV_TEST_B");
  });

  it("reads a variable that holds JSON", () => {
    given({ ENV_TEST_A: '{"portals":[{"name":"NIC1"}]}' });
    const shape = { ENV_TEST_A: jsonVariable(z.object({ portals: z.array(z.object({ name: z.string() })) })) };

    expect(readEnv(shape).ENV_TEST_A.portals[0]?.name).toBe("NIC1");
  });

  it.each([
    ["is no JSON", '{"s3cret"', "ENV_TEST_A"],
    ["is JSON of another shape", '{"portals":"s3cret"}', "ENV_TEST_A.portals"],
    ["is empty", "", "ENV_TEST_A"],
  ])("names a variable whose JSON %s, and no word of it", (_, text, name) => {
    given({ ENV_TEST_A: text });
    const shape = { ENV_TEST_A: jsonVariable(z.object({ portals: z.array(z.string()) })) };

    expect(messageOf(() => readEnv(shape))).toBe(`environment variables missing or malformed: ${name}`);
  });
});
