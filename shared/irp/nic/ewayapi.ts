import * as z from "zod";
import type { IrpError } from "../irp.ts";
import { type Dialect, Status, unwrapped } from "./envelope.ts";

/** `ewayapi` (irp-protocol 5.6): members in small letters, and errors as base64 of `{"errorCodes": "312,"}`. */
const EwayapiEnvelope = z.looseObject({
  status: Status,
  data: z.unknown().optional(),
  error: z.unknown().optional().transform(readCodes),
});

const ErrorCodes = z.looseObject({ errorCodes: z.union([z.string(), z.number()]).transform(String) });

/** `ewayapi` of the e-way bill system. CANEWB is its one action here. */
export const ewayapiDialect: Dialect = {
  source: "ewayapi",
  headers: ({ authToken }) => ({ AuthToken: authToken }),
  wrap: (sealed) => ({ action: "CANEWB", data: sealed }),
  open(body) {
    const { status, data, error } = EwayapiEnvelope.parse(body);
    return { isSuccess: status === 1, data, errors: error, infos: [] };
  },
};

/** `312,` or `text : 312,315`. Words alone, or beside something that is no code, say nothing certain: no codes. */
function readCodes(error: unknown): IrpError[] {
  const { data } = ErrorCodes.safeParse(unwrapped(error));
  const [, words = "", list = ""] = /^(?:(.*):)?([^:]*)$/s.exec(data?.errorCodes ?? "") ?? [];
  const codes = list.split(",").map((code) => code.trim());
  const given = codes.filter((code) => code !== "");
  if (!given.every((code) => /^\d{3,4}$/.test(code))) return [];
  return given.map((code) => ({ code, message: words.trim() }));
}
