import * as z from "zod";
import type { Parameter } from "./operation.ts";

/** The parameters of every list. */
export const page = {
  limit: {
    description: "How many entries to show, 20 unless told.",
    schema: z.int().min(1).max(100),
    example: 50,
  },
  cursor: {
    description: "Where to go on: part of `next`, and good for that very list alone.",
    schema: z.string(),
    example: "eyJ2IjoxfQ",
  },
} as const satisfies Record<string, Parameter>;
