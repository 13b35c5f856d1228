import { createHmac, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../../../src/crypto/algorithms.ts';
import { claimsWith, encode, signToken } from '../../support/sign-token.ts';
import { keySetOf, type TestKey } from '../../support/test-key.ts';
import { type Attack, attacks, type StepsRow, type TokenRow } from '../attack.ts';
import type { AttackKeys } from '../attack-keys.ts';
import { pairs, shown } from './tokens.ts';

const hashes = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const;
type Mac = keyof typeof hashes;
const macs = Object.keys(hashes) as Mac[];

function macToken(alg: string, mac: Mac, kid: string | undefined, key: string | Uint8Array): string {
  const header = encode(JSON.stringify({ alg, kid, typ: 'at+jwt' }));
  const input = `${header}.${encode(JSON.stringify(claimsWith()))}`;
  return `${input}.${createHmac(hashes[mac], key).update(input).digest('base64url')}`;
}

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const spkiDer = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const jwkOf = (key: KeyObject): Readonly<Record<string, unknown>> => ({ ...key.export({ format: 'jwk' }) });
const pointOf = (key: KeyObject): Buffer => Buffer.from(String(jwkOf(key)['x']), 'base64url');

/** Every form in which public keys are commonly stored. */
const encodings: Readonly<Record<string, (key: KeyObject) => string | Uint8Array>> = {
  'SPKI in PEM': spki,
  'SPKI in PEM without its last newline': (key) => spki(key).trimEnd(),
  'SPKI in PEM with two newlines': (key) => `${spki(key)}\n`,
  'SPKI in PEM with CRLF': (key) => spki(key).replaceAll('\n', '\r\n'),
  'SPKI in PEM on one line': (key) => spki(key).replaceAll('\n', ''),
  'SPKI in PEM with escaped newlines': (key) => spki(key).replaceAll('\n', '\\n'),
  'SPKI in PEM after a space': (key) => ` ${spki(key)}`,
  'SPKI in PEM after a newline': (key) => `\n${spki(key)}`,
  'SPKI in PEM after a byte order mark': (key) => `\uFEFF${spki(key)}`,
  'SPKI in PEM after a comment': (key) => `# key\n${spki(key)}`,
  'SPKI in PEM after a bag attribute': (key) => `Bag Attributes: <No Attributes>\n${spki(key)}`,
  'SPKI in PEM twice': (key) => `${spki(key)}${spki(key)}`,
  'SPKI in DER': spkiDer,
  'SPKI in base64': (key) => spkiDer(key).toString('base64'),
  'SPKI in base64url': (key) => spkiDer(key).toString('base64url'),
  'SPKI in hexadecimal': (key) => spkiDer(key).toString('hex'),
  'a JWK': (key) => JSON.stringify(jwkOf(key)),
  'a JWK with alg': (key) => JSON.stringify({ ...jwkOf(key), alg: 'RS256' }),
  'a JWK set': (key) => JSON.stringify({ keys: [jwkOf(key)] }),
};

const ofRsa: typeof encodings = {
  'PKCS#1 in PEM': (key) => key.export({ type: 'pkcs1', format: 'pem' }),
  'PKCS#1 in PEM without its last newline': (key) => key.export({ type: 'pkcs1', format: 'pem' }).toString().trimEnd(),
  'PKCS#1 in DER': (key) => key.export({ type: 'pkcs1', format: 'der' }),
  'the modulus': (key) => Buffer.from(String(jwkOf(key)['n']), 'base64url'),
  'the modulus in base64url': (key) => String(jwkOf(key)['n']),
};

const ofCurves: typeof encodings = {
  'a coordinate': pointOf,
  'a coordinate in base64url': (key) => String(jwkOf(key)['x']),
};

const targets: readonly (readonly [Algorithm, typeof encodings])[] = [
  ['RS256', { ...encodings, ...ofRsa }],
  ['PS512', { ...encodings, ...ofRsa }],
  ['ES256', { ...encodings, ...ofCurves }],
  ['Ed25519', { ...encodings, ...ofCurves }],
];

const confusions = targets.flatMap(([alg, forms]) =>
  pairs(macs, Object.entries(forms)).map(
    ([mac, [form, encodeKey]]): TokenRow => ({
      id: `${mac}/${alg}/${form.replaceAll(' ', '-')}`,
      how: `${mac} with the public key ${alg} as ${form}`,
      code: 'ERR_ALG_NOT_ALLOWED',
      token: ({ key }) => macToken(mac, mac, alg, encodeKey(key(alg).publicKey)),
    }),
  ),
);

function withoutAlgorithm({ jwk: { alg: _, ...jwk } }: TestKey) {
  return { keys: [jwk as { kty: string }] };
}

const withoutAlg = pairs(macs, ['RS256', 'ES256', 'Ed25519'] as const).flatMap(([mac, alg]): TokenRow[] =>
  [alg, undefined].map((kid) => ({
    id: `${mac}/${alg}-without-alg/${kid === undefined ? 'no' : 'its'}-kid`,
    advisory: 'CVE-2026-22817, CVE-2026-22818',
    how: `${mac} with the public key, published without alg, as SPKI in PEM; ${kid === undefined ? 'no' : 'its'} kid`,
    code: 'ERR_ALG_NOT_ALLOWED',
    options: ({ key }) => ({ jwks: withoutAlgorithm(key(alg)) }),
    token: ({ key }) => macToken(mac, mac, kid, spki(key(alg).publicKey)),
  })),
);

// The MAC is labelled with an accepted algorithm, so that only its length differs.
const disguised = pairs(macs, ['RS256', 'PS256', 'ES256', 'Ed25519'] as const).map(
  ([mac, alg]): TokenRow => ({
    id: `${mac}-named-${alg}`,
    how: `${mac} with the public key as SPKI in PEM, labelled ${alg}`,
    code: 'ERR_SIGNATURE_INVALID',
    token: ({ key }) => macToken(alg, mac, alg, spki(key(alg).publicKey)),
  }),
);

const shared = Buffer.from('an oct key that was published by mistake');

function octSet({ key }: AttackKeys, mac: Mac) {
  return { keys: [{ kty: 'oct', k: shared.toString('base64url'), kid: 'oct', alg: mac }, key('ES256').jwk] };
}

const symmetric = macs.flatMap((mac): StepsRow[] => [
  {
    id: `${mac}/oct-in-a-key-set`,
    how: `${mac} with an oct key from the issuer's key set`,
    code: 'ERR_ALG_NOT_ALLOWED',
    run: (context) => {
      context.fakeIssuer.respondWith(() => Response.json(octSet(context.keys, mac)));
      return context
        .remoteVerifier({ jwksUri: 'https://issuer.example/keys' })
        .verify(macToken(mac, mac, 'oct', shared));
    },
  },
  {
    id: `${mac}/oct-key-by-name`,
    how: `a token with an accepted algorithm and the kid of an oct key`,
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: async (context) => {
      context.fakeIssuer.respondWith(() => Response.json(octSet(context.keys, mac)));
      const verifier = context.remoteVerifier({ jwksUri: 'https://issuer.example/keys' });
      await verifier.verify(signToken(context.keys.key('ES256')));
      return verifier.verify(macToken('ES256', mac, 'oct', shared));
    },
  },
  {
    id: `${mac}/oct-in-given-keys`,
    how: `a verifier is created with an oct key for ${mac}`,
    code: 'ERR_CONFIG_INVALID',
    run: (context) => context.verifier({ jwks: octSet(context.keys, mac) }),
  },
  {
    id: `${mac}/configured`,
    how: `a verifier is created with ${mac} in algorithms`,
    code: 'ERR_CONFIG_INVALID',
    run: (context) => context.verifier({ algorithms: ['ES256', mac] }),
  },
]);

const guessable: readonly (string | Uint8Array)[] = [
  ...['', ' ', '\u0000', '0', 'key', 'password', 'undefined', 'null', '[object Object]', '{}', '[object CryptoKey]'],
  ...[Buffer.alloc(32), Buffer.alloc(64)],
];

const guesses = pairs(macs, guessable).map(([mac, key]): TokenRow => {
  const name = typeof key === 'string' ? shown(key) : `${key.byteLength} zero bytes`;
  return {
    id: `${mac}/${name.replaceAll(' ', '-')}`,
    how: `${mac} with the key ${name}`,
    code: 'ERR_ALG_NOT_ALLOWED',
    token: () => macToken(mac, mac, 'ES256', key),
  };
});

const emptyKeys: readonly StepsRow[] = [
  ['an empty oct key', { kty: 'oct', k: '' }],
  ['an oct key without a value', { kty: 'oct' }],
].map(([name, jwk]) => ({
  id: `fetched/${String(name).replaceAll(' ', '-')}`,
  how: `HS256 with an empty key, and the issuer publishes ${name}`,
  code: 'ERR_ALG_NOT_ALLOWED',
  run: (context) => {
    context.fakeIssuer.respondWith(() => Response.json({ keys: [jwk, ...keySetOf(context.keys.key('ES256')).keys] }));
    return context.remoteVerifier().verify(macToken('HS256', 'HS256', undefined, ''));
  },
}));

/** MACs with published or guessable keys. */
export const macAttacks: readonly Attack[] = [
  ...attacks(2, [...confusions, ...withoutAlg, ...disguised, ...symmetric]),
  ...attacks(3, [...guesses, ...emptyKeys]),
];
