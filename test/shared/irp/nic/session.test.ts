import { describe, expect, it } from "vitest";
import { LoginRefused, sessions } from "../../../../shared/irp/nic/session.ts";
import { NotSent } from "../../../../shared/irp/nic/wire.ts";
import type { Session, SessionStore } from "../../../../shared/irp/session-store.ts";
import { failing } from "../../../fakes/failing.ts";
import { memoryIrpUserStore } from "../../../fakes/memory-irp-user-store.ts";
import { memorySessionStore } from "../../../fakes/memory-session-store.ts";
import { virtualClock } from "../../../fakes/virtual-clock.ts";
import { aPortal, ENCRYPTION_KEY, GSTIN, type Login, refusal, seal, USER } from "./a-portal.ts";

interface Parts {
  readonly tokenMinutes?: number;
  /** Replaces the answer to the nth login, undefined to leave it. */
  readonly login?: (nth: number, login: Login) => unknown;
}

const OTHER_GSTIN = "29AAAZA0001A1ZI";
const WRONG = { ...USER, password: "wrong-password" };
const MINUTE_MS = 60_000;

/** A portal, a store, and any number of workers who share them. */
async function setup({ login, tokenMinutes = 60 }: Parts = {}) {
  const clock = virtualClock();
  const { now, sleep } = clock;
  const portal = aPortal({ now, tokenMinutes, ...(login ? { login } : {}) });
  const users = memoryIrpUserStore();
  await users.save(GSTIN, USER);
  const store = { now: memorySessionStore(), calls: [] as string[] };
  const client = { clientId: "client", version: "1" };
  let nonce = 0;

  function aWorker() {
    const worker = sessions({
      send: portal.send,
      users,
      sessionStore: counted(() => store.now, store.calls),
      environment: "test",
      client: async () => client,
      keys: { encryption: async () => ENCRYPTION_KEY },
      now,
      sleep,
      seen: () => {},
      newId: () => `id-${++nonce}`,
      randomBytes: (size) => Buffer.alloc(size, ++nonce),
    });
    return { ...worker, open: (gstin = GSTIN, portal = "NIC1") => worker.get(portal, gstin) };
  }

  return {
    ...portal,
    ...aWorker(),
    aWorker,
    users,
    store,
    client,
    clock,
    wait: (minutes: number) => clock.advance(minutes * MINUTE_MS),
    /** Lets a store that works fail in one of its methods from now on. */
    breakStore: (method: keyof SessionStore) => {
      store.now = failing(store.now, method);
    },
  };
}

/** The store of the moment, with its calls noted. */
function counted(store: () => SessionStore, calls: string[]): SessionStore {
  const noted = <Args extends unknown[], Result>(
    name: keyof SessionStore,
    method: (store: SessionStore) => (...args: Args) => Result,
  ) => {
    return (...args: Args) => {
      calls.push(name);
      return method(store())(...args);
    };
  };
  return {
    find: noted("find", (each) => each.find),
    beginLogin: noted("beginLogin", (each) => each.beginLogin),
    put: noted("put", (each) => each.put),
    failLogin: noted("failLogin", (each) => each.failLogin),
    drop: noted("drop", (each) => each.drop),
  };
}

/** Passes the minutes one by one, with a call in each, and tells what became of the calls. */
async function callEachMinute(
  { clock, open }: Pick<Awaited<ReturnType<typeof setup>>, "clock" | "open">,
  minutes: number,
): Promise<(Session | Error)[]> {
  const outcomes: (Session | Error)[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    outcomes.push(await open().catch((error: Error) => error));
    clock.advance(MINUTE_MS);
  }
  return outcomes;
}

const refused = (opening: Promise<unknown>) => opening.then(notRefused, (error: unknown) => error as LoginRefused);
function notRefused(): never {
  throw new Error("a session was opened");
}

