import fc from 'fast-check';
import { createLocalJWKSet, type JSONWebKeySet as JoseKeySet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { type Algorithm, allAlgorithms } from '../../src/crypto/algorithms.ts';
import { isAuthError, isConfigurationError, type JSONWebKeySet } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { audience, claimsWith, issuer, now, signText } from '../support/sign-token.ts';
import { generateTestKey, signWith, type TestKey } from '../support/test-key.ts';
import { engines, verifierOn } from '../support/verifiers.ts';

const sets = Number(process.env['VERIFIER_KEY_SETS'] ?? 2500);
const seed = Number(process.env['VERIFIER_SEED'] ?? 20_290_317);

const pool: readonly TestKey[] = [
  ...[
    generateTestKey('Ed25519', 'k'),
    generateTestKey('ES256', 'k'),
    generateTestKey('ES384', 'k'),
    generateTestKey('RS256', 'k'),
  ],
  ...[generateTestKey('PS512', 'k', 'second'), generateTestKey('ES256', 'l'), generateTestKey('Ed25519', 'l')],
];

type Jwk = Readonly<Record<string, unknown>>;

const odd = fc.constantFrom<unknown>(undefined, null, '', 0, 5, true, [], {}, ['x'], 'x', '__proto__');

const members: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  kty: fc.constantFrom<unknown>('RSA', 'EC', 'OKP', 'oct', 'ec', 'AKP', undefined, null, 5),
  crv: fc.constantFrom<unknown>('P-256', 'P-384', 'P-521', 'Ed25519', 'X25519', 'secp256k1', undefined, null),
  alg: fc.constantFrom<unknown>(
    ...allAlgorithms,
    'EdDSA',
    'none',
    'HS256',
    'RSA-OAEP',
    'ES256K',
    undefined,
    null,
    '',
    5,
  ),
  use: fc.constantFrom<unknown>('sig', 'enc', 'SIG', undefined, null, '', 5, ['sig']),
  key_ops: fc.constantFrom<unknown>(
    ['verify'],
    ['sign'],
    ['verify', 'encrypt'],
    ['verify', 'verify'],
    ['verify', 1],
    [],
    undefined,
    null,
    'verify',
    {},
  ),
  kid: fc.constantFrom<unknown>('k', 'l', 'm', '', undefined, null, 5),
  ...Object.fromEntries(
    ['x', 'y', 'n', 'e'].map((name) => [
      name,
      fc.oneof(odd, fc.constantFrom('AQAB', 'AQ', 'A'.repeat(43), `AA${'A'.repeat(41)}`)),
    ]),
  ),
  x5c: fc.constantFrom<unknown>(['AA'], 'x', [], null),
  x5t: fc.constantFrom<unknown>('a', 'b', '', null, 5),
  'x5t#S256': fc.constantFrom<unknown>('a', 'b', '', null, 5),
  d: fc.constantFrom<unknown>(null, '', [], 'AQAB'),
};

const change = fc
  .constantFrom(...Object.keys(members))
  .chain((name) => fc.tuple(fc.constant(name), members[name] ?? odd));

const key = fc.nat(pool.length - 1);

const member: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(key, fc.array(change, { maxLength: 2 })).map(([index, changes]): Jwk => {
      const { jwk } = at(index);
      return Object.fromEntries(
        Object.entries({ ...jwk, ...Object.fromEntries(changes) }).filter(([, value]) => value !== undefined),
      );
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 5, 'x', [], {}, true) },
);

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Header {
  readonly alg: unknown;
  readonly kid: unknown;
  readonly x5t: unknown;
  readonly 'x5t#S256': unknown;
}

const header: fc.Arbitrary<Header> = fc.record({
  alg: fc.oneof(
    { weight: 4, arbitrary: fc.constant('own') },
    { weight: 1, arbitrary: fc.constantFrom(...allAlgorithms, 'EdDSA') },
  ),
  kid: fc.constantFrom<unknown>('k', 'k', 'l', 'm', undefined),
  x5t: fc.constantFrom<unknown>(undefined, undefined, 'a', 'b', 5),
  'x5t#S256': fc.constantFrom<unknown>(undefined, undefined, 'a', 'b', null),
});

function at(index: number): TestKey {
  const found = pool[index];
  if (found === undefined) throw new Error('There is no such key');
  return found;
}

function tokenOf(index: number, { alg, ...names }: Header): string {
  const signer = at(index);
  const named = alg === 'own' ? signer.alg : (alg as Algorithm);
  const isRsa = ['RS', 'PS'].includes(signer.alg.slice(0, 2)) && ['RS', 'PS'].includes(named.slice(0, 2));
  const sign = isRsa ? (input: string) => signWith(named, signer.privateKey, input) : signer.sign;
  return signText({ ...signer, sign }, JSON.stringify({ alg: named, ...names }), JSON.stringify(claimsWith()));
}

