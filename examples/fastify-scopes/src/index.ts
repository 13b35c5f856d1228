import assert from 'node:assert/strict';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { createApi } from './api.ts';

const issuer = await startAuthorizationServer({ path: '/oauth2/default', scopes: ['read:orders', 'write:orders'] });
const app = await createApi({ issuer: issuer.issuer, audience: issuer.audience });
const origin = await app.listen({ port: 0, host: '127.0.0.1' });

const tokens: Record<string, string | undefined> = {
  anonymous: undefined,
  reader: await issuer.token({ scope: 'read:orders' }),
  writer: await issuer.token({ scope: 'read:orders write:orders' }),
};

async function send(route: string, caller: string): Promise<Response> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const token = tokens[caller];
  return await fetch(origin + path, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

// The expected status for each route and caller.
const table: Record<string, Record<string, number>> = {
  'GET /health': { anonymous: 200, reader: 200, writer: 200 },
  'GET /profile': { anonymous: 401, reader: 200, writer: 200 },
  'GET /orders': { anonymous: 401, reader: 200, writer: 200 },
  'POST /orders': { anonymous: 401, reader: 403, writer: 201 },
  'GET /reports': { anonymous: 401, reader: 200, writer: 200 },
  'GET /catalogue': { anonymous: 200, reader: 200, writer: 200 },
};

for (const [route, expected] of Object.entries(table)) {
  for (const [caller, status] of Object.entries(expected)) {
    const answer = await send(route, caller);
    const challenge = answer.headers.get('www-authenticate') ?? '';
    console.log(`${route.padEnd(16)} ${caller.padEnd(9)} ${answer.status}  ${challenge}`);
    assert.equal(answer.status, status, `${route} as ${caller}`);
    assert.equal(challenge !== '', status === 401 || status === 403, `the challenge of ${route} as ${caller}`);
  }
}

const refused = await send('POST /orders', 'reader');
assert.match(
  refused.headers.get('www-authenticate') ?? '',
  /error="insufficient_scope".*scope="read:orders write:orders"/,
);

const { paths } = Object(await (await send('GET /openapi.json', 'anonymous')).json());
const documented = {
  '/health': paths['/health'].get.security,
  '/orders': [paths['/orders'].get.security, paths['/orders'].post.security],
  '/reports': paths['/reports'].get.security,
  '/catalogue': paths['/catalogue'].get.security,
};
assert.deepEqual(documented, {
  '/health': undefined,
  '/orders': [[{ oidc: ['read:orders'] }], [{ oidc: ['read:orders', 'write:orders'] }]],
  '/reports': [{ oidc: ['read:reports'] }, { oidc: ['read:orders'] }],
  '/catalogue': [{ oidc: [] }, {}],
});
console.log('\nThe OpenAPI document shows the same scopes:', JSON.stringify(documented));

assert.deepEqual([issuer.counts.discovery, issuer.counts.keys], [1, 1], 'one discovery and one key fetch in all');
await app.close();
await issuer.close();
