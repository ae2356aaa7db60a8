import * as z from "zod";
import { canonicalHash } from "../canonical-json.ts";
import { registrable } from "../invoice/registrable.ts";

const Numbered = z.looseObject({ DocDtls: z.looseObject({ Typ: z.string(), No: z.string() }) });

/**
 * Which document it is, whoever sends it and however it is spelled: type and number upper-cased, nulls and unknown members
 * dropped, numbers canonical, the e-way bill left out (it is not part of what is registered). Takes a request or the
 * content of a signed copy.
 */
export function documentFingerprint(document: unknown): string {
  const { EwbDtls: _, DocDtls, ...rest } = Numbered.parse(registrable(document));
  return canonicalHash({
    ...rest,
    DocDtls: { ...DocDtls, Typ: DocDtls.Typ.toUpperCase(), No: DocDtls.No.toUpperCase() },
  });
}
