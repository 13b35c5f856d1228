import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningApp } from '@verifier/conformance';

/** Serves an application on loopback, with 64 KiB of headers accepted. */
export async function listen(app: RequestListener): Promise<RunningApp> {
  const server = createServer({ maxHeaderSize: 65_536 }, app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port }: AddressInfo = Object(server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
