import { type WaitingRoom, WINDOW_MS } from "../../shared/request/waiting-room.ts";

export function memoryWaitingRoom(places: number): WaitingRoom {
  const taken = new Map<number, number>();
  return {
    async enter(now) {
      const window = Math.floor(now.getTime() / WINDOW_MS);
      const before = taken.get(window) ?? 0;
      if (before >= places) return "full";
      taken.set(window, before + 1);
      return "entered";
    },
  };
}
