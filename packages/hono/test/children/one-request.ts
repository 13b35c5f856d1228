import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';

/** The report of the process to its parent: the packages that it loaded, and the response that it received. */
export interface Report {
  readonly afterImport: readonly string[];
  readonly afterRequest: readonly string[];
  readonly status: number | undefined;
}

const loaded = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    const name = url.match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});

const [issuer = '', audience = '', token = ''] = process.argv.slice(2);
const { bearerAuth } = await import('@verifier/hono');
const afterImport = [...loaded];
const { Hono } = await import('hono');
const { serve } = await import('@hono/node-server');
const app = new Hono().use(bearerAuth({ issuer, audience })).get('/', (c) => c.body(null, 204));
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
await once(server, 'listening');
const { port }: AddressInfo = Object(server.address());
const options = { port, host: '127.0.0.1', agent: false, headers: { Authorization: `Bearer ${token}` } };
const [response]: IncomingMessage[] = await once(get(options), 'response');
response?.resume();
server.close();
const report: Report = { afterImport, afterRequest: [...loaded], status: response?.statusCode };
process.stdout.write(JSON.stringify(report));
