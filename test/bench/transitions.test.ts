import { describe, expect, it } from "vitest";
import { Definition, transitionsOf } from "./transitions.ts";

const ladder = Definition.parse({
  StartAt: "Wait",
  States: {
    Wait: { Type: "Wait", SecondsPath: "$.waitSeconds", Next: "Attempt" },
    Attempt: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Next: "Is it over?" },
    "Is it over?": {
      Type: "Choice",
      Choices: [{ Variable: "$.isOver", BooleanEquals: false, Next: "Wait" }],
      Default: "Over",
    },
    Over: { Type: "Succeed" },
  },
});

describe("the state transitions of an execution", () => {
  it.each([
    { attempts: 1, transitions: 4 },
    { attempts: 5, transitions: 16 },
    { attempts: 6, transitions: 19 },
  ])("that is over at attempt $attempts are $transitions", ({ attempts, transitions }) => {
    expect(transitionsOf(ladder, attempts)).toBe(transitions);
  });
});
