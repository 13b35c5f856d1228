// The cost of a DPoP proof: `npm run proof-cost`. Prints the time of a request with a proof as a multiple of a token that
// was seen before and one signature, and the time of each refusal as a multiple of an accepted proof.
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { createVerifier, fromNodeRequest, type NodeRequest, type Verifier } from '@verifier/core';

const issuer = 'https://issuer.example';
const audience = 'api://cost';
const publicUrl = 'https://api.example';
const rounds = 40;
const perRound = 100;

interface Pair {
  readonly alg: string;
  readonly hash: string | null;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function pair(alg: string, keys: { publicKey: KeyObject; privateKey: KeyObject }): Pair {
  return { alg, hash: alg === 'EdDSA' ? null : `sha${alg.slice(2)}`, ...keys };
}

const issuerKey = pair('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }));
const clients: readonly Pair[] = [
  pair('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  pair('EdDSA', generateKeyPairSync('ed25519')),
  pair('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
];
const stranger = pair('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }));

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
const jwkOf = ({ publicKey }: Pair): Record<string, unknown> => ({ ...publicKey.export({ format: 'jwk' }) });

function signed({ hash, privateKey }: Pair, header: object, claims: object): string {
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

function thumbprint(key: Pair): string {
  const { kty, crv, x, y, n, e } = jwkOf(key);
  if (kty === 'RSA') return sha256(JSON.stringify({ e, kty, n }));
  return sha256(JSON.stringify(y === undefined ? { crv, kty, x } : { crv, kty, x, y }));
}

function tokenOf(cnf: object | undefined): string {
  const claims = { iss: issuer, aud: audience, sub: 'subject', exp: 4_102_444_800, client_id: 'client', cnf };
  return signed(issuerKey, { alg: 'RS256', kid: 'key', typ: 'at+jwt' }, claims);
}

interface Differences {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: Pair;
}

function proofOf(client: Pair, token: string, { claims, header, key = client }: Differences): string {
  const iat = Math.floor(Date.now() / 1000);
  const all = { jti: randomUUID(), htm: 'GET', htu: `${publicUrl}/orders`, iat, ath: sha256(token), ...claims };
  return signed(key, { alg: key.alg, typ: 'dpop+jwt', jwk: jwkOf(client), ...header }, all);
}

function requestOf(authorization: string, dpop?: string): NodeRequest {
  const headers = { authorization, ...(dpop !== undefined && { dpop }) };
  return { method: 'GET', url: '/orders', headers, rawHeaders: Object.entries(headers).flat() };
}

/** Microseconds for one call with each item: the least of several rounds, because other load only adds to it. */
async function time<TItem>(items: readonly TItem[], call: (item: TItem) => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start + perRound <= items.length; start += perRound) {
    const round = items.slice(start, start + perRound);
    const from = performance.now();
    for (const item of round) {
      const result = call(item);
      if (result instanceof Promise) await result;
    }
    least = Math.min(least, ((performance.now() - from) * 1000) / perRound);
  }
  return least;
}

const times = <TItem>(create: () => TItem): TItem[] => Array.from({ length: rounds * perRound }, create);

async function expectCode(verifier: Verifier, request: NodeRequest, expected: string): Promise<void> {
  const result = await verifier.authenticate(fromNodeRequest(request));
  const code = result.ok ? 'granted' : result.error.code;
  if (code !== expected) throw new Error(`The code is ${code} and not ${expected}`);
}

const refusals: readonly (readonly [name: string, code: string, differences: Differences])[] = [
  ['another signature', 'ERR_PROOF_SIGNATURE', { claims: {}, header: {} }],
  ['the key of a stranger', 'ERR_BINDING_MISMATCH', { header: { jwk: jwkOf(stranger), alg: 'ES256' }, key: stranger }],
  ['another method', 'ERR_PROOF_CLAIM', { claims: { htm: 'POST' } }],
  ['another path', 'ERR_PROOF_CLAIM', { claims: { htu: `${publicUrl}/other` } }],
  ['a path of 5,000 dot segments', 'ERR_PROOF_CLAIM', { claims: { htu: `${publicUrl}${'/..'.repeat(1700)}/x` } }],
  ['a long identifier', 'ERR_PROOF_CLAIM', { claims: { jti: 'a'.repeat(5000) } }],
  ['an old time', 'ERR_PROOF_TIME', { claims: { iat: 1 } }],
];

async function measure(client: Pair): Promise<void> {
  const options = { issuer, audience, jwks: Object({ keys: [{ ...jwkOf(issuerKey), kid: 'key', alg: 'RS256' }] }) };
  const verifier = createVerifier({ ...options, dpop: { publicUrl } });
  const authenticate = (request: NodeRequest): unknown => verifier.authenticate(fromNodeRequest(request));
  const bearer = tokenOf(undefined);
  const token = tokenOf({ jkt: thumbprint(client) });
  const authorization = `DPoP ${token}`;
  await expectCode(verifier, requestOf(`Bearer ${bearer}`), 'granted');
  await expectCode(verifier, requestOf(authorization, proofOf(client, token, {})), 'granted');

  const seen = await time(
    times(() => requestOf(`Bearer ${bearer}`)),
    authenticate,
  );
  const parts = proofOf(client, token, {}).split('.');
  const input = Buffer.from(parts.slice(0, 2).join('.'));
  const signature = Buffer.from(parts[2] ?? '', 'base64url');
  const key = Object.assign(client.publicKey, { dsaEncoding: 'ieee-p1363' as const });
  const one = await time(
    times(() => input),
    (text) => verify(client.hash, text, key, signature),
  );
  const withProof = await time(
    times(() => requestOf(authorization, proofOf(client, token, {}))),
    authenticate,
  );
  const ratio = withProof / (seen + one);
  const micro = (value: number): string => `${value.toFixed(1)} us`;
  console.log(
    `${client.alg}: with a proof ${micro(withProof)} = ${ratio.toFixed(2)} x (seen token ${micro(seen)} + signature ${micro(one)})`,
  );
  for (const [name, code, differences] of refusals) {
    const forged = (): string => {
      const proof = proofOf(client, token, differences);
      if (code !== 'ERR_PROOF_SIGNATURE') return proof;
      return `${proof.split('.').slice(0, 2).join('.')}.${proofOf(client, token, {}).split('.')[2]}`;
    };
    await expectCode(verifier, requestOf(authorization, forged()), code);
    const refused = await time(
      times(() => requestOf(authorization, forged())),
      authenticate,
    );
    console.log(`  ${(refused / withProof).toFixed(2)} accepted proofs, ${micro(refused)}: ${name}`);
  }
  await verifier.close();
}

for (const client of clients) await measure(client);
