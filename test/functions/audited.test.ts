import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { Operation } from "../../functions/pipeline/http.ts";
import { httpFunction } from "../../functions/pipeline/http-function.ts";
import { Problem } from "../../shared/api/problem.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { anRsaKey, aToken, CLIENT_ID, GSTIN, ISSUER, NOW } from "../shared/oauth/a-token.ts";
import { invoke } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

const ours = await anRsaKey();
const IRN = "a".repeat(64);
const BODY = '{"reason": "other", "remarks": "s3cret"}';

/** The function that changes documents, with one operation for all of its routes. */
function setup(operation: Operation<unknown> = async () => ({ status: 200, json: {} })) {
  const recorded = recordingLog();
  const trail = anAuditTrail(() => NOW);
  const tokens = { publishedKeys: async () => ({ keys: [ours.publicJwk] }), issuer: ISSUER, now: () => NOW };
  const handler = httpFunction(
    "submit",
    { log: recorded.log, tokens, audit: trail.audit },
    {
      ...{ "POST /irn": operation, "POST /cdnr": operation, "POST /irn/cancel": operation },
      ...{
        "POST /irn/{irn}/cancel": operation,
        "POST /irn/{irn}/ewb": operation,
        "POST /ewb/{ewbNo}/cancel": operation,
      },
    },
  );
  async function cancel({ irn = IRN, scope = "irn:write", token = "", body = BODY, headers = {} } = {}) {
    const authorization = `Bearer ${token || (await aToken(ours, { claims: { scope } }))}`;
    const route = { path: `/irn/${irn}/cancel`, routeKey: "POST /irn/{irn}/cancel", params: { irn } };
    return invoke(
      handler,
      anApiEvent({ method: "POST", ...route, body, headers: { authorization, ...headers }, requestId: "r-1" }),
    );
  }
  return { ...recorded, trail, cancel };
}

const RECORD = {
  ...{ v: 1, id: expect.any(String), gstin: GSTIN, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}\+05:30$/) },
  ...{ kind: "call", clientId: CLIENT_ID, method: "POST", route: "POST /irn/{irn}/cancel", path: `/irn/${IRN}/cancel` },
  ...{ requestId: "r-1", irn: IRN, bodySha256: createHash("sha256").update(BODY).digest("hex"), status: 200 },
};

it("puts an answered call on record: who, what, when, and what came of it", async () => {
  const { cancel, trail } = setup();
  await cancel();
  expect(trail.records()).toEqual([RECORD]);
});

it.each([
  ["Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1", true],
  ["Root=1-67891233-abcdef012345678912345678", true],
  ["Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln", false],
  ["Root=1-67891233; note=a secret of mine", false],
  [`Root=${"x".repeat(300)}`, false],
])("names the trace where it is the load balancer's: %s", async (traceId, isNamed) => {
  const { cancel, trail } = setup();
  await cancel({ headers: { "x-amzn-trace-id": traceId } });
  expect(trail.records()).toMatchObject([isNamed ? { traceId } : { kind: "call" }]);
  expect(JSON.stringify(trail.records()).includes(traceId)).toBe(isNamed);
});

it.each(["eis_test_GVXHwBSycTAENos8EtEbFBhfVx", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", `${"a".repeat(294)}😀`, ""])(
  "records no path parameter that is not what it is to be: %s",
  async (irn) => {
    const { cancel, trail } = setup();
    await cancel({ irn });
    const [record] = trail.records();
    expect(record).toMatchObject({ path: "/irn/{irn}/cancel" });
    expect(record).not.toHaveProperty("irn");
  },
);

it.each<[string, Operation<unknown>, object]>([
  ["a problem", () => refuse(new Problem("not_found", "no")), { status: 404, code: "not_found" }],
  [
    "findings with the portals' codes, each once",
    () =>
      refuse(new Problem("invalid_document", "no", { errors: [finding("2176"), finding("2176"), finding("2182")] })),
    { status: 422, code: "invalid_document", irpCodes: ["2176", "2182"] },
  ],
  ["a fault", () => Promise.reject(new Error("s3cret")), { status: 500, code: "internal_error" }],
  [
    "a stored refusal that is replayed",
    async ({ note }) => {
      note({ rid: "rid-1" });
      return { status: 409, json: { code: "number_used", requestId: "x" } };
    },
    { status: 409, code: "number_used", rid: "rid-1" },
  ],
])("records %s", async (_, operation, result) => {
  const { cancel, trail } = setup(operation);
  await cancel();
  expect(trail.records()).toEqual([{ ...RECORD, ...result }]);
});

it("records a call whose token lacks the scope, and one whose body cannot be read", async () => {
  const { cancel, trail } = setup();
  await cancel({ scope: "irn:read" });
  await cancel({ body: "{" });
  expect(trail.records()).toMatchObject([
    { status: 403, code: "insufficient_scope" },
    { status: 400, code: "malformed_json" },
  ]);
});

it("stores nothing of a call without a valid token", async () => {
  const { cancel, trail } = setup();
  expect(await cancel({ token: "nobody" })).toMatchObject({ status: 401 });
  expect(trail.records()).toEqual([]);
});

it("leaves what was accepted to its intent and its outcome", async () => {
  const { cancel, trail } = setup(async ({ note }) => {
    note({ rid: "rid-1", isAccepted: true });
    return { status: 201, json: {} };
  });
  await cancel();
  expect(trail.records()).toEqual([]);
});

it("answers all the same when the record cannot be written, and logs the record", async () => {
  const { cancel, trail, text } = setup();
  trail.down = true;
  expect(await cancel()).toMatchObject({ status: 200 });
  expect(text()).toContain("an audit record could not be written");
  expect(text()).toContain(IRN);
});

it("has no word of token or body in a record", async () => {
  const { cancel, trail } = setup();
  const token = await aToken(ours);
  await cancel({ token });
  const written = JSON.stringify(trail.records());
  for (const secret of [token, token.split(".")[2] ?? "", "s3cret"]) expect(written).not.toContain(secret);
});

function refuse(problem: Problem): Promise<never> {
  return Promise.reject(problem);
}

function finding(irpCode: string) {
  return { code: "D-1", irpCode, severity: "error", path: "", message: "m" } as const;
}