const edwards: readonly unknown[] = ['EdDSA', 'Ed25519'];

const optional = ['alg', 'use', 'key_ops', 'kid', 'x5c', 'x5t', 'x5t#S256', 'd'];

/** Returns a JWK without the optional members that count as absent here: `null`, and empty ones except `kid`. */
function withValues(jwk: Jwk): Jwk {
  const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);
  const isAbsent = ([name, value]: [string, unknown]): boolean =>
    optional.includes(name) && (value === null || (name !== 'kid' && isEmpty(value)));
  return Object.fromEntries(Object.entries(jwk).filter((member) => !isAbsent(member)));
}

/** Returns a key set of one member. `Ed25519` and `EdDSA` are one algorithm: it takes the name that the token uses. */
function setOfOne(jwk: unknown, { alg }: Header, signer: number): unknown {
  // WebCrypto accepts `key_ops` of a public key only if it is exactly ["verify"]; this project, if it includes it.
  const { alg: bound, key_ops: operations, ...others } = withValues(jwk as Jwk);
  const isList = Array.isArray(operations) && operations.every((each) => typeof each === 'string');
  const isUsable = isList && operations.includes('verify') && new Set(operations).size === operations.length;
  const ops = isUsable ? ['verify'] : operations;
  const named = alg === 'own' ? at(signer).alg : alg;
  const kept = ops === undefined ? others : { ...others, key_ops: ops };
  if (bound === undefined) return { keys: [kept] };
  return { keys: [{ ...kept, alg: edwards.includes(bound) && edwards.includes(named) ? named : bound }] };
}

async function outcomeOfJose(jwks: unknown, token: string): Promise<string> {
  try {
    const set = createLocalJWKSet(jwks as JoseKeySet);
    await jwtVerify(token, set, {
      issuer,
      audience,
      algorithms: [...allAlgorithms, 'EdDSA'],
      currentDate: new Date(now * 1000),
    });
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

async function outcomeOf(engine: (typeof engines)[number], jwks: unknown, token: string): Promise<string> {
  try {
    const options = {
      issuer,
      audience,
      clock: new FakeClock(),
      jwks: jwks as JSONWebKeySet,
      tokenCache: false,
    } as const;
    const verifier = verifierOn(engine, options);
    await verifier.verify(token).finally(() => verifier.close());
    return 'accepted';
  } catch (error) {
    if (isAuthError(error) || isConfigurationError(error)) return error.code;
    throw error;
  }
}

/** The codes with which this project may refuse a token that jose accepts. */
const stricter: readonly string[] = [
  // The configured set contains a private or symmetric key, or no usable key.
  'ERR_CONFIG_INVALID',
  // jose imports the key with the algorithm of the token; here the key is bound to another one.
  'ERR_KEY_NOT_FOUND',
  'ERR_ALG_NOT_ALLOWED',
  // Two keys differ only in members that jose uses to select one.
  'ERR_KEY_AMBIGUOUS',
];

it(
  `[SECURITY-JOSE-KEY-SETS] neither engine accepts a token that jose refuses, over ${sets} random key sets`,
  async () => {
    const tally = { both: 0, neither: 0, joseOnly: 0 };
    const property = fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 4 }),
      key,
      header,
      async (jwks, signer, parameters) => {
        const token = tokenOf(signer, parameters);
        const outcomes = await Promise.all(engines.map((engine) => outcomeOf(engine, { keys: jwks }, token)));
        const [first = ''] = outcomes;
        expect(new Set(outcomes).size).toBe(1);
        // jose refuses the whole set if a member is not an object, or if two keys fit and one of them is broken. This
        // project skips broken members. So the comparison is whether any single key of the set fits.
        const candidates = jwks.filter(isObject);
        const single = await Promise.all(
          candidates.map((jwk) => outcomeOfJose(setOfOne(jwk, parameters, signer), token)),
        );
        if (first === 'accepted') expect(single).toContain('accepted');
        const jose = await outcomeOfJose({ keys: candidates }, token);
        if (first !== 'accepted' && jose === 'accepted') expect(stricter).toContain(first);
        tally[first === 'accepted' ? 'both' : jose === 'accepted' ? 'joseOnly' : 'neither'] += 1;
      },
    );
    await fc.assert(property, { numRuns: sets, seed });
    expect(Math.min(tally.both, tally.neither) / sets).toBeGreaterThan(0.05);
  },
  Math.max(60_000, sets * 40),
);
