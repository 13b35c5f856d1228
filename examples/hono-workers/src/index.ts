import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { build } from 'esbuild';
import { hc } from 'hono/client';
import { Miniflare } from 'miniflare';
import type { Api } from './worker.ts';

/** Bundles the Worker as wrangler does. */
async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    // The TypeScript settings of this repository would apply; an installed package has none.
    tsconfigRaw: {},
  });
  return outputFiles[0]?.text ?? '';
}

const issuer = await startAuthorizationServer({ path: '/oauth2/default', scopes: ['read:orders'] });
const worker = new Miniflare({
  modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundleWorker() }],
  compatibilityDate: '2026-07-01',
  cf: false,
  bindings: { OKTA_ISSUER: issuer.issuer, OKTA_AUDIENCE: issuer.audience },
  host: '127.0.0.1',
  port: 0,
});
const { origin } = await worker.ready;

const tokens = {
  anonymous: undefined,
  client: await issuer.token(),
  reader: await issuer.token({ scope: 'read:orders' }),
};
type Caller = keyof typeof tokens;

function clientOf(caller: Caller): ReturnType<typeof hc<Api>> {
  const token = tokens[caller];
  return hc<Api>(origin, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
}

// The expected status for each route and caller.
const table = {
  health: { anonymous: 200, client: 200, reader: 200 },
  profile: { anonymous: 401, client: 200, reader: 200 },
  orders: { anonymous: 401, client: 403, reader: 200 },
} as const;

for (const [route, expected] of Object.entries(table)) {
  for (const [caller, status] of Object.entries(expected)) {
    const answer = await clientOf(caller as Caller)[route as keyof typeof table].$get();
    const challenge = answer.headers.get('www-authenticate') ?? '';
    console.log(`GET /${route.padEnd(8)} ${caller.padEnd(9)} ${answer.status}  ${challenge}`);
    assert.equal(answer.status, status, `/${route} as ${caller}`);
    assert.equal(challenge !== '', status >= 401, `the challenge of /${route} as ${caller}`);
  }
}

const refused = await clientOf('client').orders.$get();
assert.equal(refused.status, 403);
assert.equal((await refused.json()).error, 'insufficient_scope');
const accepted = await clientOf('reader').orders.$get();
assert.equal(accepted.status, 200);
assert.deepEqual((await accepted.json()).orders, [{ id: 1 }]);

assert.deepEqual([issuer.counts.discovery, issuer.counts.keys], [1, 1], 'one discovery and one key fetch in all');
console.log('\nworkerd fetched the metadata once and the keys once.');
await worker.dispose();
await issuer.close();
