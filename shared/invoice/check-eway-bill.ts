import type { CheckContext } from "./check-context.ts";
import { checkInvoice } from "./check-invoice.ts";
import type { Finding } from "./finding.ts";

/** The transport of a registered document: the members of EwbDtls, the port of an export, and another place of dispatch. */
export interface Transport {
  readonly ExpShipDtls?: object | null | undefined;
  readonly DispDtls?: object | null | undefined;
}

/**
 * What the rules hold against an e-way bill for a document that is registered, as if the document had asked for it itself.
 * Paths are those of the request. The document's own members were judged when it was registered.
 */
export function checkEwayBill(document: object, transport: Transport, context: CheckContext): Finding[] {
  const { ExpShipDtls, DispDtls, ...EwbDtls } = transport;
  // The port of an export has no name of its own, which the schema asks for.
  const places = { ...(ExpShipDtls && { ShipDtls: { LglNm: "Port", ...ExpShipDtls } }), ...(DispDtls && { DispDtls }) };
  return checkInvoice({ ...document, ...places, EwbDtls }, context)
    .filter(({ severity, path }) => severity === "ewb" || (severity === "error" && /^(Ewb|Ship|Disp)Dtls/.test(path)))
    .map((finding) => ({ ...finding, severity: "error", path: pathInRequest(finding.path) }));
}

function pathInRequest(path: string): string {
  return path.replace(/^EwbDtls\.?/, "").replace(/^ShipDtls/, "ExpShipDtls");
}
