import { describe, expect, it } from "vitest";
import { LoginRefused, sessions } from "../../../../shared/irp/nic/session.ts";
import { memoryIrpUserStore } from "../../../fakes/memory-irp-user-store.ts";
import { aPortal, ENCRYPTION_KEY, GSTIN, refusal, START, seal, USER } from "./a-portal.ts";

type Parts = Pick<Parameters<typeof aPortal>[0] & object, "login" | "tokenMinutes">;

async function setup({ login, tokenMinutes = 60 }: Parts = {}) {
  let ms = START.getTime();
  const now = () => new Date(ms);
  const portal = aPortal({ now, tokenMinutes, ...(login ? { login } : {}) });
  const users = memoryIrpUserStore();
  await users.save(GSTIN, USER);
  let nonce = 0;
  const session = sessions({
    send: portal.send,
    users,
    keys: { encryption: async () => ENCRYPTION_KEY },
    now,
    randomBytes: (size) => Buffer.alloc(size, ++nonce),
  });
  return {
    ...portal,
    ...session,
    users,
    open: (gstin = GSTIN) => session.get("NIC1", gstin),
    wait: (minutes: number) => {
      ms += minutes * 60_000;
    },
  };
}

describe("a session", () => {
  it("is opened at the portal that is asked, for the GSTIN, with a key of its own", async () => {
    const { get, logins } = await setup();

    expect(await get("NIC2", GSTIN)).toEqual({
      userName: USER.userName,
      authToken: "TOKEN0",
      sek: Buffer.alloc(32, 1),
      expiresAt: new Date("2026-08-18T10:00:00Z"),
    });
    expect(logins).toEqual([
      {
        portal: "NIC2",
        gstin: GSTIN,
        UserName: USER.userName,
        Password: USER.password,
        AppKey: Buffer.alloc(32, 1).toString("base64"),
        ForceRefreshAccessToken: false,
      },
    ]);
  });

  it("is used again, also at the other portal", async () => {
    const { get, logins, wait } = await setup();
    const session = await get("NIC1", GSTIN);
    wait(54);

    expect(await get("NIC2", GSTIN)).toBe(session);
    expect(logins).toHaveLength(1);
  });

  it("is one's own: another GSTIN gets another", async () => {
    const { open, users, logins } = await setup();
    await users.save("29AAAZA0001A1ZI", USER);

    const [one, other] = await Promise.all([open(), open("29AAAZA0001A1ZI")]);

    expect(one.authToken).not.toBe(other.authToken);
    expect(logins.map(({ gstin }) => gstin)).toEqual([GSTIN, "29AAAZA0001A1ZI"]);
  });

  it("is opened once for simultaneous callers", async () => {
    const { open, logins } = await setup();

    const opened = await Promise.all(Array.from({ length: 20 }, () => open()));

    expect(new Set(opened).size).toBe(1);
    expect(logins).toHaveLength(1);
  });

  it("is renewed by force in its last five minutes, with a new key", async () => {
    const { open, logins, wait } = await setup();
    const old = await open();
    wait(55);

    const renewed = await open();

    expect(renewed.authToken).not.toBe(old.authToken);
    expect(logins.map(({ ForceRefreshAccessToken }) => ForceRefreshAccessToken)).toEqual([false, true]);
    expect(new Set(logins.map(({ AppKey }) => AppKey)).size).toBe(2);
  });

  it("is renewed once for simultaneous callers", async () => {
    const { open, logins, wait } = await setup();
    await open();
    wait(56);

    const opened = await Promise.all(Array.from({ length: 20 }, () => open()));

    expect(new Set(opened).size).toBe(1);
    expect(logins).toHaveLength(2);
  });

  it("that has ended is opened anew", async () => {
    const { open, logins, wait } = await setup();
    await open();
    wait(600);

    expect((await open()).authToken).toBe("TOKEN1");
    expect(logins).toHaveLength(2);
  });

  it("that was rejected is forgotten, but not the one that replaced it", async () => {
    const { open, drop, logins } = await setup();
    const rejected = await open();

    await drop(GSTIN, rejected);
    const replaced = await open();
    await Promise.all([drop(GSTIN, rejected), drop(GSTIN, rejected)]);

    expect(await open()).toBe(replaced);
    expect(logins).toHaveLength(2);
    await drop("29AAAZA0001A1ZI", rejected);
  });

  it("makes room when there are more than a thousand, the oldest first", async () => {
    const { open, users, logins } = await setup();
    const gstins = Array.from({ length: 1001 }, (_, i) => `GSTIN${i}`);
    for (const gstin of gstins) {
      await users.save(gstin, USER);
      await open(gstin);
    }

    await open("GSTIN1");
    expect(logins).toHaveLength(1001);
    await open("GSTIN0");
    expect(logins).toHaveLength(1002);
  });

  it("can be dropped while the login that replaces it fails", async () => {
    const { open, drop } = await setup({ login: (nth) => (nth === 1 ? refusal("1019") : undefined) });
    const rejected = await open();
    await drop(GSTIN, rejected);
    const replacing = open();

    await expect(Promise.all([drop(GSTIN, rejected), replacing.catch(() => "failed")])).resolves.toEqual([
      undefined,
      "failed",
    ]);
  });
});