function deferred<Value = void>() {
  let resolve = (_: Value) => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
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
        AppKey: expect.any(String),
        ForceRefreshAccessToken: false,
      },
    ]);
  });

  it("is used again, also at the other portal, without asking the store", async () => {
    const { get, logins, store, wait } = await setup();
    const session = await get("NIC1", GSTIN);
    expect(store.calls).toEqual(["find", "beginLogin", "put"]);
    wait(54);

    expect(await get("NIC2", GSTIN)).toBe(session);
    expect(logins).toHaveLength(1);
    expect(store.calls).toHaveLength(3);
  });

  it("is one's own: another GSTIN gets another", async () => {
    const { open, users, logins } = await setup();
    await users.save(OTHER_GSTIN, USER);

    const [one, other] = await Promise.all([open(), open(OTHER_GSTIN)]);

    expect(one.authToken).not.toBe(other.authToken);
    expect(logins.map(({ gstin }) => gstin)).toEqual([GSTIN, OTHER_GSTIN]);
  });

  it("is opened once for simultaneous callers", async () => {
    const { open, logins } = await setup();

    const opened = await Promise.all(Array.from({ length: 20 }, () => open()));

    expect(new Set(opened).size).toBe(1);
    expect(logins).toHaveLength(1);
  });

  it("that has ended is opened anew", async () => {
    const { open, logins, wait } = await setup();
    await open();
    wait(600);

    expect((await open()).authToken).toBe("TOKEN1");
    expect(logins).toHaveLength(2);
  });

  it("makes room in memory when there are more than a thousand, the oldest first", async () => {
    const { open, users, store, logins } = await setup();
    for (let i = 0; i <= 1000; i++) {
      await users.save(`GSTIN${i}`, USER);
      await open(`GSTIN${i}`);
    }
    store.calls.length = 0;

    await open("GSTIN1");
    expect(store.calls).toEqual([]);
    await open("GSTIN0");
    expect(store.calls).toEqual(["find"]);
    expect(logins).toHaveLength(1001);
  });

  it("is not opened for a GSTIN without a portal user", async () => {
    const { open, logins } = await setup();

    await expect(open(OTHER_GSTIN)).rejects.toThrow(LoginRefused);
    expect(logins).toEqual([]);
  });
});

