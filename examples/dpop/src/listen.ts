import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback. */
export interface Running {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves an application that must know its own URL: the port is chosen first. */
export async function listen(create: (origin: string) => Promise<RequestListener> | RequestListener): Promise<Running> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  server.on('request', await create(origin));
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { origin, close };
}
