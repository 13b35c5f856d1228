import { constants, type SignKeyObjectInput, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { SigningKey } from './keys.ts';

/** The claims that differ between valid and invalid tokens. */
export interface TokenClaims {
  readonly iss: string;
  readonly aud: string;
  readonly exp?: number;
}

const signInPool = promisify(sign);

/** Signs a number of different tokens, using all cores. */
export async function signTokens(key: SigningKey, claims: TokenClaims, count: number, from = 0): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => signToken(key, claims, from + index)));
}

/** Signs a token of the size and shape that an Okta authorization server issues. */
export async function signToken(key: SigningKey, claims: TokenClaims, number = 0): Promise<string> {
  const header = encode({ kid: key.kid, alg: key.alg, typ: 'JWT' });
  const signingInput = `${header}.${encode(claimsOf(claims, number))}`;
  const signature = await signInPool(hashOf(key), Buffer.from(signingInput), inputOf(key));
  return `${signingInput}.${signature.toString('base64url')}`;
}

function claimsOf({ iss, aud, exp }: TokenClaims, number: number): object {
  const now = Math.floor(Date.now() / 1000);
  const id = number.toString(36).padStart(6, '0');
  return {
    ver: 1,
    jti: `AT.k7Zq0cR1tYbT9wGm3nJxVfUeDhLs5oPa2iEr8${id}`,
    iss,
    aud,
    iat: now,
    exp: exp ?? now + 7200,
    cid: '0oa1b2c3d4e5f6g7h8i9',
    uid: `00u9z8y7x6w5v4u${id}`,
    scp: ['openid', 'profile', 'read:orders', 'write:orders'],
    auth_time: now - 60,
    sub: `customer.${id}@example.com`,
    groups: ['Everyone', 'Orders', 'Administrators of orders'],
  };
}

function hashOf({ alg }: SigningKey): string | null {
  if (alg === 'EdDSA') return null;
  return alg === 'ES384' ? 'sha384' : 'sha256';
}

function inputOf({ alg, privateKey }: SigningKey): SignKeyObjectInput {
  if (alg.startsWith('ES')) return { key: privateKey, dsaEncoding: 'ieee-p1363' };
  if (alg !== 'PS256') return { key: privateKey };
  return { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
