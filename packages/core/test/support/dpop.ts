import { createHash } from 'node:crypto';
import type { RequestLike } from '../../src/index.ts';
import { now, signText, signToken } from './sign-token.ts';
import type { TestKey } from './test-key.ts';

type Members = Readonly<Record<string, unknown>>;

/** The public URL of the API in tests, and the URL of its route. */
export const publicUrl = 'https://api.example';
const orders = 'https://api.example/orders';

/** The SHA-256 of ASCII text, in base64url. */
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** The public JWK of a key with its required members only. */
export function publicJwk({ publicKey }: TestKey): Record<string, string> {
  return publicKey.export({ format: 'jwk' }) as Record<string, string>;
}

/** The thumbprint of a key (RFC 7638). */
export function thumbprint(key: TestKey): string {
  const { kty, crv, x, y, n, e } = publicJwk(key);
  return sha256(JSON.stringify(kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }));
}

/** Signs an access token that is bound to a key. */
export function signBound(issuerKey: TestKey, clientKey: TestKey, claims: Members = {}): string {
  return signToken(issuerKey, { cnf: { jkt: thumbprint(clientKey) }, ...claims });
}

let ids = 0;

/** Signs a proof for `GET /orders`. Members given as undefined are left out. */
export function signProof(key: TestKey, token: string, claims: Members = {}, header: Members = {}): string {
  ids += 1;
  const fullHeader = { typ: 'dpop+jwt', alg: key.alg, jwk: publicJwk(key), ...header };
  const fullClaims = { jti: `id-${ids}`, htm: 'GET', htu: orders, iat: now, ath: sha256(token), ...claims };
  return signText(key, JSON.stringify(fullHeader), JSON.stringify(fullClaims));
}

/** A request for `GET /orders` with the scheme DPoP. */
export function dpopRequest(
  token: string,
  proof: string | readonly string[],
  more: Partial<RequestLike> = {},
): RequestLike {
  const headers: Readonly<Record<string, readonly string[]>> = {
    authorization: [`DPoP ${token}`],
    dpop: [proof].flat(),
  };
  return {
    method: 'GET',
    url: () => 'http://evil.example/other',
    target: () => '/orders',
    header: (name) => headers[name.toLowerCase()] ?? [],
    ...more,
  };
}
