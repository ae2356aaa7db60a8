import { expect, it } from "vitest";
import { type WaitingRoom, WINDOW_MS } from "../../shared/request/waiting-room.ts";

/** What every WaitingRoom must do. Each test uses a time of its own. */
export function waitingRoomContract(makeRoom: (places: number) => WaitingRoom): void {
  let windows = Math.floor(Date.UTC(2026, 7, 18) / WINDOW_MS);
  const aWindow = () => {
    windows += 2;
    return new Date(windows * WINDOW_MS);
  };

  it("has so many places, however many come at the same time", async () => {
    const [room, now] = [makeRoom(3), aWindow()];
    const answers = await Promise.all(Array.from({ length: 10 }, () => room.enter(now)));
    expect(answers.filter((answer) => answer === "entered")).toHaveLength(3);
    expect(await room.enter(new Date(now.getTime() + WINDOW_MS - 1))).toBe("full");
  });

  it("has all of them again in the next window", async () => {
    const [room, now] = [makeRoom(1), aWindow()];
    expect(await room.enter(now)).toBe("entered");
    expect(await room.enter(new Date(now.getTime() + WINDOW_MS))).toBe("entered");
    expect(await room.enter(new Date(now.getTime() + WINDOW_MS))).toBe("full");
  });
}