describe("a login", () => {
  it("that is refused is an error of its own, with the codes and without the password", async () => {
    const { open, users } = await setup();
    await users.save(GSTIN, { ...USER, password: "wrong-password" });

    const error = await open().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(LoginRefused);
    expect(String(error)).toContain("1019");
    expect(String(error)).not.toContain("wrong-password");
  });

  it("that failed is tried again by the next caller, and not by itself", async () => {
    const { open, logins } = await setup({ login: (nth) => (nth === 0 ? refusal("1008") : undefined) });

    const first = await Promise.allSettled([open(), open(), open()]);
    expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(logins).toHaveLength(1);

    expect((await open()).authToken).toBe("TOKEN1");
  });

  it("is not tried for a GSTIN without a portal user", async () => {
    const { open, logins } = await setup();

    await expect(open("29AAAZA0001A1ZI")).rejects.toThrow(LoginRefused);
    expect(logins).toEqual([]);
  });

  const sealed = (appKey: string, plain: Buffer) => seal(Buffer.from(appKey, "base64"), plain);
  const data = (AppKey: string) => ({
    UserName: "u",
    AuthToken: "t",
    Sek: sealed(AppKey, Buffer.alloc(32)),
    TokenExpiry: "2026-08-18 16:00:00",
  });

  it.each<[string, (appKey: string) => unknown]>([
    ["no token", (key) => ({ ...data(key), AuthToken: null })],
    ["a token that no header can carry", (key) => ({ ...data(key), AuthToken: "t\r\nGstin: 29AAAZA0001A1ZI" })],
    ["no key", (key) => ({ ...data(key), Sek: undefined })],
    ["a key under another AppKey", (key) => ({ ...data(key), Sek: seal(Buffer.alloc(32, 99), Buffer.alloc(32)) })],
    ["a key of 16 bytes", (key) => ({ ...data(key), Sek: sealed(key, Buffer.alloc(16)) })],
    ["a time of another form", (key) => ({ ...data(key), TokenExpiry: "18/08/2026 16:00:00" })],
    ["a time that does not exist", (key) => ({ ...data(key), TokenExpiry: "2026-13-45 16:00:00" })],
    ["ciphertext for data", () => "AAAA"],
    ["nothing", () => null],
  ])("that is answered with %s opens no session", async (_, make) => {
    const { open } = await setup({
      login: (_nth, { AppKey }) => ({ Status: 1, Data: make(AppKey), ErrorDetails: null }),
    });

    await expect(open()).rejects.toThrow();
  });
});
