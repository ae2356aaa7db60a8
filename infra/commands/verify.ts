import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import * as z from "zod";
import { type DocumentIdentity, financialYear, irnOf } from "../../shared/invoice/irn.ts";
import type { PortalKeys } from "../../shared/irp/portal-keys.ts";
import { NotGenuine, openSigned } from "../../shared/irp/verify.ts";
import { readText, UnreadableFile } from "./invoice-file.ts";
import { knownKeys } from "./known-keys.ts";
import { UsageError } from "./usage.ts";

/** The names that our API, the portals and other tools give the two tokens, in small letters. */
const MEMBERS: ReadonlySet<string> = new Set(["signedinvoice", "signedqrcode", "signedqr"]);
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

const Invoice = z.looseObject({
  Irn: z.string(),
  SellerDtls: z.looseObject({ Gstin: z.string() }),
  DocDtls: z.looseObject({ Typ: z.string(), No: z.string(), Dt: z.string() }),
});
const QrCode = z.looseObject({
  Irn: z.string(),
  SellerGstin: z.string(),
  DocTyp: z.string(),
  DocNo: z.string(),
  DocDt: z.string(),
});

/** What a token is about, whoever signed it. */
interface Content {
  readonly is: "invoice" | "QR code";
  readonly irn: string;
  readonly document: DocumentIdentity;
}

/** Says whether a portal signed an invoice or a QR code. Needs no network when it is given the keys. */
export const verify = {
  usage: "verify [--keys DIR] FILE|JWT",
  does: "prints a signed invoice or QR code, and whether it is genuine; DIR holds the portals' certificates or public keys (PEM, JWK, JWKS), otherwise the local cloud's count; exit code 1 when it is not, 2 on what can not be read",

  async run(args: readonly string[]): Promise<void> {
    const { source, folder } = readArguments(args);
    const tokens = tokensIn(source);
    if (typeof tokens === "string") {
      console.error(`${source}: ${tokens}`);
      process.exitCode = 2;
      return;
    }
    const keys = knownKeys(folder);
    const irns = new Set<string | undefined>();
    for (const token of tokens) irns.add(await told(keys, token));
    if (!irns.has(undefined) && irns.size > 1)
      console.error("they speak of different IRNs: they do not belong together");
    process.exitCode = irns.has(undefined) || irns.size > 1 ? 1 : 0;
  },
};

function readArguments(args: readonly string[]): { readonly source: string; readonly folder: string | undefined } {
  const { values, positionals } = parsed(args);
  const [source, ...others] = positionals;
  if (source === undefined || others.length > 0) throw new UsageError("name one file, or give one token");
  return { source, folder: values.keys };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { keys: { type: "string" } } });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** The tokens, or why there are none. */
function tokensIn(source: string): string[] | string {
  if (TOKEN.test(source) && !existsSync(source)) return [source];
  try {
    const text = readText(source).trim();
    if (TOKEN.test(text)) return [text];
    const members = Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
    const tokens = members.flatMap(([name, value]) =>
      MEMBERS.has(name.toLowerCase()) && typeof value === "string" ? [value] : [],
    );
    return tokens.length > 0 ? tokens : "holds neither a signed invoice nor a signed QR code";
  } catch (error) {
    return error instanceof UnreadableFile ? error.message : "is neither a token nor a JSON object with signed copies";
  }
}

/** Prints the content on stdout, so that it can be piped on, and the verdict on stderr. Gives the IRN of a genuine one. */
async function told(keys: PortalKeys, token: string): Promise<string | undefined> {
  const opened = await openSigned(keys, token).catch((error: unknown) => {
    if (error instanceof NotGenuine) return error;
    throw error;
  });
  const data = opened instanceof NotGenuine ? unverifiedData(token) : opened.data;
  if (data !== undefined) console.log(JSON.stringify(data, null, 2));
  const content = contentOf(data);
  const name = content?.is ?? "token";
  if (opened instanceof NotGenuine) {
    console.error(`${name}: not genuine: ${opened.message}`);
    return undefined;
  }
  console.error(`${name}: genuine, signed by ${opened.issuer} with the key ${opened.kid ?? "that is known"}`);
  if (!content) return "";
  console.error(`its IRN ${fitOf(content)}`);
  return content.irn;
}

/** Until June 2025 the number was hashed as it was typed, so the IRN of an older document may be right all the same. */
function fitOf({ irn, document }: Content): string {
  try {
    const expected = irnOf(document);
    if (irn === expected) return "fits the content";
    const { sellerGstin, docType, docNo, docDate } = document;
    const asTyped = hash("sha256", sellerGstin + financialYear(docDate) + docType + docNo);
    return irn === asTyped
      ? "fits the content, with the number as typed, as before June 2025"
      : `does not fit the content: it would be ${expected}`;
  } catch (error) {
    if (error instanceof RangeError) return `does not fit the content: ${error.message}`;
    throw error;
  }
}

function contentOf(data: unknown): Content | undefined {
  const invoice = Invoice.safeParse(data);
  if (invoice.success) {
    const { Irn, SellerDtls, DocDtls } = invoice.data;
    const { Typ: docType, No: docNo, Dt: docDate } = DocDtls;
    return { is: "invoice", irn: Irn, document: { sellerGstin: SellerDtls.Gstin, docType, docNo, docDate } };
  }
  const qrCode = QrCode.safeParse(data);
  if (!qrCode.success) return undefined;
  const { Irn, SellerGstin, DocTyp, DocNo, DocDt } = qrCode.data;
  const document = { sellerGstin: SellerGstin, docType: DocTyp, docNo: DocNo, docDate: DocDt };
  return { is: "QR code", irn: Irn, document };
}

/** What a token says that nobody vouches for: to be looked at, not believed. */
function unverifiedData(token: string): unknown {
  try {
    const payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return JSON.parse(z.object({ data: z.string() }).parse(payload).data);
  } catch {
    return undefined;
  }
}
