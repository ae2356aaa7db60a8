import * as z from "zod";
import { gstin, irn } from "../answers/values.ts";
import * as example from "./examples.ts";

interface PathParameter {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly example: string;
}

/** What stands in braces in the paths of the table of routes. */
export const pathParameters: Readonly<Record<string, PathParameter>> = {
  irn: { description: "The IRN of the document.", schema: irn, example: example.IRN },
  ewbNo: {
    description: "The number of the e-way bill.",
    schema: z.string().regex(/^\d{12}$/),
    example: example.EWB_NO,
  },
  id: {
    description: "As the answer that told of it has it.",
    schema: z.string().max(120),
    example: example.ENDPOINT_ID,
  },
  gstin: { description: "The taxpayer's GSTIN.", schema: gstin, example: "27AAAZB0002B1ZI" },
  asset: { description: "The name of the file.", schema: z.string(), example: "docs.css" },
  code: { description: "The code of the problem.", schema: z.string(), example: "number_used" },
};
