import * as z from "zod";
import type { CodeSource } from "../codes.ts";
import type { IrpError } from "../irp.ts";
import type { Session } from "../session-store.ts";
import { decrypt, encrypt } from "./crypto.ts";

/** One entry of `InfoDtls`. */
export interface Info {
  readonly code: string;
  readonly description: unknown;
}

/** An answer out of its envelope; `data` are still encrypted. */
export interface OpenedAnswer {
  readonly isSuccess: boolean;
  readonly data: unknown;
  readonly errors: readonly IrpError[];
  readonly infos: readonly Info[];
}

/** How a host wants its calls, and how it wraps its answers. `open` throws on what is no answer of the host. */
export interface Dialect {
  readonly source: CodeSource;
  readonly headers: (session: Session) => Readonly<Record<string, string>>;
  readonly wrap: (sealed: string) => object;
  readonly open: (body: unknown) => OpenedAnswer;
}

const ErrorDetail = z.looseObject({
  ErrorCode: z.union([z.string(), z.number()]).transform((code) => String(code).trim()),
  ErrorMessage: z
    .unknown()
    .optional()
    .transform((message) => (typeof message === "string" ? message : "")),
});

const InfoDetail = z.looseObject({ InfCd: z.string(), Desc: z.unknown() });

/** 1 is success, 0 is failure. */
export const Status = z.union([z.literal(0), z.literal(1), z.literal("0"), z.literal("1")]).transform(Number);

/**
 * The outer answer of every call but those of `ewayapi` (irp-protocol 4). `Status` comes as number or text, `ErrorDetails`
 * as a list, as JSON text or as base64 of it, `InfoDtls` as a list, one object or JSON text; each of them may be missing.
 * A body without `Status` is a gateway's, not the portal's.
 */
export const Envelope = z.looseObject({
  Status,
  Data: z.unknown().optional(),
  ErrorDetails: z.unknown().optional().transform(readErrors),
  InfoDtls: z.unknown().optional().transform(readInfos),
});
export type Envelope = z.infer<typeof Envelope>;

export const irpDialect: Dialect = {
  source: "irp",
  headers: ({ userName, authToken }) => ({ user_name: userName, AuthToken: authToken }),
  wrap: (sealed) => ({ Data: sealed }),
  open(body) {
    const { Status, Data, ErrorDetails, InfoDtls } = Envelope.parse(body);
    return { isSuccess: Status === 1, data: Data, errors: ErrorDetails, infos: InfoDtls };
  },
};

/** Errors as a portal lists them, in any of its encodings. One that has no code makes the whole list unreadable: none. */
export function readErrors(details: unknown): IrpError[] {
  const list = z.array(ErrorDetail).safeParse(listed(unwrapped(details)));
  if (!list.success) return [];
  return list.data.map(({ ErrorCode, ErrorMessage }) => ({ code: ErrorCode, message: ErrorMessage }));
}

/** Entries that cannot be read are left out: they are said beside the answer, which stands without them. */
function readInfos(details: unknown): Info[] {
  const entries = listed(unwrapped(details));
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry) => {
    const { data } = InfoDetail.safeParse(entry);
    return data ? [{ code: data.InfCd, description: unwrapped(data.Desc) }] : [];
  });
}

function listed(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? [value] : value;
}

/** JSON text, or base64 of it, as what it says; anything else as it is. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const { json } = parsed(value) ?? parsed(fromBase64(value)) ?? { json: value };
  return json;
}

/** The business payload inside `Data`. Some captures wrap the JSON in base64 once more. Throws on anything else. */
export function openData(sek: Buffer, data: unknown): unknown {
  const plain = decrypt(sek, z.string().parse(data)).toString("utf8");
  const found = parsed(plain) ?? parsed(fromBase64(plain));
  // The parser's own words would quote the payload.
  if (!found) throw new Error("the data are no JSON");
  return found.json;
}

/** A payload under the session's key, as `Data` carries it. */
export function sealData(sek: Buffer, payload: unknown): string {
  return encrypt(sek, JSON.stringify(payload));
}

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