describe("a session in its last minutes", () => {
  it("is renewed by force, with a new key", async () => {
    const { open, logins, wait } = await setup();
    const old = await open();
    wait(55);

    const renewed = await open();

    expect(renewed.authToken).not.toBe(old.authToken);
    expect(logins.map(({ ForceRefreshAccessToken }) => ForceRefreshAccessToken)).toEqual([false, true]);
    expect(new Set(logins.map(({ AppKey }) => AppKey)).size).toBe(2);
  });

  it("is renewed once for simultaneous callers; whoever has one does not wait", async () => {
    const begun = deferred();
    const answered = deferred();
    const { open, aWorker, logins, wait } = await setup({
      login: async (nth) => {
        if (nth === 0) return undefined;
        begun.resolve();
        await answered.promise;
        return undefined;
      },
    });
    const other = aWorker();
    const old = await open();
    await other.open();
    wait(56);

    const renewing = open();
    await begun.promise;
    expect(await Promise.all([open(), open(), other.open(), aWorker().open()])).toEqual([old, old, old, old]);
    answered.resolve();

    expect((await renewing).authToken).toBe("TOKEN1");
    expect((await open()).authToken).toBe("TOKEN1");
    expect(logins).toHaveLength(2);
  });

  it("keeps token and key together: the old pair stays as it was for the calls that have it", async () => {
    const { open, wait } = await setup();
    const old = await open();
    const was = { ...old, sek: Buffer.from(old.sek) };
    wait(56);

    const renewed = await open();

    expect(old).toEqual(was);
    expect([renewed.authToken, renewed.sek]).toEqual(["TOKEN1", Buffer.alloc(32, 2)]);
  });

  it("serves on when it cannot be renewed, and the portal is not asked at every call", async () => {
    const { open, logins, clock, wait } = await setup({
      login: (nth) => (nth === 0 ? undefined : Promise.reject(new Error("no answer: ECONNRESET"))),
    });
    const old = await open();
    wait(56);

    for (let i = 0; i < 10; i++) expect(await open()).toEqual(old);
    expect(logins).toHaveLength(2);
    clock.advance(33_000);
    for (let i = 0; i < 10; i++) expect(await open()).toEqual(old);
    expect(logins).toHaveLength(3);
  });

  it("serves on for a worker that has just begun, too", async () => {
    const { open, aWorker, logins, wait } = await setup({ login: (nth) => (nth > 0 ? refusal("5001") : undefined) });
    const old = await open();
    wait(56);
    expect(await aWorker().open()).toEqual(old);
    expect(logins).toHaveLength(2);
  });

  it("is renewed at last when the portal works again", async () => {
    const { open, wait, clock } = await setup({ login: (nth) => (nth === 1 ? refusal("5001") : undefined) });
    await open();
    wait(56);
    expect((await open()).authToken).toBe("TOKEN0");
    clock.advance(33_000);
    expect((await open()).authToken).toBe("TOKEN2");
  });

  it("serves on until some seconds before its end, and no longer", async () => {
    const { open, clock, wait } = await setup({ login: (nth) => (nth > 0 ? refusal("5001") : undefined) });
    const old = await open();
    wait(59);
    clock.advance(49_999);
    expect(await open()).toEqual(old);
    clock.advance(1);
    await expect(open()).rejects.toThrow(LoginRefused);
  });

  it("is renewed with a pause when the portal gives the same token for a new one", async () => {
    const same = (AppKey: string) => ({
      UserName: USER.userName,
      AuthToken: "TOKEN0",
      Sek: seal(Buffer.from(AppKey, "base64"), Buffer.alloc(32, 7)),
      TokenExpiry: "2026-08-18 15:30:00",
    });
    const { open, aWorker, logins, wait } = await setup({
      login: (nth, { AppKey }) => (nth === 0 ? undefined : { Status: 1, Data: same(AppKey), ErrorDetails: null }),
    });
    await open();
    wait(56);
    for (let i = 0; i < 5; i++) expect(await open()).toMatchObject({ authToken: "TOKEN0", sek: Buffer.alloc(32, 7) });
    expect(await aWorker().open()).toMatchObject({ authToken: "TOKEN0", sek: Buffer.alloc(32, 7) });
    expect(logins).toHaveLength(2);
  });
});

describe("a session of several workers", () => {
  it("is opened by one login, however many begin at the same time", async () => {
    const { aWorker, logins } = await setup();

    const opened = await Promise.all(Array.from({ length: 10 }, () => aWorker().open()));

    expect(new Set(opened.map(({ authToken }) => authToken))).toEqual(new Set(["TOKEN0"]));
    expect(logins).toHaveLength(1);
  });

  it("is waited for while another worker logs in", async () => {
    const slow = deferred();
    const { open, aWorker, clock, logins } = await setup({
      login: async () => {
        await clock.sleep(3_000);
        slow.resolve();
        return undefined;
      },
    });
    const [one, other] = await Promise.all([open(), aWorker().open()]);

    expect(other.authToken).toBe(one.authToken);
    expect(logins).toHaveLength(1);
  });

  it("is found in the store by one that comes later, by one read", async () => {
    const { open, aWorker, store, logins, wait } = await setup();
    const session = await open();
    wait(10);
    store.calls.length = 0;

    expect(await aWorker().open()).toEqual(session);
    expect(store.calls).toEqual(["find"]);
    expect(logins).toHaveLength(1);
  });

  it("is renewed once, and the others find the new one", async () => {
    const { open, aWorker, logins, wait } = await setup();
    const other = aWorker();
    await open();
    await other.open();
    wait(56);

    const renewed = await open();

    expect(await other.open()).toEqual(renewed);
    expect(logins).toHaveLength(2);
  });

  it("is opened by another when the first one dies in its login, and not before its turn is over", async () => {
    const { open, aWorker, clock, logins } = await setup({
      login: (nth) => (nth === 0 ? new Promise(() => {}) : undefined),
    });
    const began = clock.now().getTime();
    void open();

    const { authToken } = await aWorker().open();

    expect(authToken).toBe("TOKEN1");
    const waited = clock.now().getTime() - began;
    expect(waited).toBeGreaterThan(12_000);
    expect(waited).toBeLessThan(13_000);
    expect(logins).toHaveLength(2);
  });

  it("is never replaced by an older token that comes late", async () => {
    const [begun, late] = [deferred(), deferred()];
    const { open, aWorker, clock, logins, wait } = await setup({
      // Stopped in its login until its turn is over: its token is the older one.
      login: async (nth, { AppKey }) => {
        if (nth !== 1) return undefined;
        begun.resolve();
        await late.promise;
        const Sek = seal(Buffer.from(AppKey, "base64"), Buffer.alloc(32, 9));
        const Data = { UserName: USER.userName, AuthToken: "OLDER", Sek, TokenExpiry: "2026-08-18 16:00:00" };
        return { Status: 1, Data, ErrorDetails: null };
      },
    });
    await open();
    wait(56);
    const stopped = open();
    await begun.promise;
    clock.advance(13_000);
    const newer = await aWorker().open();
    late.resolve();

    expect((await stopped).authToken).toBe(newer.authToken);
    expect((await aWorker().open()).authToken).toBe(newer.authToken);
    expect((await open()).authToken).toBe(newer.authToken);
    expect(logins).toHaveLength(3);
  });

  it("is another for other users, and none of theirs is touched", async () => {
    const { aWorker, users, logins } = await setup({ login: () => undefined });
    const first = await aWorker().open();
    await users.save(GSTIN, { ...USER, userName: "API_USER_2" });
    await expect(aWorker().open()).rejects.toThrow(LoginRefused);
    await users.save(GSTIN, USER);
    expect(await aWorker().open()).toEqual(first);
    expect(logins.map(({ UserName }) => UserName)).toEqual(["API_USER", "API_USER_2"]);
  });
});

