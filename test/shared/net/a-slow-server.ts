import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";

/** It does not come to accepting before its thread wakes, and its queue is full until then: those who connect wait for a second. */
const SLEEPER = `
  const { parentPort } = require("node:worker_threads");
  const server = require("node:http").createServer((_, response) => response.end());
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700));
  });`;

/** A server that takes as long to connect to as one an ocean away, and longer. */
export async function aSlowServer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const worker = new Worker(SLEEPER, { eval: true });
  const [port] = await once(worker, "message");
  const waiting = [1, 2, 3].map(() => connect(port, "127.0.0.1").on("error", () => {}));
  await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, "connect")));
  return {
    port,
    async stop() {
      for (const socket of waiting) socket.destroy();
      await worker.terminate();
    },
  };
}
