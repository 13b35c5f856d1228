import { generateKeyPairSync } from 'node:crypto';
import { describePollution, withPollution } from '@verifier/conformance';
import { bearerAuth, getAuth } from '@verifier/hono';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { startOnNode } from './runtimes/node.ts';

// @hono/node-server sends every enumerable property of Object.prototype as a header.
describePollution('Hono', { start: (app) => startOnNode({ conformance: app }) }, { isEnumerable: false });

it('[OPTIONS-OWN] getAuth denies an anonymous request whatever Object.prototype says', async () => {
  const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const app = new Hono();
  app.use(bearerAuth({ issuer: 'https://issuer.example', audience: 'a', jwks: { keys: [key] }, optional: true }));
  app.get('/', (c) => c.json(getAuth(c, Object({}))));
  const { status } = await withPollution(['optional', true], async () => await app.request('/'), false);
  expect(status).toBe(401);
});
