import { describe, expect, it } from "vitest";
import { BlockedAddress, ConnectionLost, failureOf } from "../../../shared/net/failure.ts";

function coded(code: string): Error {
  return Object.assign(new Error("its words say nothing"), { code });
}

describe("failureOf", () => {
  it.each([
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["EAI_FAIL", "dns"],
    ["ENODATA", "dns"],
    ["ESERVFAIL", "dns"],
    ["ECONNREFUSED", "connect"],
    ["EHOSTUNREACH", "connect"],
    ["ENETUNREACH", "connect"],
    ["EACCES", "connect"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["CERT_NOT_YET_VALID", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["INVALID_CA", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["EPROTO", "tls"],
    ["ETIMEDOUT", "timeout"],
    ["ABORT_ERR", "timeout"],
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["HPE_HEADER_OVERFLOW", "too_large"],
    ["HPE_INVALID_CONSTANT", "other"],
    ["EMFILE", "other"],
    ["", "other"],
  ])("takes %s for %s", (code, kind) => {
    expect(failureOf(coded(code))).toBe(kind);
  });

  it("knows our own, and what a signal throws", () => {
    expect(failureOf(new BlockedAddress())).toBe("blocked_address");
    expect(failureOf(new ConnectionLost())).toBe("reset");
  });

  it("goes by the last of several addresses", () => {
    expect(failureOf(new AggregateError([coded("ETIMEDOUT"), coded("ECONNREFUSED")]))).toBe("connect");
    expect(failureOf(new AggregateError([]))).toBe("other");
  });

  it.each([
    undefined,
    null,
    "ECONNRESET",
    { code: "ECONNRESET" },
    new Error("ECONNRESET"),
    Object.assign(new Error(), { code: 1 }),
  ])("knows nothing of %s", (thrown) => {
    expect(failureOf(thrown)).toBe("other");
  });
});
