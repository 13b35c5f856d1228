import type { Algorithm } from '../../src/crypto/algorithms.ts';
import type { ExpectedIdToken, SingleIssuerOptions, VerifiedToken, Verifier } from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { authErrorFrom } from './expected-errors.ts';
import { issuer, now, signText } from './sign-token.ts';
import { generateTestKey, type TestKey } from './test-key.ts';
import { engines, optionsFor, verifierOn } from './verifiers.ts';

type Members = Readonly<Record<string, unknown>>;

export const clientId = 'the-client';
export const nonce = 'n-0S6_WzA2Mj';
const key: TestKey = generateTestKey('ES256');

/** Returns the claims of an ID token (OpenID Connect Core 1.0, section 2). A claim given as undefined is left out. */
export function idClaims(claims: Members = {}): Members {
  return { iss: issuer, sub: 'subject', aud: clientId, iat: now, exp: now + 3600, nonce, ...claims };
}

/** Signs an ID token. Claims and header parameters given as undefined are left out. */
export function idToken(claims: Members = {}, header: Members = {}, by: TestKey = key): string {
  const members = { alg: by.alg, kid: by.kid, typ: 'JWT', ...header };
  return signText(by, JSON.stringify(members), JSON.stringify(idClaims(claims)));
}

/** Returns a verifier of the key of {@link idToken} on each engine. */
export function verifiers(options: Partial<SingleIssuerOptions> = {}, by: TestKey = key): readonly Verifier[] {
  return engines.map((engine: Runtime) => verifierOn(engine, optionsFor(by, options)));
}

/** Verifies on both engines and returns their result. Fails the test if they differ. */
export async function accepted(token: string, expected: Partial<ExpectedIdToken> = {}): Promise<VerifiedToken> {
  const [first, second] = await Promise.all(
    verifiers().map((verifier) => verifier.verifyIdToken(token, { clientId, nonce, ...expected })),
  );
  if (first === undefined || JSON.stringify(first) !== JSON.stringify(second)) throw new Error('The engines differ');
  return first;
}

/** Returns the error of both engines: code, claim and reason. Fails the test if they differ. */
export async function refused(
  token: string,
  expected: object = {},
  options: Partial<SingleIssuerOptions> = {},
): Promise<string> {
  const given = { clientId, nonce, ...expected };
  const said = await Promise.all(
    verifiers(options).map(async (verifier) => {
      const error = await authErrorFrom(verifier.verifyIdToken(token, given));
      return 'claim' in error ? `${error.code} ${error.claim} ${error.reason}` : error.code;
    }),
  );
  if (new Set(said).size !== 1) throw new Error(`The engines differ: ${said.join(', ')}`);
  return said[0] ?? '';
}

/** Generates a key of an algorithm; the hash of `at_hash` depends on it. */
export function keyFor(alg: Algorithm): TestKey {
  return generateTestKey(alg, alg);
}
