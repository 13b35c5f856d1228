import { generateKeyPairSync } from 'node:crypto';
import { describePollution, withPollution } from '@verifier/conformance';
import { bearerAuth, getAuth } from '@verifier/fastify';
import { describe, expect, it } from 'vitest';
import { createServer, fastifyHarness, frameworks, styles } from './fastify-harness.ts';

const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

// Fastify refuses to decorate with a name of Object.prototype, and takes its own hook `onError` from there.
const except = ['verifier', 'auth', 'onError'];

for (const [name, fastify] of Object.entries(frameworks)) {
  for (const [style, addRoutes] of Object.entries(styles)) {
    describePollution(`${name}, ${style},`, fastifyHarness(fastify, addRoutes), { except });
  }
}

describe.each(Object.entries(frameworks))('[OPTIONS-OWN] %s with other names for its decorators', (_name, fastify) => {
  async function statuses(): Promise<readonly number[]> {
    const server = createServer(fastify);
    const options = { issuer: 'https://issuer.example', audience: 'a', jwks: { keys: [key] }, decoratorName: 'okta' };
    await server.register(bearerAuth, options);
    server.get('/', () => 'open');
    server.get('/configured', { config: {} }, () => 'open');
    const answers = [await server.inject('/'), await server.inject('/configured'), await server.inject('/unknown')];
    await server.close();
    return answers.map(({ statusCode }) => statusCode);
  }

  it.each([
    ['auth', false],
    ['verifier', { authenticate: () => ({ ok: true, auth: null, headers: {} }) }],
    ['optional', true],
    ['global', false],
  ])('keeps its routes closed with Object.prototype.%s', async (...pollution) => {
    // Loads every module: with `auth`, Node.js itself cannot load files.
    expect(await statuses()).toEqual([401, 401, 401]);
    expect(await withPollution(pollution, statuses)).toEqual([401, 401, 401]);
  });
});

describe.each(Object.entries(frameworks))('[OPTIONS-OWN] %s with a plugin file', (_name, fastify) => {
  it('answers outside of its scope as before with Object.prototype.auth', async () => {
    const server = createServer(fastify);
    await server.register(async (scope) => {
      await scope.register(bearerAuth, { issuer: 'https://issuer.example', audience: 'a', jwks: { keys: [key] } });
      scope.get('/closed', () => 'closed');
    });
    server.get('/', () => 'open');
    await server.ready();
    const polluted = await withPollution(['auth', true], async () => [
      (await server.inject('/')).statusCode,
      (await server.inject('/closed')).statusCode,
    ]);
    expect(polluted).toEqual([200, 401]);
    await server.close();
  });
});

describe.each(Object.entries(frameworks))('[OPTIONS-OWN] getAuth on %s', (_name, fastify) => {
  it('denies an anonymous request whatever Object.prototype says', async () => {
    const server = createServer(fastify);
    const options = { issuer: 'https://issuer.example', audience: 'a', jwks: { keys: [key] }, optional: true };
    await server.register(bearerAuth, options);
    server.get('/', (request) => getAuth(request, Object({})));
    const { statusCode } = await withPollution(['optional', true], async () => await server.inject('/'));
    expect(statusCode).toBe(401);
    await server.close();
  });
});
