import { describe, expect, it, onTestFinished } from 'vitest';
import type { Verifier, VerifierOptions } from '../../src/index.ts';
import type { Separates } from '../../src/options/option-record.ts';
import { optionGroups } from '../../src/options/option-table.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { audience, issuer } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { verifierOn } from '../support/verifiers.ts';

const [key, otherKey] = [generateTestKey('Ed25519'), generateTestKey('ES256')];
const base = { issuer, audience, clock: new FakeClock() };

/** A fake issuer that answers under every issuer name. */
function anyIssuer(): FakeIssuer {
  const fake = new FakeIssuer([key]);
  fake.respondWith((url) => {
    const [name, metadata] = url.split('/.well-known/');
    return Response.json(metadata === undefined ? keySetOf(key) : { issuer: name, jwks_uri: `${name}/keys` });
  });
  return fake;
}

const fakeDispatcher = (): object => ({ dispatch: () => true });
const [firstFake, secondFake] = [anyIssuer(), anyIssuer()];

const dpop = { publicUrl: 'https://api.example' };
const withResource = (members: object): object => ({ resource: { url: 'https://api.example', ...members } });

type Pair = readonly [first: object, second: object];

/** For each option, two values that differ, each as additional members of the options of a verifier. */
const pairs: Readonly<Record<string, Pair>> = {
  issuer: [{}, { issuer: 'https://other.example' }],
  audience: [{}, { audience: 'api://other' }],
  jwksUri: [{}, { jwksUri: `${issuer}/other-keys` }],
  metadataUri: [{}, { metadataUri: `${issuer}/.well-known/openid-configuration` }],
  jwks: [{ jwks: keySetOf(key) }, { jwks: keySetOf(key, otherKey) }],
  issuers: [{}, { issuer: undefined, audience: undefined, issuers: [{ issuer, audience }] }],
  clientIds: [{}, { clientIds: ['client'] }],
  algorithms: [{}, { algorithms: ['ES256'] }],
  tokenType: [{}, { tokenType: 'at+jwt' }],
  accessTokenClaims: [{}, { accessTokenClaims: { azp: true } }],
  dangerouslyAcceptIdTokens: [{}, { dangerouslyAcceptIdTokens: true }],
  acrLevels: [{}, { acrLevels: ['low', 'mfa'] }],
  clockTolerance: [{}, { clockTolerance: 60 }],
  maxTokenAge: [{}, { maxTokenAge: 60 }],
  maxLifetime: [{}, { maxLifetime: 60 }],
  requiredClaims: [{}, { requiredClaims: ['sub'] }],
  scopeClaims: [{}, { scopeClaims: ['scopes'] }],
  scopeImplies: [{}, { scopeImplies: { admin: ['read'] } }],
  roleClaims: [{}, { roleClaims: ['role'] }],
  permissionClaims: [{}, { permissionClaims: ['permission'] }],
  groupClaims: [{}, { groupClaims: ['group'] }],
  maxTokenSize: [{}, { maxTokenSize: 256 }],
  validate: [{}, { validate: () => 'no' }],
  getToken: [{}, { getToken: () => 'token' }],
  realm: [{}, { realm: 'other' }],
  optional: [{}, { optional: true }],
  policies: [{}, { policies: { orders: { scope: 'read' } } }],
  debug: [{}, { debug: true }],
  onEvent: [{}, { onEvent: () => undefined }],
  log: [{}, { log: () => undefined }],
  clock: [{}, { clock: new FakeClock() }],
  'keyCache.ttl': [{}, { keyCache: { ttl: 60 } }],
  'keyCache.refreshAhead': [{}, { keyCache: { refreshAhead: 0.5 } }],
  'keyCache.staleFor': [{}, { keyCache: { staleFor: 0 } }],
  'keyCache.maxIssuers': [{}, { keyCache: { maxIssuers: 1 } }],
  'tokenCache.maxEntries': [{}, { tokenCache: { maxEntries: 1 } }],
  'http.timeout': [{}, { http: { timeout: 1 } }],
  'http.connections': [{}, { http: { connections: 1 } }],
  'http.maxResponseSize': [{}, { http: { maxResponseSize: 2048 } }],
  'http.headers': [{}, { http: { headers: { 'x-gateway': 'a' } } }],
  'http.dispatcher': [{ http: { dispatcher: fakeDispatcher() } }, { http: { dispatcher: fakeDispatcher() } }],
  'http.fetch': [{ http: { fetch: firstFake.fetch } }, { http: { fetch: secondFake.fetch } }],
  'dpop.mode': [{ dpop }, { dpop: { ...dpop, mode: 'require' } }],
  'dpop.publicUrl': [{}, { dpop }],
  'dpop.algorithms': [{ dpop }, { dpop: { ...dpop, algorithms: ['ES256'] } }],
  'dpop.window': [{ dpop }, { dpop: { ...dpop, window: 60 } }],
  'dpop.nonce': [{ dpop }, { dpop: { ...dpop, nonce: { secret: 'a'.repeat(32) } } }],
  'dpop.replay': [{ dpop }, { dpop: { ...dpop, replay: false } }],
  'mtls.certificate': [{}, { mtls: { certificate: 'tls' } }],
  'mtls.require': [{ mtls: { certificate: 'tls' } }, { mtls: { certificate: 'tls', require: true } }],
  'http.dangerouslyAllowInsecure': [{}, { http: { dangerouslyAllowInsecure: ['http://keycloak:8080'] } }],
  'resource.url': [{}, withResource({})],
  'resource.scopes': [withResource({}), withResource({ scopes: ['read'] })],
  'resource.name': [withResource({}), withResource({ name: 'Orders' })],
  'resource.documentation': [withResource({}), withResource({ documentation: 'https://docs.example' })],
  'resource.policy': [withResource({}), withResource({ policy: 'https://docs.example' })],
  'resource.terms': [withResource({}), withResource({ terms: 'https://docs.example' })],
  'resource.authorizationServers': [
    withResource({}),
    withResource({ authorizationServers: ['https://login.example'] }),
  ],
  'resource.metadata': [withResource({}), withResource({ metadata: { a: 1 } })],
  'resource.challengeScope': [withResource({}), withResource({ challengeScope: false })],
  'resource.mirrorAuthorizationServer': [withResource({}), withResource({ mirrorAuthorizationServer: true })],
};

