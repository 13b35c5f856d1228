import { type KeyObject, randomUUID } from 'node:crypto';
import { CompactSign, type CryptoKey, type JWK } from 'jose';
import type { SigningKey } from './signing-key.ts';

/** Options of a signature; by default the issuer's own. */
export interface SignOptions {
  /** Members of the protected header; one given as undefined is left out. */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /** Algorithm; `none` leaves the signature empty. */
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
  /** Key to sign with; bytes for HMAC. */
  readonly key?: KeyObject | CryptoKey | JWK | Uint8Array | undefined;
}

/** The defaults of the claims. */
export interface TokenDefaults {
  readonly issuer: string;
  readonly audience: string;
  readonly client: string;
  readonly lifetime: number;
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function fillClaims(claims: Readonly<Record<string, unknown>>, defaults: TokenDefaults): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: defaults.issuer,
    aud: defaults.audience,
    sub: defaults.client,
    client_id: defaults.client,
    iat: now,
    exp: now + defaults.lifetime,
    jti: randomUUID(),
    ...claims,
  };
}

function listCritical(crit: unknown): Record<string, boolean> {
  return Object.fromEntries(Array.isArray(crit) ? crit.map((name) => [String(name), true]) : []);
}

/** Signs any claims with the issuer's key. A claim given as undefined is left out. */
export async function signToken(
  claims: Readonly<Record<string, unknown>>,
  { header, alg, kid, key }: SignOptions,
  signingKey: SigningKey,
  defaults: TokenDefaults,
): Promise<string> {
  const base = { alg: alg ?? signingKey.alg, kid: kid ?? signingKey.kid, typ: 'at+jwt' };
  const protectedHeader: typeof base & { crit?: unknown } = { ...base, ...header };
  const filled = encode(fillClaims(claims, defaults));
  if (protectedHeader.alg === 'none') {
    const parts = [encode(protectedHeader), filled].map((part) => Buffer.from(part).toString('base64url'));
    return `${parts.join('.')}.`;
  }
  const crit = listCritical(protectedHeader.crit);
  return await new CompactSign(filled)
    .setProtectedHeader({ ...base, ...header })
    .sign(key ?? signingKey.privateKey, { crit });
}
