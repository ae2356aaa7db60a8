import { describe, expect, it } from "vitest";
import { lineOf, type ReceivedWebhook, webhookReceiver } from "../../../infra/commands/received-webhooks.ts";
import { signedHeaders } from "../../../shared/webhook/sign.ts";

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;
const IRN = "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe";
const BODY = JSON.stringify({ type: "irn.generated", timestamp: "", data: { irn: IRN, note: "₹" } });

/** As it arrives: signed just now with our own code, unless told. */
function arriving({ id = "e-1", body = BODY, secrets = [SECRET], secondsAgo = 0 } = {}) {
  return signedHeaders({ id, body }, secrets, new Date(Date.now() - secondsAgo * 1000));
}

function received(headers: Record<string, string>, { body = BODY, secret = SECRET } = {}): ReceivedWebhook {
  return webhookReceiver({ secret, now: () => new Date() })(headers, Buffer.from(body));
}

describe("webhookReceiver", () => {
  it("verifies what is signed, and tells what it saw before", () => {
    const receive = webhookReceiver({ secret: SECRET, now: () => new Date("2026-11-23T10:00:00Z") });
    const first = receive(arriving(), Buffer.from(BODY));
    expect(first).toEqual({
      at: "2026-11-23T15:30:00+05:30",
      id: "e-1",
      signature: "verified",
      repeated: false,
      body: JSON.parse(BODY),
    });
    expect(receive(arriving({ secondsAgo: 60 }), Buffer.from(BODY)).repeated).toBe(true);
    expect(receive(arriving({ id: "e-2" }), Buffer.from(BODY)).repeated).toBe(false);
  });

  it("verifies amid a rotation, with the old secret and the new", () => {
    expect(received(arriving({ secrets: [OTHER_SECRET, SECRET] })).signature).toBe("verified");
  });

  it.each<[string, Record<string, string>, string]>([
    ["another secret", arriving({ secrets: [OTHER_SECRET] }), "no signature fits"],
    ["another body", arriving({ body: `${BODY} ` }), "no signature fits"],
    ["another id", { ...arriving(), "webhook-id": "e-2" }, "no signature fits"],
    ["a timestamp of long ago", arriving({ secondsAgo: 400 }), "more than 5 minutes old"],
    ["a timestamp to come", arriving({ secondsAgo: -400 }), "more than 5 minutes ahead"],
    ["no time", { ...arriving(), "webhook-timestamp": "today" }, "no number of seconds"],
    ["no id", { ...arriving(), "webhook-id": "" }, "no webhook-id: something else sent it"],
    ["no headers", {}, "no webhook-id, no webhook-timestamp, no webhook-signature"],
  ])("refuses %s, and says why", (_, headers, reason) => {
    expect(received(headers)).toMatchObject({
      signature: "refused",
      reason: expect.stringContaining(reason),
      repeated: false,
    });
  });

  it("does not count what it refused as seen", () => {
    const receive = webhookReceiver({ secret: SECRET, now: () => new Date() });
    expect(receive(arriving({ secrets: [OTHER_SECRET] }), Buffer.from(BODY)).signature).toBe("refused");
    expect(receive(arriving(), Buffer.from(BODY))).toMatchObject({ signature: "verified", repeated: false });
  });

  it("takes anything without a secret, and does not call it verified", () => {
    const receive = webhookReceiver({ secret: undefined, now: () => new Date() });
    expect(receive({}, Buffer.from("hello"))).toMatchObject({ id: "", signature: "not verified", body: "hello" });
    expect(receive({}, Buffer.from("hello")).repeated).toBe(false);
    expect(receive(arriving(), Buffer.from(BODY)).signature).toBe("not verified");
    expect(receive(arriving(), Buffer.from(BODY)).repeated).toBe(true);
  });
});

describe("lineOf", () => {
  const webhook: ReceivedWebhook = {
    at: "2026-11-23T15:30:00+05:30",
    id: `irn-generated-${IRN}`,
    signature: "verified",
    repeated: false,
    body: JSON.parse(BODY),
  };
  const about = (type: string, data: object) => lineOf({ ...webhook, id: "e", body: { type, data } });

  it("says when, what, of which document, and whether it is genuine", () => {
    expect(lineOf(webhook)).toBe(
      "15:30:00  irn.generated        IRN 35054cc24…e06bbe  irn-generated-35054cc24d97033…e06bbe  verified",
    );
    expect(lineOf({ ...webhook, repeated: true })).toMatch(/ {2}verified, repeated$/);
    expect(lineOf({ ...webhook, signature: "refused", reason: "too old" })).toMatch(/ {2}refused, too old$/);
  });

  it("names the e-way bill, the document or the endpoint that it is about", () => {
    expect(about("ewb.generated", { irn: IRN, ewbNo: "181000000001" })).toContain(" EWB 181000000001 ");
    expect(about("irn.generated", { irn: IRN, ewbNo: "181000000001" })).toContain(" IRN 35054cc24…e06bbe ");
    expect(about("ewb.cancelled", { ewbNo: "181000000001" })).toContain(" EWB 181000000001 ");
    expect(about("ewb.failed", { irn: IRN })).toContain(" IRN 35054cc24…e06bbe ");
    expect(about("endpoint.disabled", { endpointId: "we_1" })).toContain(" we_1 ");
    expect(about("credentials.failing", {})).toContain("credentials.failing");
  });

  it("takes whatever comes, and lets none of it move the terminal", () => {
    const hostile = { type: "\u001b[2J\r\n", data: { irn: "\u0007\u009b" } };
    expect(lineOf({ ...webhook, id: "a\nb", body: hostile })).not.toMatch(/\p{Cc}/u);
    for (const body of ["hello", null, [], 7, {}, { type: "x", data: null }])
      expect(lineOf({ ...webhook, body })).toContain("no event");
  });
});
