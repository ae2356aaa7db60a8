import { describe, expect, it } from "vitest";
import { Problem, type ProblemCode, problemBody, problems } from "../../../shared/api/problem.ts";

const codes = Object.keys(problems) as ProblemCode[];

describe("problems", () => {
  it.each(codes)("%s has an address, a title and a status of an error", (code) => {
    expect(problemBody(code, "why")).toEqual({
      type: `/docs/problems/${code}`,
      code,
      title: expect.stringMatching(/^[A-Z].*[^.]$/),
      status: expect.toSatisfy((status: number) => status >= 400 && status <= 599),
      detail: "why",
    });
  });

  it("have codes in one spelling and titles that differ", () => {
    expect(codes.filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([]);
    expect(new Set(Object.values(problems).map(({ title }) => title)).size).toBe(codes.length);
  });

  it("carry what belongs to the caller and keep headers out of the body", () => {
    const finding = { code: "SCHEMA", severity: "error", path: "A", message: "m" } as const;
    const problem = new Problem("invalid_document", "why", { errors: [finding], irn: "i", headers: { allow: "GET" } });

    expect(problem.body).toEqual({ ...problemBody("invalid_document", "why"), errors: [finding], irn: "i" });
    expect(problem.headers).toEqual({ allow: "GET" });
    expect(problem.message).toBe("invalid_document: why");
  });
});
