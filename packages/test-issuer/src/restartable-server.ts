import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Settings } from './options.ts';
import type { TrafficCounter } from './traffic-counter.ts';

/** An HTTP or HTTPS server that can stop and start again on the same port. It counts its connections. */
export class RestartableServer {
  readonly #server: Server;
  readonly #host: string;
  readonly #sockets: Set<Socket> = new Set();
  #port: number;

  constructor(settings: Settings, listener: RequestListener, traffic: TrafficCounter) {
    this.#server = createServer(settings, listener, traffic);
    this.#host = settings.host;
    this.#port = settings.port;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      traffic.connectionOpened(socket);
    });
  }

  /** The port; the configured one until the first start. */
  get port(): number {
    return this.#port;
  }

  /** Listens, unless it does already. */
  async start(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, this.#host);
    await once(this.#server, 'listening');
    this.#port = readPort(this.#server);
  }

  /** Refuses connections, and destroys the open ones. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function createServer({ tls }: Settings, listener: RequestListener, traffic: TrafficCounter): Server {
  if (tls === undefined) return createHttpServer(listener);
  const server = createHttpsServer({ key: tls.key, cert: tls.cert }, listener);
  server.on('secureConnection', (socket) => traffic.handshakeCompleted(socket));
  return server;
}

function readPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}
