import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verifier } from '@verifier/core';
import type { RunningApi } from './running-api.ts';

/** Serves an application on a free loopback port. `close` also closes the verifier. */
export async function listen(
  application: RequestListener,
  verifier: Verifier,
): Promise<Pick<RunningApi, 'origin' | 'close'>> {
  const server = createServer(application).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await verifier.close();
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}
