import { Problem } from "./problem.ts";

/** Whether the query asks for the image of the signed QR code: `include=qr`. Throws `malformed_query` for any other value. */
export function includesQr({ include }: Readonly<Record<string, string>>): boolean {
  if (include === undefined || include === "qr") return include === "qr";
  throw new Problem("malformed_query", "include: qr is all that can be included");
}
