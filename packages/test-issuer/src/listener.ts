import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Settings } from './options.ts';
import type { Traffic } from './traffic.ts';

/** A server that can go away and come back on the same port. */
export interface Listener {
  /** The port, known once it has started. */
  port(): number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function createServer(settings: Settings, listener: RequestListener, traffic: Traffic): Server {
  if (settings.tls === undefined) return createHttpServer(listener);
  const { key, cert } = settings.tls;
  const server = createHttpsServer({ key, cert }, listener);
  server.on('secureConnection', (socket) => traffic.secured(socket));
  return server;
}

function trackSockets(server: Server, traffic: Traffic): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    traffic.opened(socket);
  });
  return sockets;
}

function readPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port');
  return address.port;
}

/** Makes a server that counts its connections. It listens only once started. */
export function createListener(settings: Settings, listener: RequestListener, traffic: Traffic): Listener {
  const server = createServer(settings, listener, traffic);
  const sockets = trackSockets(server, traffic);
  let port = settings.port;
  return {
    port: () => port,
    start: async () => {
      if (server.listening) return;
      server.listen(port, settings.host);
      await once(server, 'listening');
      port = readPort(server);
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
