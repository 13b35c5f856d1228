import { createHash } from 'node:crypto';
import { type Algorithm, allAlgorithms } from '../../../src/crypto/algorithms.ts';
import { signToken } from '../../support/sign-token.ts';
import type { TestKey } from '../../support/test-key.ts';
import { type Attack, attacks, type StepsRow, type TokenRow } from '../attack.ts';
import type { AttackKeys } from '../attack-keys.ts';
import { selfSignedCertificate } from './certificate.ts';
import { pairs } from './tokens.ts';

type Parameters = Readonly<Record<string, unknown>>;
type Brings = (attackerKey: TestKey, keys: AttackKeys) => Parameters;

const evil = 'https://attacker.example';

function certificateOf({ attackerKey }: AttackKeys): Buffer {
  return selfSignedCertificate(attackerKey('ES256'), 'issuer.example');
}

const brought: Readonly<Record<string, Brings>> = {
  jwk: ({ jwk }) => ({ jwk }),
  'jwk-with-the-kid-of-the-issuer': ({ jwk }, { key }) => ({ jwk: { ...jwk, kid: key('ES256').kid } }),
  'jwk-with-its-private-part': ({ privateKey }) => ({ jwk: privateKey.export({ format: 'jwk' }) }),
  'jwk-as-a-set': ({ jwk }) => ({ jwk: { keys: [jwk] }, jwks: { keys: [jwk] } }),
  'jwk-of-type-oct': () => ({ jwk: { kty: 'oct', k: '' } }),
  jku: () => ({ jku: `${evil}/keys` }),
  'jku-without-tls': () => ({ jku: 'http://attacker.example/keys' }),
  'jku-of-the-issuer-by-a-redirect': () => ({ jku: `https://issuer.example/out?to=${evil}/keys` }),
  'jku-with-the-issuer-before-an-at-sign': () => ({ jku: 'https://issuer.example@attacker.example/keys' }),
  'jku-of-a-file': () => ({ jku: 'file:///etc/passwd' }),
  'jku-as-data': ({ jwk }) => ({ jku: `data:application/json,${encodeURIComponent(JSON.stringify({ keys: [jwk] }))}` }),
  'jku-of-this-machine': () => ({ jku: 'http://127.0.0.1:1/keys' }),
  'jku-of-the-cloud': () => ({ jku: 'http://169.254.169.254/latest/meta-data/' }),
  x5u: () => ({ x5u: `${evil}/chain.pem` }),
  'x5u-of-this-machine': () => ({ x5u: 'http://localhost:1/chain.pem' }),
  x5c: (_, keys) => ({ x5c: [certificateOf(keys).toString('base64')] }),
  'x5c-and-thumbprints': (_, keys) => ({
    x5c: [certificateOf(keys).toString('base64')],
    x5t: createHash('sha1').update(certificateOf(keys)).digest('base64url'),
    'x5t#S256': createHash('sha256').update(certificateOf(keys)).digest('base64url'),
  }),
  'everything-at-once': ({ jwk }, keys) => ({
    jwk,
    jku: `${evil}/keys`,
    x5u: `${evil}/chain.pem`,
    x5c: [certificateOf(keys).toString('base64')],
  }),
};

const used: readonly Algorithm[] = ['ES256', 'RS256', 'PS256', 'Ed25519'];

const selfSigned = pairs(Object.entries(brought), used).flatMap(([[name, brings], alg]): TokenRow[] => {
  const token = (kid: string | undefined) => (keys: AttackKeys) => {
    const attackerKey = keys.attackerKey(alg);
    return signToken(attackerKey, {}, { ...brings(attackerKey, keys), kid });
  };
  const how = `the attacker's ${alg} key signed, and the header contains ${name.replaceAll('-', ' ')}`;
  return [
    { id: `${name}/${alg}/kid-of-the-issuer`, how, code: 'ERR_SIGNATURE_INVALID', token: token(alg) },
    { id: `${name}/${alg}/kid-of-the-attacker`, how, code: 'ERR_KEY_NOT_FOUND', token: token('attacker') },
    { id: `${name}/${alg}/without-kid`, how, code: 'ERR_SIGNATURE_INVALID', token: token(undefined) },
  ];
});

const remotely = Object.entries(brought).map(
  ([name, brings]): StepsRow => ({
    id: `${name}/fetching-verifier`,
    how: `the same with fetched keys: only the issuer is contacted`,
    code: 'ERR_KEY_NOT_FOUND',
    requests: 3,
    run: async (context) => {
      const attackerKey = context.keys.attackerKey('ES256');
      const token = signToken(attackerKey, {}, { ...brings(attackerKey, context.keys), kid: 'attacker' });
      const verifier = context.remoteVerifier();
      await verifier.verify(signToken(context.keys.key('ES256')));
      const code = await context.codeOf(verifier.verify(token));
      const elsewhere = context.fakeIssuer.requests.filter((url) => !url.startsWith('https://issuer.example/'));
      if (elsewhere.length > 0) throw new Error(`${elsewhere} was requested, after ${code}`);
      return context.verifier().verify(token);
    },
  }),
);

const noKeyAtAll = allAlgorithms.map(
  (alg): TokenRow => ({
    id: `jwk/${alg}/no-key-of-that-kind`,
    how: `the header contains an ${alg} key, and the issuer has only RS256 keys`,
    code: alg === 'RS256' ? 'ERR_SIGNATURE_INVALID' : 'ERR_KEY_NOT_FOUND',
    options: ({ key }) => ({ jwks: { keys: [key('RS256').jwk] } }),
    token: ({ attackerKey }) => signToken(attackerKey(alg), {}, { jwk: attackerKey(alg).jwk, kid: undefined }),
  }),
);

/** Keys and URLs of keys in the header of a token, which are never read. */
export const headerKeyAttacks: readonly Attack[] = attacks(7, [...selfSigned, ...remotely, ...noKeyAtAll]);
