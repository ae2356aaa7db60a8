import * as z from "zod";
import { qrPng } from "./print-qr.ts";

const Signed = z.object({ signedQrCode: z.string() });

/** The signed QR code within the frozen answer of a registration. */
export function signedQrCodeOf(answer: string): string {
  return Signed.parse(JSON.parse(answer)).signedQrCode;
}

/** The frozen answer with the image of its signed QR code as the last member, `qr`; all before it stays byte for byte. */
export function withQr(answer: string): string {
  const qr = `data:image/png;base64,${qrPng(signedQrCodeOf(answer)).toString("base64")}`;
  return `${answer.slice(0, answer.lastIndexOf("}"))},"qr":${JSON.stringify(qr)}}`;
}
