import { describe, expect, it } from "vitest";
import { includesQr } from "../../../shared/api/include.ts";

describe("include", () => {
  it("asks for the image of the QR code by its name, and for nothing when it is absent", () => {
    expect(includesQr({ include: "qr" })).toBe(true);
    expect(includesQr({ other: "qr" })).toBe(false);
  });

  it.each(["", "QR", "qr,qr", "qr.svg", "pdf", "true"])("takes no %j", (include) => {
    expect(() => includesQr({ include })).toThrow(
      expect.objectContaining({ body: expect.objectContaining({ code: "malformed_query", status: 400 }) }),
    );
  });
});
