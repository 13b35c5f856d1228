import type { Algorithm } from '../../src/crypto/algorithms.ts';
import type { ExpectedIdToken, SingleIssuerOptions, VerifiedToken, Verifier } from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { authErrorFrom } from '../support/expected-errors.ts';
import { issuer, now, signText } from '../support/sign-token.ts';
import { generateTestKey, type TestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierOn } from '../support/verifiers.ts';

type Members = Readonly<Record<string, unknown>>;

export const clientId = 'the-client';
export const nonce = 'n-0S6_WzA2Mj';
const key: TestKey = generateTestKey('ES256');

/** The claims of an ID token (OpenID Connect Core 1.0, section 2); those given as undefined are left out. */
export function idClaims(claims: Members = {}): Members {
  return { iss: issuer, sub: 'subject', aud: clientId, iat: now, exp: now + 3600, nonce, ...claims };
}

/** Signs an ID token; members given as undefined are left out. */
export function idToken(claims: Members = {}, header: Members = {}, by: TestKey = key): string {
  const members = { alg: by.alg, kid: by.kid, typ: 'JWT', ...header };
  return signText(by, JSON.stringify(members), JSON.stringify(idClaims(claims)));
}

/** A verifier of the key that {@link idToken} signs with, on each engine. */
export function verifiers(options: Partial<SingleIssuerOptions> = {}, by: TestKey = key): readonly Verifier[] {
  return engines.map((engine: Runtime) => verifierOn(engine, optionsFor(by, options)));
}

/** Verifies on both engines and returns what both say. */
export async function accepted(token: string, expected: Partial<ExpectedIdToken> = {}): Promise<VerifiedToken> {
  const [first, second] = await Promise.all(
    verifiers().map((verifier) => verifier.verifyIdToken(token, { clientId, nonce, ...expected })),
  );
  if (first === undefined || JSON.stringify(first) !== JSON.stringify(second)) throw new Error('The engines differ');
  return first;
}

/** The refusal of both engines: code, claim and reason. */
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

/** A key of each algorithm, for hashes that depend on it. */
export function keyFor(alg: Algorithm): TestKey {
  return generateTestKey(alg, alg);
}