describe("a session that was rejected", () => {
  it("is forgotten, but not the one that replaced it", async () => {
    const { open, drop, logins } = await setup();
    const rejected = await open();

    await drop(GSTIN, rejected);
    const replaced = await open();
    await Promise.all([drop(GSTIN, rejected), drop(GSTIN, rejected)]);

    expect(await open()).toBe(replaced);
    expect(logins).toHaveLength(2);
    await drop(OTHER_GSTIN, rejected);
  });

  it("is replaced by what another worker opened meanwhile, without a login", async () => {
    const { open, drop, aWorker, logins } = await setup();
    const other = aWorker();
    const [rejected, same] = [await open(), await other.open()];
    await other.drop(GSTIN, same);
    const replaced = await other.open();

    await drop(GSTIN, rejected);

    expect(await open()).toEqual(replaced);
    expect(await aWorker().open()).toEqual(replaced);
    expect(logins).toHaveLength(2);
  });

  it.each(["meanwhile", "later still"])("is not found again by a look whose answer comes %s", async (when) => {
    const { open, drop, store } = await setup();
    const rejected = await open();
    const [dropping, finding] = [deferred(), deferred()];
    const works = store.now;
    let finds = 0;
    store.now = {
      ...works,
      async find(owner) {
        const found = await works.find(owner);
        if (when === "later still" && finds++ === 0) await finding.promise;
        return found;
      },
      async drop(owner, authToken) {
        await dropping.promise;
        return works.drop(owner, authToken);
      },
    };
    const dropped = drop(GSTIN, rejected);
    const early = open();
    if (when === "meanwhile") await early;
    else await new Promise(setImmediate);
    dropping.resolve();
    await dropped;
    const replaced = await open();
    finding.resolve();
    await early;

    expect(replaced.authToken).toBe("TOKEN1");
    expect(await open()).toBe(replaced);
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

  it("is forgotten here even when the store fails", async () => {
    const { open, drop, breakStore, store } = await setup();
    const rejected = await open();
    breakStore("drop");
    await expect(drop(GSTIN, rejected)).resolves.toBeUndefined();
    store.calls.length = 0;
    await open();
    expect(store.calls).toEqual(["find"]);
  });
});

describe("a login that is refused", () => {
  it("is an error of its own, with the codes, the time to come again and no password", async () => {
    const { open, users, clock } = await setup();
    await users.save(GSTIN, WRONG);

    const error = await refused(open());

    expect(error).toBeInstanceOf(LoginRefused);
    expect(error.errors).toEqual([{ code: "1019", message: "message of 1019" }]);
    expect(error.message).toContain("1019");
    expect(error.retryAt).toEqual(new Date(clock.now().getTime() + 5 * MINUTE_MS + 2_000));
    expect(JSON.stringify([error, String(error)])).not.toContain("wrong-password");
  });

  it("is told to all callers of the moment, and made once", async () => {
    const { open, users, logins } = await setup();
    await users.save(GSTIN, WRONG);
    const opened = await Promise.allSettled([open(), open(), open()]);
    expect(opened.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(logins).toHaveLength(1);
  });

  it("is told to later callers of every worker without the portal's words, which were told and counted once", async () => {
    const { open, aWorker, users, logins, wait } = await setup();
    await users.save(GSTIN, WRONG);
    const { retryAt } = await refused(open());
    wait(4);

    for (const worker of [{ open }, aWorker()]) {
      const error = await refused(worker.open());
      expect(error).toMatchObject({ errors: [], retryAt, needsUser: true });
      expect(error.message).toMatch(/^not logged in again yet: .*1019/);
      expect((await refused(worker.open(GSTIN, "NIC2"))).retryAt).toEqual(retryAt);
    }
    expect(logins).toHaveLength(1);
  });

  it("is made three times in a day, however many calls there are, by any number of workers", async () => {
    const { users, logins, aWorker, clock } = await setup();
    await users.save(GSTIN, WRONG);
    const workers = [aWorker(), aWorker(), aWorker()];
    let calls = 0;
    const open = () => (workers[calls++ % workers.length] ?? aWorker()).open();

    const outcomes = await callEachMinute({ clock, open }, 24 * 60);

    expect(outcomes.every((outcome) => outcome instanceof LoginRefused)).toBe(true);
    expect(logins).toHaveLength(3);
    expect(await refused(open())).toMatchObject({
      errors: [],
      needsUser: true,
      retryAt: new Date(clock.now().getTime() + 3_600_000),
    });
  });

  it("is tried at once with other credentials, also after it was closed", async () => {
    const { open, aWorker, users, logins, clock } = await setup();
    await users.save(GSTIN, WRONG);
    await callEachMinute({ clock, open }, 11);
    expect(logins).toHaveLength(2);
    await users.save(GSTIN, { ...USER, password: "wrong-again" });
    await refused(open());
    expect(logins).toHaveLength(3);
    await refused(open());
    expect(logins).toHaveLength(3);

    await users.save(GSTIN, USER);
    expect((await aWorker().open()).authToken).toBe("TOKEN3");
    expect((await open()).authToken).toBe("TOKEN3");
  });

  it("is tried at once when the client's own credentials change", async () => {
    const { open, client, logins, clock } = await setup({
      login: (nth) => (nth < 3 ? refusal("1010") : undefined),
    });
    await callEachMinute({ clock, open }, 60);
    expect(logins).toHaveLength(3);
    client.version = "2";
    expect((await open()).authToken).toBe("TOKEN3");
  });

  it("counts in a row only: one that succeeds in between begins anew", async () => {
    const wrongOnes = new Set([0, 1, 3, 4]);
    const { open, drop, logins, clock } = await setup({
      login: (nth) => (wrongOnes.has(nth) ? refusal("1019") : undefined),
    });
    await callEachMinute({ clock, open }, 13);
    expect(logins).toHaveLength(3);
    await drop(GSTIN, await open());
    await callEachMinute({ clock, open }, 13);
    expect((await open()).authToken).toBe("TOKEN5");
  });
});

describe("a login that fails otherwise", () => {
  const lost = () => Promise.reject(new Error("no answer: ECONNRESET"));

  it("tells why the first caller gets no session, and the others when to come again", async () => {
    const { open, clock } = await setup({ login: lost });
    await expect(open()).rejects.toThrow("no answer: ECONNRESET");
    const error = await refused(open());
    expect(error).toMatchObject({ errors: [], needsUser: false, retryAt: new Date(clock.now().getTime() + 32_000) });
    // A message that begins as the wire's would be evidence against a portal that nobody asked.
    expect(error.message).toMatch(/^not logged in again yet: /);
  });

  it.each<[string, (nth: number) => unknown]>([
    ["the portal does not answer", lost],
    ["nobody listens", () => Promise.reject(new NotSent("ECONNREFUSED"))],
    ["a quota is used up", () => refusal("3108")],
    ["the portal is out of order", () => refusal("5001")],
    ["the answer cannot be read", () => ({ Status: 1, Data: null })],
    ["the refusal has no code", () => ({ Status: 0, Data: null, ErrorDetails: null })],
  ])(
    "because %s is not counted as a refusal, and tried no more than five times in a quarter of an hour",
    async (...[, login]) => {
      const times: number[] = [];
      const context = await setup({
        login: (nth) => {
          times.push(context.clock.now().getTime());
          return login(nth);
        },
      });
      await callEachMinute(context, 180);

      expect(times.length).toBeGreaterThan(20);
      for (const [i, at] of times.slice(5).entries())
        expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    },
  );

  it("is tried again ever later", async () => {
    const times: number[] = [];
    const { open, clock } = await setup({
      login: () => {
        times.push(clock.now().getTime());
        return lost();
      },
    });
    for (let second = 0; second < 600; second++) {
      await open().catch(() => undefined);
      clock.advance(1_000);
    }
    expect(times.slice(1).map((at, i) => (at - (times[i] ?? 0)) / 1000)).toEqual([32, 62, 122, 242]);
  });

  it("leaves the other portal to be asked at once", async () => {
    const context = await setup({ login: (nth) => (nth === 0 ? lost() : undefined) });
    await expect(context.open(GSTIN, "NIC1")).rejects.toThrow("no answer");
    expect((await context.open(GSTIN, "NIC2")).authToken).toBe("TOKEN1");
    expect(context.logins.map(({ portal }) => portal)).toEqual(["NIC1", "NIC2"]);
  });

  it("is forgotten when one succeeds", async () => {
    const { open, drop, clock, store } = await setup({ login: (nth) => (nth === 0 ? lost() : undefined) });
    await expect(open()).rejects.toThrow();
    clock.advance(32_000);
    await drop(GSTIN, await open());
    await open();
    const owner = { environment: "test", clientId: "client", gstin: GSTIN, userName: USER.userName };
    expect((await store.now.find(owner)).logins).toEqual({
      credentials: expect.any(String),
      begunAt: [],
      refusedAt: [],
      failedAt: {},
    });
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
  ])("because it is answered with %s opens no session", async (_, make) => {
    const { open } = await setup({
      login: (_nth, { AppKey }) => ({ Status: 1, Data: make(AppKey), ErrorDetails: null }),
    });

    await expect(open()).rejects.toThrow();
  });
});

describe("without the store", () => {
  it.each(["find", "beginLogin"] as const)("nobody logs in (%s)", async (method) => {
    const { open, breakStore, logins } = await setup();
    breakStore(method);

    const error = await open().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(LoginRefused);
    expect(logins).toEqual([]);
  });

  it("a session in memory serves on", async () => {
    const { open, breakStore, logins, wait } = await setup();
    const session = await open();
    breakStore("find");
    for (const minutes of [54, 3, 2]) {
      wait(minutes);
      expect(await open()).toBe(session);
    }
    expect(logins).toHaveLength(1);
    wait(1);
    await expect(open()).rejects.toThrow("find failed");
  });

  it("the store is asked again later, not at every call", async () => {
    const { open, breakStore, store, wait, clock } = await setup();
    await open();
    breakStore("find");
    wait(56);
    store.calls.length = 0;
    for (let i = 0; i < 5; i++) await open();
    expect(store.calls).toEqual(["find"]);
    clock.advance(30_000);
    await open();
    expect(store.calls).toEqual(["find", "find"]);
  });
});
