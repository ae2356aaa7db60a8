import { createCipheriv, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { registrable } from "../../shared/invoice/registrable.ts";
import { nicIrp } from "../../shared/irp/nic/client.ts";
import type { Send } from "../../shared/irp/nic/wire.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { verifyDocument } from "../../shared/irp/verify.ts";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";
import { sessionParts } from "../shared/irp/nic/session-parts.ts";
import { percentile } from "./percentile.ts";

const WARM_UP = 200;
const ROUNDS = 2000;
const GSTIN = "27AAAZA0001A1ZM";
const IRN = "a".repeat(64);
const INVOICE = anInvoice({ ItemList: ["1", "2", "3", "4", "5"].map((SlNo) => anItem({ SlNo })) });
const APP_KEY = randomBytes(32);
const SEK = randomBytes(32);

/** What the client adds to a call beyond the wire: encryption, parsing, verification. The portal here answers at once. */
export async function benchIrpClient(): Promise<void> {
  const { irp, verify } = aClient();
  const call = { gstin: GSTIN, portal: "NIC1", mayStillSend: () => true };
  const registered = await irp.generate(call, INVOICE);
  if (registered.is !== "ok") throw new Error(`the portal in memory answered ${registered.is}`);

  console.error("\nIRP client beyond the wire, 5 lines   p50        p99   µs");
  await row("register", () => irp.generate(call, INVOICE));
  await row("look up by IRN", () => irp.byIrn(call, IRN));
  await row("cancel", () => irp.cancel(call, IRN, { reason: "duplicate", remarks: "Entered twice" }));
  await row("verify the signed copies", () => verify(registered.value));
}

async function row(name: string, work: () => Promise<unknown>): Promise<void> {
  const samples: number[] = [];
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    const began = performance.now();
    await work();
    if (i >= WARM_UP) samples.push((performance.now() - began) * 1000);
  }
  const figures = [50, 99].map((p) => percentile(samples, p).toFixed(0).padStart(10));
  console.error(`${name.padEnd(30)} ${figures.join(" ")}`);
}

/** The client with a portal in memory, which sealed and signed its answers before they were asked for. */
function aClient() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kty: "RSA", kid: "portal" };
  const published = {
    keys: [
      { ...jwk, use: "sig", alg: "RS256" },
      { ...jwk, use: "enc" },
    ],
  };
  const keys = portalKeys(
    async () => published,
    async () => ({}),
  );
  const jws = (data: object) => {
    const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const input = `${segment({ alg: "RS256", kid: "portal" })}.${segment({ data: JSON.stringify(data), iss: "NIC" })}`;
    return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
  };
  const irp = nicIrp({
    send: portalInMemory(jws),
    users: { find: async () => ({ userName: "user", password: "password", version: "1" }) },
    keys,
    now: () => new Date("2026-08-18T09:00:00Z"),
    randomBytes: () => APP_KEY,
    ...sessionParts(),
  });
  return { irp, verify: (document: Parameters<typeof verifyDocument>[1]) => verifyDocument(keys, document) };
}

function portalInMemory(jws: (data: object) => string): Send {
  const acknowledged = { AckNo: 112610000000001, AckDt: "2026-08-18 14:30:00", Irn: IRN };
  const SignedInvoice = jws({ ...acknowledged, ...registrable(INVOICE) });
  const document = { Irn: IRN, Status: "ACT", SignedInvoice, SignedQRCode: jws({ Irn: IRN }), EwbNo: null };
  const success = (data: object) => ({ Status: 1, Data: sealed(SEK, JSON.stringify(data)), ErrorDetails: null });
  const TokenExpiry = "2026-08-18 15:30:00";
  const login = { Status: 1, Data: { AuthToken: "token", UserName: "user", Sek: sealed(APP_KEY, SEK), TokenExpiry } };
  const answers = new Map<string, object>([
    ["login", login],
    ["register", success(document)],
    ["look-up", success(document)],
    ["cancel", success({ Irn: IRN, CancelDate: "2026-08-18 14:31:00" })],
  ]);
  return async (_portal, { kind }) => answers.get(kind);
}

function sealed(key: Buffer, plain: string | Buffer): string {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
}