/** Whether two verifiers share their connections, and the keys of their issuer. */
interface Shared {
  readonly pool: boolean;
  readonly entry: boolean;
}

const expected: Readonly<Record<Separates, Shared>> = {
  pool: { pool: false, entry: false },
  entry: { pool: true, entry: false },
  nothing: { pool: true, entry: true },
};

function keysOf(verifier: Verifier): readonly unknown[] {
  return Object.values(verifier.stats().issuers).map(({ keys, refreshes }) => ({ keys, refreshes }));
}

async function sharedBetween([first, second]: Pair): Promise<Shared> {
  let pools = 0;
  const runtime: Runtime = {
    ...node,
    warn: () => undefined,
    createHttpClient: () => {
      pools += 1;
      return { fetch: anyIssuer().fetch, isStaleConnection: () => false, close: async () => undefined };
    },
  };
  const callsBefore = [firstFake, secondFake].map(({ requests }) => requests.length);
  const a = verifierOn(runtime, { ...base, ...first } as VerifierOptions);
  const b = verifierOn(runtime, { ...base, ...second } as VerifierOptions);
  onTestFinished(async () => void (await Promise.all([a.close(), b.close()])));
  await a.warmUp();
  const entry = JSON.stringify(keysOf(a)) === JSON.stringify(keysOf(b));
  await b.warmUp();
  const calledFetches = [firstFake, secondFake].filter(
    ({ requests }, index) => requests.length > (callsBefore[index] ?? 0),
  );
  return { pool: pools + calledFetches.length === 1, entry };
}

const options = optionGroups.flatMap(({ path, records }) =>
  Object.entries(records).map(([name, { separates }]) => ({ option: `${path}${name}`, separates })),
);

function separating(separates: Separates): readonly string[] {
  return options.filter((option) => option.separates === separates).map(({ option }) => option);
}

describe('two verifiers that differ in one option', () => {
  it.each(options)(
    '[OPTIONS-SHARING] $option: keep apart as its record says: $separates',
    async ({ option, separates }) => {
      const pair = pairs[option];
      if (pair === undefined) throw new Error(`Add two values of the option ${option} to this test`);
      expect(await sharedBetween(pair)).toEqual(expected[separates]);
    },
  );

  const [one, other] = [() => ({ 'x-gateway': 'a' }), () => ({ 'x-gateway': 'a' })];

  it.each([
    ['keep apart', 'not the same', other, expected.entry],
    ['share', 'the same', one, expected.nothing],
  ])('[OPTIONS-SHARING] %s if their functions for headers are %s', async (_what, _how, headers, shared) => {
    expect(await sharedBetween([{ http: { headers: one } }, { http: { headers } }])).toEqual(shared);
  });

  it('keep apart what is fetched in another way, and nothing else', () => {
    expect(separating('pool')).toEqual([
      'http.timeout',
      'http.connections',
      'http.maxResponseSize',
      'http.dispatcher',
      'http.fetch',
    ]);
    expect(separating('entry')).toEqual([
      'issuer',
      'metadataUri',
      'jwksUri',
      'jwks',
      'clock',
      'keyCache.ttl',
      'keyCache.refreshAhead',
      'keyCache.staleFor',
      'http.headers',
      'http.dangerouslyAllowInsecure',
    ]);
  });

  it('are tried for the options of the table, and for no other', () => {
    expect(Object.keys(pairs).toSorted()).toEqual(options.map(({ option }) => option).toSorted());
  });
});

describe('two verifiers', () => {
  const dispatcher = fakeDispatcher();

  it.each<readonly [string, object, object]>([
    [
      'a default and the same value in words',
      {},
      { http: { timeout: 5, headers: {} }, keyCache: { staleFor: 86_400 } },
    ],
    ['no token cache', {}, { tokenCache: false }],
    ['equal lists', ...twice(() => ({ http: { dangerouslyAllowInsecure: ['http://a:1', 'http://b:2'] } }))],
    ['equal headers', ...twice(() => ({ http: { headers: { 'x-gateway': 'a' } } }))],
    ['equal key sets', ...twice(() => ({ jwks: structuredClone(keySetOf(key)) }))],
    ['one dispatcher', ...twice(() => ({ http: { dispatcher } }))],
    ['one fetch', ...twice(() => ({ http: { fetch: firstFake.fetch } }))],
  ])('share everything with %s', async (_name, first, second) => {
    expect(await sharedBetween([first, second])).toEqual(expected.nothing);
  });
});

function twice(create: () => object): Pair {
  return [create(), create()];
}
