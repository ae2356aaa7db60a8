import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A real server on this machine that counts who connects. */
export interface AServer {
  readonly port: number;
  connections(): number;
  /** When the last connection has ended. */
  ended(): Promise<void>;
  stop(): Promise<void>;
}

/** At every address of this machine, so that whatever leads here is counted. */
export function anHttpServer(listener: RequestListener): Promise<AServer> {
  return listening(createHttpServer(listener));
}

export function aTlsServer(keyPair: { key: string; cert: string }, listener: RequestListener): Promise<AServer> {
  return listening(createTlsServer(keyPair, listener));
}

/** One that says what it likes as soon as it is spoken to. */
export function aRawServer(speak: (socket: Socket) => void): Promise<AServer> {
  return listening(createServer((socket) => socket.once("data", () => speak(socket))));
}

async function listening(server: Server): Promise<AServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let whenEnded = () => {};
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    // Those who are hung up on mean it.
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) whenEnded();
    });
  });
  await new Promise<void>((done) => server.listen(0, done));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    ended: () =>
      new Promise((done) => {
        whenEnded = done;
        if (sockets.size === 0) done();
      }),
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
