import * as z from "zod";
import { type ProblemCode, problems } from "../problem.ts";
import { component } from "./component.ts";
import { ewbNo, irn } from "./values.ts";

export const code = component(
  "ProblemCode",
  z
    .enum(Object.keys(problems) as [ProblemCode])
    .describe("What is wrong. The list is closed: each code has its page under /docs/problems/."),
);

export const Finding = component(
  "Finding",
  z
    .object({
      code: z
        .string()
        .describe("The rule that is broken, SCHEMA for a breach of the schema, IRP for the portal's own."),
      irpCode: z.string().optional().describe("The code that NIC has for it."),
      severity: z
        .enum(["error", "warning", "ewb"])
        .describe("error: the document is refused. warning: it is not. ewb: only the e-way bill would be refused."),
      path: z.string().describe("Where, such as ItemList[0].HsnCd; empty for the whole."),
      message: z.string(),
      hint: z.string().optional().describe("What to do about it."),
    })
    .describe("One thing that is wrong with what was sent."),
);

const stored = {
  type: z.string().startsWith("/docs/problems/").describe("The page of this code, below the address of the API."),
  code,
  title: z.string().describe("The same for every problem of this code."),
  status: z.int().min(400).max(599),
  detail: z.string().describe("What happened here, and how to go on."),
  errors: z.array(Finding).optional().describe("Everything that is wrong, where it is more than one thing."),
  irn: irn.optional().describe("The registered document that stands in the way."),
  ewbNo: ewbNo.optional().describe("The e-way bill that stands in the way."),
};

export const StoredProblem = component(
  "StoredProblem",
  z.object(stored).describe("The problem that an accepted request ended with."),
);
export const ProblemAnswer = component(
  "Problem",
  z
    .object({ ...stored, requestId: z.string().describe("Names this call in our log: tell it when you ask for help.") })
    .describe("RFC 9457: what is wrong, and what to do about it."),
);
