import { expect } from "vitest";
import { aDocument, SELLER } from "./documents.ts";
import { decryptAes, encryptAes } from "./openssl.ts";
import { CLIENT, GENERATE, isServed, type PortalPath, type Session, send, sessionFor } from "./portal-client.ts";
import { EwayBill, EwbEnvelope, RegisteredIrn } from "./shapes.ts";

export const EWB = "/eiewb/v1.03/ewaybill";
export const CANCEL_EWB = "/ewaybillapi/v1.03/ewayapi";

/** The first of the operations that the portal does not serve, as a reason to skip. */
export async function unserved(url: string, ...paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (!(await isServed(url, "POST", path))) return `${path} is not served`;
  return undefined;
}

export async function registered(url: string, document: object = aDocument()) {
  const session = await sessionFor(url, SELLER);
  const { Irn } = RegisteredIrn.parse((await session.post(GENERATE, document)).opened());
  return { session, Irn };
}

export async function withEwayBill(url: string) {
  const { session, Irn } = await registered(url);
  const bill = EwayBill.parse((await session.post(EWB, byRoad(Irn))).opened());
  return { session, Irn, bill };
}

/** Both ends have the same PIN, so that no table of distances is needed. */
export function byRoad(Irn: string, changes: object = {}): object {
  return { Irn, Distance: 50, TransMode: "1", VehNo: "MH12AB1234", VehType: "R", ...changes };
}

/** Four headers, lower-case members and an error in base64: nothing here is like section 4. */
export async function cancelBill(url: string, session: Session, changes: object, portal: PortalPath = "nic1") {
  const plain = { cancelRsnCode: 2, cancelRmrk: "Order cancelled", ...changes };
  const { httpStatus, text } = await send(url, {
    path: `/${portal}${CANCEL_EWB}`,
    headers: {
      "client-id": CLIENT.client_id,
      "client-secret": CLIENT.client_secret,
      Gstin: session.gstin,
      authtoken: session.token,
    },
    body: JSON.stringify({ action: "CANEWB", data: encryptAes(session.sek, JSON.stringify(plain)) }),
  });
  expect(httpStatus).toBe(200);
  const { status, data, error } = EwbEnvelope.parse(JSON.parse(text));
  const opened: unknown = data ? JSON.parse(decryptAes(session.sek, data).toString()) : undefined;
  const errors: unknown = error ? JSON.parse(Buffer.from(error, "base64").toString()).errorCodes : undefined;
  return { status, opened, errors };
}
