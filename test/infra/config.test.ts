import { describe, expect, it } from "vitest";
import { checkedStage, type Stage, stages } from "../../infra/config.ts";
import { PUT_WITHIN_MS } from "../../shared/aws/dynamo-audit-log.ts";

const live: Stage = stages.live;
const https = { name: "NIC1", url: "https://portal.example" };
const withPortal = (portal: object, stage: Stage = live): Stage => ({ ...stage, portals: [{ ...https, ...portal }] });

describe("the upstream of a live stage", () => {
  it("is reached by https alone, with GSP and e-way bill host", () => {
    const stage = withPortal({ ewayBillUrl: "https://ewb.example", headers: { "X-Key": "k" } });
    expect(checkedStage(stage)).toBe(stage);
  });

  it.each<[string, Stage, string]>([
    ["a portal in the clear", withPortal({ url: "http://portal.example" }), "http://portal.example is not https"],
    ["loopback", withPortal({ url: "http://127.0.0.1:3000" }), "is not https"],
    [
      "the second portal in the clear",
      { ...live, portals: [https, { name: "NIC2", url: "http://two.example" }] },
      "http://two.example is not https",
    ],
    ["an e-way bill host in the clear", withPortal({ ewayBillUrl: "http://ewb.example" }), "http://ewb.example"],
    ["an address that is none", withPortal({ url: "portal" }), "stage live"],
    ["a header of two lines", withPortal({ headers: { "X-Key": "a\r\nb" } }), "not the value of a header"],
    ["no portal", { ...live, portals: [] }, "stage live"],
    ["our sandbox", { ...live, portals: "sandbox" }, "registers nothing"],
  ])("is not %s", (_, stage, message) => {
    expect(() => checkedStage(stage)).toThrow(RangeError);
    expect(() => checkedStage(stage)).toThrow(message);
  });

  it("may be on loopback in a test", () => {
    const stage = withPortal({ url: "http://127.0.0.1:3000" }, stages.sandbox);
    expect(checkedStage(stage)).toBe(stage);
  });

  it.each<[string, Stage["webhooks"]]>([
    ["private addresses", { ...stages.live.webhooks, addresses: "any" }],
    ["http", { ...stages.live.webhooks, schemes: ["https", "http"] }],
  ])("has webhooks reach no %s, which the local stage may", (_, webhooks) => {
    for (const stage of [stages.live, stages.sandbox])
      expect(() => checkedStage<Stage>({ ...stage, webhooks })).toThrow("webhooks go to public servers by https");
    expect(checkedStage<Stage>({ ...stages.local, webhooks })).toMatchObject({ webhooks });
  });

  it("is what each stage has", () => {
    for (const stage of Object.values(stages)) expect(checkedStage<Stage>(stage)).toBe(stage);
  });
});

describe("the audit archive", () => {
  it.each([stages.sandbox, stages.live])("of $name takes no record that may still be on its way", ({ archive }) => {
    expect(archive.settlesSeconds * 1000).toBeGreaterThanOrEqual(2 * PUT_WITHIN_MS);
  });
});
