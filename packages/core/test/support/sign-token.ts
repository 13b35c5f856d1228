import type { TestKey } from './test-key.ts';

/** The default `iss` of a test token. */
export const issuer = 'https://issuer.example';
/** The default `aud` of a test token. */
export const audience = 'api://default';
/** The default `iat` of a test token, in seconds. A `FakeClock` starts at this time. */
export const now = 1_900_000_000;

type Members = Readonly<Record<string, unknown>>;

/** Returns the claims of an access token (RFC 9068, section 2.2). A claim given as undefined is left out. */
export function claimsWith(claims: Members = {}): Record<string, unknown> {
  return {
    iss: issuer,
    aud: audience,
    sub: 'subject',
    client_id: 'client',
    iat: now,
    exp: now + 3600,
    jti: 'token-id',
    ...claims,
  };
}

/** Signs an access token. Claims and header parameters given as undefined are left out. */
export function signToken(key: TestKey, claims: Members = {}, header: Members = {}): string {
  const fullHeader = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header };
  return signText(key, JSON.stringify(fullHeader), JSON.stringify(claimsWith(claims)));
}

/** Signs any text, or any bytes, as the header and the claims of a token. */
export function signText(key: TestKey, header: string | Uint8Array, claims: string | Uint8Array): string {
  return signParts(key, encode(header), encode(claims));
}

/** Signs two parts that are encoded already, without a change. */
export function signParts(key: TestKey, header: string, claims: string): string {
  const signingInput = `${header}.${claims}`;
  return `${signingInput}.${key.sign(signingInput).toString('base64url')}`;
}

/** Encodes text or bytes as base64url. */
export function encode(value: string | Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

/** Returns the header of a token of this key as JSON. */
export function headerText({ alg, kid }: TestKey, header: Members = {}): string {
  return JSON.stringify({ alg, kid, typ: 'at+jwt', ...header });
}
