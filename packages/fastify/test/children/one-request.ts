import { registerHooks } from 'node:module';

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
const { bearerAuth } = await import('@verifier/fastify');
const afterImport = [...loaded];
const { default: fastify } = await import('fastify');
const app = fastify();
await app.register(bearerAuth, { issuer, audience });
app.get('/', (_request, reply) => reply.code(204).send());
const origin = await app.listen({ port: 0, host: '127.0.0.1' });
const { status } = await fetch(origin, { headers: { authorization: `Bearer ${token}`, connection: 'close' } });
await app.close();
const report: Report = { afterImport, afterRequest: [...loaded], status };
process.stdout.write(JSON.stringify(report));
