import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Returns a port of loopback that was free a moment ago, for servers that cannot report the port they listen on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port }: AddressInfo = Object(server.address());
  await new Promise((done) => server.close(done));
  return port;
}
