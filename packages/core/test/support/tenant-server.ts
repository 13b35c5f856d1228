import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { keySetOf, type TestKey } from './test-key.ts';

/** One authorization server on loopback with any number of tenants, as Keycloak has realms. */
export interface TenantServer {
  /** Every issuer of the server is this text and a name. */
  readonly prefix: string;
  /** The requests so far, by the name of the tenant. */
  readonly requests: Map<string, number>;
  /** The number of requests so far, for all tenants. */
  total(): number;
  /** The largest number of requests that were served at once. */
  busiest(): number;
}

/** The answer of a server for a tenant: its documents, 404, or none at all. */
export type TenantAnswer = 'documents' | 'not-found' | 'silence';

/**
 * Starts a server that ends with the test. All tenants have the same key.
 *
 * @param answerFor - Decides on the answer for a tenant.
 */
export async function startTenantServer(
  key: TestKey,
  answerFor: (tenant: string) => TenantAnswer | Promise<TenantAnswer>,
): Promise<TenantServer> {
  const requests = new Map<string, number>();
  let [running, busiest] = [0, 0];
  const server = createServer(async (request, response) => {
    const [, , tenant = '', ...path] = (request.url ?? '').split('/');
    requests.set(tenant, (requests.get(tenant) ?? 0) + 1);
    running += 1;
    busiest = Math.max(busiest, running);
    response.on('close', () => {
      running -= 1;
    });
    const answer = await answerFor(tenant);
    if (answer === 'silence') return;
    const issuer = `${prefix}${tenant}`;
    const isKeys = path.join('/') === 'keys';
    const document = isKeys ? keySetOf(key) : { issuer, jwks_uri: `${issuer}/keys` };
    response.writeHead(answer === 'documents' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const prefix = `http://127.0.0.1:${port}/realms/`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return {
    prefix,
    requests,
    total: () => [...requests.values()].reduce((sum, count) => sum + count, 0),
    busiest: () => busiest,
  };
}
