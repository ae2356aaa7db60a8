import * as z from "zod";
import type { IrpError } from "../irp.ts";
import { decrypt } from "./crypto.ts";

const ErrorDetail = z.looseObject({
  ErrorCode: z.union([z.string(), z.number()]).transform((code) => String(code).trim()),
  ErrorMessage: z.string().nullish(),
});

/**
 * The outer answer of every call (irp-protocol 4). `Status` comes as number or text, `ErrorDetails` as a list, as JSON
 * text or as base64 of it; each of them may be missing. A body without `Status` is a gateway's, not the portal's.
 */
export const Envelope = z.looseObject({
  Status: z.union([z.literal(0), z.literal(1), z.literal("0"), z.literal("1")]).transform(Number),
  Data: z.unknown().optional(),
  ErrorDetails: z.unknown().optional().transform(readErrors),
  InfoDtls: z.unknown().optional(),
});
export type Envelope = z.infer<typeof Envelope>;

function readErrors(details: unknown): IrpError[] {
  const list = z.array(ErrorDetail).safeParse(typeof details === "string" ? parseText(details) : details);
  if (!list.success) return [];
  return list.data.map(({ ErrorCode, ErrorMessage }) => ({ code: ErrorCode, message: ErrorMessage ?? "" }));
}

function parseText(details: string): unknown {
  return tryJson(details) ?? tryJson(Buffer.from(details, "base64").toString("utf8"));
}

function tryJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** The business payload inside `Data`. Some captures wrap the JSON in base64 once more. */
export function openData(sek: Buffer, data: unknown): unknown {
  const plain = decrypt(sek, z.string().parse(data)).toString("utf8");
  return tryJson(plain) ?? JSON.parse(Buffer.from(plain, "base64").toString("utf8"));
}
