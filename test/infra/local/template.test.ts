import { describe, expect, it } from "vitest";
import { provisioningOrder, resolver, Template } from "../../../infra/local/template.ts";

const resolve = resolver(
  new Map([["Queue", { ref: "http://queue", attributes: { Arn: "arn:queue", "Nested.Name": "n" } }]]),
  {
    "AWS::Region": "ap-south-1",
  },
);

describe("intrinsic functions", () => {
  it.each([
    [{ Ref: "Queue" }, "http://queue"],
    [{ Ref: "AWS::Region" }, "ap-south-1"],
    [{ "Fn::GetAtt": ["Queue", "Arn"] }, "arn:queue"],
    [{ "Fn::GetAtt": "Queue.Nested.Name" }, "n"],
    [{ "Fn::Join": ["-", ["a", { Ref: "AWS::Region" }]] }, "a-ap-south-1"],
    [{ "Fn::Sub": "${AWS::Region}/${Queue.Arn}/${!Literal}" }, "ap-south-1/arn:queue/${Literal}"],
    [{ "Fn::Sub": ["${Mine}/${Queue}", { Mine: "m" }] }, "m/http://queue"],
    [{ "Fn::Select": [1, { "Fn::Split": [":", { "Fn::GetAtt": ["Queue", "Arn"] }] }] }, "queue"],
    [
      [{ Ref: "Queue" }, 1, null],
      ["http://queue", 1, null],
    ],
    [
      { Ref: "Queue", Other: 1 },
      { Ref: "Queue", Other: 1 },
    ],
  ])("%j is %j", (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it.each([[{ Ref: "Nobody" }], [{ "Fn::GetAtt": ["Queue", "Colour"] }], [{ "Fn::ImportValue": "x" }]])(
    "%j is an error",
    (value) => {
      expect(() => resolve(value)).toThrow();
    },
  );
});

describe("the order of provisioning", () => {
  it("puts what is referred to first, however it is referred to", () => {
    const template = Template.parse({
      Resources: {
        A: { Type: "T", Properties: { x: { "Fn::Sub": "${B.Arn}" } } },
        B: { Type: "T", DependsOn: "C" },
        C: { Type: "T", Properties: { list: [{ "Fn::GetAtt": ["D", "Arn"] }] } },
        D: { Type: "T", Properties: { region: { Ref: "AWS::Region" } } },
      },
    });
    expect(provisioningOrder(template)).toEqual(["D", "C", "B", "A"]);
  });

  it("names a circle", () => {
    const template = Template.parse({
      Resources: { A: { Type: "T", DependsOn: "B" }, B: { Type: "T", DependsOn: "A" } },
    });
    expect(() => provisioningOrder(template)).toThrow("A → B → A");
  });
});
