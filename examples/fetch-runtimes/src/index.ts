import assert from 'node:assert/strict';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { startBun, startDeno, startNext, startWorker } from './start.ts';

const issuer = await startAuthorizationServer({ scopes: ['read:orders'] });
const starts = {
  'Bun.serve': startBun,
  'Deno.serve': startDeno,
  'a Worker': startWorker,
  'a Next.js route': startNext,
};
const tokens = {
  anonymous: undefined,
  client: await issuer.token(),
  reader: await issuer.token({ scope: 'read:orders' }),
};
const expected = {
  anonymous: [401, '{"error":"unauthorized","error_description":"The request has no access token"}'],
  client: [403, '{"error":"insufficient_scope","error_description":"The access token lacks a required scope"}'],
  reader: [200, '{"client":"test-client"}'],
} as const;

for (const [name, start] of Object.entries(starts)) {
  const endpoint = await start(issuer);
  try {
    for (const [caller, [status, body]] of Object.entries(expected)) {
      const token = tokens[caller as keyof typeof tokens];
      const answer = await endpoint.send(token === undefined ? {} : { authorization: `Bearer ${token}` });
      const text = await answer.text();
      console.log(`${name.padEnd(15)} ${caller.padEnd(9)} ${answer.status}  ${text}`);
      assert.deepEqual([answer.status, text], [status, body], `${name} as ${caller}`);
      assert.equal(answer.headers.has('www-authenticate'), status >= 401, `the challenge of ${name} for ${caller}`);
    }
  } finally {
    await endpoint.close();
  }
}

await issuer.close();
