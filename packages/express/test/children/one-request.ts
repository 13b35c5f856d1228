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
const { bearerAuth } = await import('@verifier/express');
const afterImport = [...loaded];
const { default: express } = await import('express');
const app = express().use(bearerAuth({ issuer, audience }), (_req, res) => void res.sendStatus(204));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port }: AddressInfo = Object(server.address());
const options = { port, host: '127.0.0.1', agent: false, headers: { Authorization: `Bearer ${token}` } };
const [response]: IncomingMessage[] = await once(get(options), 'response');
response?.resume();
server.close();
const report: Report = { afterImport, afterRequest: [...loaded], status: response?.statusCode };
process.stdout.write(JSON.stringify(report));
