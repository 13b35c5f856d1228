// The lower bound for a verifier on Node.js: decode, verify the signature, parse the claims. It reads no header and
// validates no claim. Options are set on the key itself: an object around the key costs Node.js 24 a third of the time.
import { constants, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { AlgorithmName } from '../plan.ts';
import type { PublicKey } from '../tokens/keys.ts';
import { type Contestant, concurrency, type Open } from './contestant.ts';

interface Parts {
  readonly signingInput: Buffer;
  readonly signature: Buffer;
  readonly claims: Buffer;
}

const hashes: Readonly<Record<AlgorithmName, string | null>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  ES384: 'sha384',
  EdDSA: null,
};

export const open: Open = async ({ jwksUri, algorithm }) => {
  const response = await fetch(jwksUri);
  const { keys } = (await response.json()) as { keys: [PublicKey] };
  const key = keyFor(keys[0], algorithm);
  const verifyOne = syncLimit(key, hashes[algorithm]);
  return {
    verifySync: verifyOne,
    verifyMany: callbackLimit(key, hashes[algorithm]),
    verifyRepeated: cacheLimit(verifyOne),
  };
};

function keyFor(jwk: PublicKey, algorithm: AlgorithmName): KeyObject {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  if (algorithm.startsWith('ES')) return Object.assign(key, { dsaEncoding: 'ieee-p1363' });
  if (algorithm !== 'PS256') return key;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return Object.assign(key, { padding, saltLength });
}

function decode(token: string): Parts {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  return {
    signingInput: Buffer.from(token.slice(0, second), 'latin1'),
    signature: Buffer.from(token.slice(second + 1), 'base64url'),
    claims: Buffer.from(token.slice(first + 1, second), 'base64url'),
  };
}

function syncLimit(key: KeyObject, hashName: string | null): (token: string) => unknown {
  return (token) => {
    const { signingInput, signature, claims } = decode(token);
    if (!verify(hashName, signingInput, key, signature)) throw new Error('The signature is invalid');
    return JSON.parse(claims.toString());
  };
}

function callbackLimit(key: KeyObject, hashName: string | null): NonNullable<Contestant['verifyMany']> {
  return (next, until) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let verified = 0;
    let inFlight = 0;
    const start = (): void => {
      const { signingInput, signature, claims } = decode(next());
      inFlight += 1;
      verify(hashName, signingInput, key, signature, (error, isValid) => {
        inFlight -= 1;
        if (error !== null || !isValid) return reject(error ?? new Error('The signature is invalid'));
        JSON.parse(claims.toString());
        verified += 1;
        if (!until()) start();
        else if (inFlight === 0) resolve(verified);
      });
    };
    for (let index = 0; index < concurrency; index += 1) start();
    return promise;
  };
}

const cachedTokens = 5000;

/** A cache by SHA-256 of the token: one hash and one look-up. */
export function cacheLimit(
  verifyOne: (token: string) => unknown,
  digestOf: (token: string) => string = (token) => hash('sha256', token, 'binary'),
): (token: string) => unknown {
  const known = new Map<string, unknown>();
  return (token) => {
    const digest = digestOf(token);
    const found = known.get(digest);
    if (found !== undefined) return found;
    const claims = verifyOne(token);
    known.set(digest, claims);
    if (known.size > cachedTokens) known.delete(known.keys().next().value ?? '');
    return claims;
  };
}
