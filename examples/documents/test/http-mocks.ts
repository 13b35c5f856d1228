// Verifies one token with keys that a mock serves. Prints `accepted`, or the code of the error.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mock } from 'node:test';
import { createVerifier, isAuthError, type Verifier, type VerifierOptions } from '@verifier/core';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { MockAgent, setGlobalDispatcher } from 'undici';

type HttpSettings = NonNullable<VerifierOptions['http']>;

const issuer = 'https://issuer.example';
const audience = 'api://orders';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwks = { keys: [publicKey.export({ format: 'jwk' })] };
const metadata = { issuer, jwks_uri: `${issuer}/keys` };
const fakeFetch = async (url: unknown) => Response.json(String(url).endsWith('/keys') ? jwks : metadata);
const byGlobalFetch: HttpSettings = { fetch: (url, init) => fetch(url, init) };

const mocks: Readonly<Record<string, () => Promise<HttpSettings>>> = {
  nock: async () => {
    const { default: nock } = await import('nock');
    nock(issuer)
      .persist()
      .get(/well-known/)
      .reply(200, metadata)
      .get('/keys')
      .reply(200, jwks);
    return {};
  },
  msw: async () => {
    const metadataHandler = http.get(`${issuer}/.well-known/*`, () => HttpResponse.json(metadata));
    setupServer(
      metadataHandler,
      http.get(`${issuer}/keys`, () => HttpResponse.json(jwks)),
    ).listen();
    return byGlobalFetch;
  },
  'globalThis.fetch': async () => {
    mock.method(globalThis, 'fetch', fakeFetch);
    return byGlobalFetch;
  },
  MockAgent: async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    const origin = agent.get(issuer);
    const headers = { 'content-type': 'application/json' };
    origin.intercept({ path: (path) => path.includes('well-known') }).reply(200, metadata, { headers });
    origin.intercept({ path: '/keys' }).reply(200, jwks, { headers });
    setGlobalDispatcher(agent);
    return { dispatcher: agent };
  },
  'fake timers': async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    return { fetch: fakeFetch };
  },
  clear: async () => {
    mock.method(globalThis, 'fetch', fakeFetch);
    return byGlobalFetch;
  },
};

function signToken(): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = { iss: issuer, aud: audience, sub: 'alice', exp };
  const input = `${encode({ alg: 'EdDSA', typ: 'at+jwt' })}.${encode(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
}

async function outcome(verifier: Verifier, token: string): Promise<string> {
  return verifier.verify(token).then(
    () => 'accepted',
    (error) => (isAuthError(error) ? error.code : String(error)),
  );
}

const [name = '', withOption] = process.argv.slice(2);
const settings = await mocks[name]?.();
const isOptionPassed = withOption === 'with' || name === 'fake timers' || name === 'clear';
const verifier = createVerifier({ issuer, audience, http: isOptionPassed ? (settings ?? {}) : {} });
const token = signToken();
if (name === 'clear') mock.method(globalThis, 'fetch', async () => new Response('', { status: 500 }));
const outcomes = [await outcome(verifier, token)];
if (name === 'fake timers') {
  mock.timers.tick(600_000);
  outcomes.push(await outcome(verifier, token));
}
if (name === 'clear') {
  mock.method(globalThis, 'fetch', fakeFetch);
  outcomes.push(await outcome(verifier, token));
  verifier.clear();
  outcomes.push(await outcome(verifier, token));
}
console.log(JSON.stringify(outcomes));
process.exit();
