import fc from 'fast-check';
import { createLocalJWKSet, type JSONWebKeySet as JoseKeySet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { type Algorithm, allAlgorithms } from '../../src/crypto/algorithms.ts';
import { isAuthError, isConfigurationError, type JSONWebKeySet } from '../../src/index.ts';
import { createFakeClock } from '../fixtures/fake-clock.ts';
import { audience, claimsWith, issuer, mintText, now } from '../fixtures/mint.ts';
import { createTestKey, signWith, type TestKey } from '../fixtures/test-key.ts';
import { engines, verifierOn } from '../fixtures/verifiers.ts';

const sets = Number(process.env['VERIFIER_KEY_SETS'] ?? 2500);
const seed = Number(process.env['VERIFIER_SEED'] ?? 20_290_317);

const pool: readonly TestKey[] = [
  ...[
    createTestKey('Ed25519', 'k'),
    createTestKey('ES256', 'k'),
    createTestKey('ES384', 'k'),
    createTestKey('RS256', 'k'),
  ],
  ...[createTestKey('PS512', 'k', 'second'), createTestKey('ES256', 'l'), createTestKey('Ed25519', 'l')],
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
  key_ops: fc.constantFrom<unknown>(['verify'], ['sign'], ['verify', 'encrypt'], [], undefined, null, 'verify', {}),
  kid: fc.constantFrom<unknown>('k', 'l', 'm', '', undefined, null, 5),
  ...Object.fromEntries(
    ['x', 'y', 'n', 'e'].map((name) => [
      name,
      fc.oneof(odd, fc.constantFrom('AQAB', 'AQ', 'A'.repeat(43), `AA${'A'.repeat(41)}`)),
    ]),
  ),
  x5c: fc.constantFrom<unknown>(['AA'], 'x', []),
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
}

const header: fc.Arbitrary<Header> = fc.record({
  alg: fc.oneof(
    { weight: 4, arbitrary: fc.constant('own') },
    { weight: 1, arbitrary: fc.constantFrom(...allAlgorithms, 'EdDSA') },
  ),
  kid: fc.constantFrom<unknown>('k', 'k', 'l', 'm', undefined),
});

function at(index: number): TestKey {
  const found = pool[index];
  if (found === undefined) throw new Error('There is no such key');
  return found;
}

function tokenOf(index: number, { alg, kid }: Header): string {
  const signer = at(index);
  const named = alg === 'own' ? signer.alg : (alg as Algorithm);
  const isRsa = ['RS', 'PS'].includes(signer.alg.slice(0, 2)) && ['RS', 'PS'].includes(named.slice(0, 2));
  const sign = isRsa ? (input: string) => signWith(named, signer.privateKey, input) : signer.sign;
  return mintText({ ...signer, sign }, JSON.stringify({ alg: named, kid }), JSON.stringify(claimsWith()));
}

const edwards: readonly unknown[] = ['EdDSA', 'Ed25519'];

/** One member alone, under the one of the two names of Ed25519 that the token uses. */
function alone(jwk: unknown, { alg }: Header, signer: number): unknown {
  // WebCrypto wants an operation of a public key to be "verify" and nothing else; here it has to be among them.
  const { alg: bound, key_ops: operations, ...others } = jwk as Jwk;
  const ops = Array.isArray(operations) && operations.includes('verify') ? ['verify'] : operations;
  const named = alg === 'own' ? at(signer).alg : alg;
  const kept = ops === undefined ? others : { ...others, key_ops: ops };
  return { keys: [{ ...kept, alg: edwards.includes(bound) && edwards.includes(named) ? named : bound }] };
}

async function byJose(jwks: unknown, token: string): Promise<string> {
  try {
    const set = createLocalJWKSet(jwks as JoseKeySet);
    await jwtVerify(token, set, {
      issuer,
      audience,
      algorithms: [...allAlgorithms, 'EdDSA'],
      currentDate: new Date(now * 1000),
    });
    return 'let in';
  } catch (error) {
    return error instanceof Error ? error.name : 'something';
  }
}

async function here(engine: (typeof engines)[number], jwks: unknown, token: string): Promise<string> {
  try {
    const options = {
      issuer,
      audience,
      clock: createFakeClock(),
      jwks: jwks as JSONWebKeySet,
      tokenCache: false,
    } as const;
    const verifier = verifierOn(engine, options);
    await verifier.verify(token).finally(() => verifier.close());
    return 'let in';
  } catch (error) {
    if (isAuthError(error) || isConfigurationError(error)) return error.code;
    throw error;
  }
}

/** Why a key set that jose takes is refused here, or a key of it not used. */
const stricter: readonly string[] = [
  // A private or symmetric key in what an operator gave, or no usable key at all.
  'ERR_CONFIG_INVALID',
  // A key that jose would import with what a header asks for, and that is bound to something else here.
  'ERR_KEY_NOT_FOUND',
  'ERR_ALG_NOT_ALLOWED',
  // Two keys that differ in members that jose compares and that do not matter here.
  'ERR_KEY_AMBIGUOUS',
];

it(
  `over ${sets} key sets, nothing is accepted that jose refuses, on either engine`,
  async () => {
    const tally = { both: 0, neither: 0, joseOnly: 0 };
    const property = fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 4 }),
      key,
      header,
      async (jwks, signer, parameters) => {
        const token = tokenOf(signer, parameters);
        const judged = await Promise.all(engines.map((engine) => here(engine, { keys: jwks }, token)));
        const [first = ''] = judged;
        expect(new Set(judged).size).toBe(1);
        // jose takes nothing of a set with a member that is no object, nor of one with two keys for the same thing, even
        // where one of them is broken; here broken members are passed over. What counts is whether some key fits.
        const candidates = jwks.filter(isObject);
        const alike = await Promise.all(candidates.map((jwk) => byJose(alone(jwk, parameters, signer), token)));
        if (first === 'let in') expect(alike).toContain('let in');
        const there = await byJose({ keys: candidates }, token);
        if (first !== 'let in' && there === 'let in') expect(stricter).toContain(first);
        tally[first === 'let in' ? 'both' : there === 'let in' ? 'joseOnly' : 'neither'] += 1;
      },
    );
    await fc.assert(property, { numRuns: sets, seed });
    expect(Math.min(tally.both, tally.neither) / sets).toBeGreaterThan(0.05);
  },
  Math.max(60_000, sets * 40),
);
