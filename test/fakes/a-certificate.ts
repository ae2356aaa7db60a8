import { createPublicKey, type KeyObject, sign } from "node:crypto";

const FROM_2026_TO_2036 = ["260101000000Z", "360101000000Z"] as const;

interface Holder {
  /** The name of its server. */
  readonly host?: string;
  /** From when, and until when, as UTCTime: YYMMDDhhmmssZ. */
  readonly valid?: readonly [from: string, until: string];
}

/** A self-signed certificate in PEM. Node reads certificates and makes none. */
export function aCertificate(privateKey: KeyObject, { host, valid = FROM_2026_TO_2036 }: Holder = {}): string {
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const sha256WithRsa = sequence(Buffer.from("06092a864886f70d01010b0500", "hex"));
  const name = sequence(der(0x31, sequence(Buffer.from("0603550403", "hex"), der(0x0c, Buffer.from("portal")))));
  const validity = sequence(...valid.map((time) => der(0x17, Buffer.from(time))));
  const version = der(0xa0, integer(2));
  const body = sequence(version, integer(1), sha256WithRsa, name, validity, name, publicKey, ...extensions(host));
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, privateKey));
  const base64 = sequence(body, sha256WithRsa, signature).toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** The host as an alternative name of the subject (RFC 5280 4.2.1.6): nothing reads the common name any more. */
function extensions(host: string | undefined): Buffer[] {
  if (host === undefined) return [];
  const alternatives = der(0x04, sequence(der(0x82, Buffer.from(host))));
  return [der(0xa3, sequence(sequence(Buffer.from("0603551d11", "hex"), alternatives)))];
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
