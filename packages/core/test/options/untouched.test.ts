import { describe, expect, it, vi } from 'vitest';
import { createVerifier, type VerifierOptions } from '../../src/index.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { deepFreeze } from '../../src/token/frozen-token.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { audience, issuer, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');

function allOptions(): VerifierOptions {
  return {
    issuer,
    audience: [audience],
    jwks: structuredClone(keySetOf(key)),
    clientIds: ['client'],
    algorithms: ['Ed25519', 'EdDSA'],
    tokenType: 'at+jwt',
    accessTokenClaims: { azp: true, token_use: ['access'] },
    dangerouslyAcceptIdTokens: true,
    acrLevels: ['low', 'mfa'],
    clockTolerance: 0,
    maxTokenAge: 3600,
    maxLifetime: 3600,
    requiredClaims: ['sub'],
    scopeClaims: ['scope'],
    scopeImplies: { admin: ['read'] },
    maxTokenSize: 8192,
    policies: { orders: { scope: 'read' } },
    validate: () => undefined,
    getToken: () => undefined,
    realm: 'orders',
    keyCache: { ttl: 60, refreshAhead: 0.5, staleFor: 0, maxIssuers: 2 },
    tokenCache: { maxEntries: 10 },
    http: { timeout: 1, connections: 1, maxResponseSize: 2048, headers: { a: 'b' }, fetch: vi.fn() },
    optional: true,
    onEvent: () => undefined,
    log: () => undefined,
    clock: new FakeClock(),
  };
}

describe('the options object', () => {
  it('[OPTIONS-UNTOUCHED] is never written', () => {
    const options = deepFreeze(allOptions());
    const verifier = createVerifier(options);
    expect(verifier.verifySync(signToken(key)).subject).toBe('subject');
  });

  it('may be used for several verifiers', () => {
    const options = deepFreeze(allOptions());
    const verifiers = [createVerifier(options), createVerifier(options), createVerifier({ ...options })];
    for (const verifier of verifiers) expect(verifier.verifySync(signToken(key)).subject).toBe('subject');
  });

  it('[OPTIONS-UNTOUCHED] is read once: later changes have no effect', () => {
    const options = allOptions() as { -readonly [Name in keyof VerifierOptions]: unknown };
    const verifier = createVerifier(options as VerifierOptions);
    (options.audience as string[])[0] = 'another';
    (options.algorithms as string[]).length = 0;
    (options.requiredClaims as string[]).push('missing');
    (options.accessTokenClaims as Record<string, unknown>)['azp'] = 'another';
    Object.assign(options, { realm: 'another', maxTokenSize: 256, validate: () => 'no' });
    expect(verifier.verifySync(signToken(key)).subject).toBe('subject');
  });

  it('may have undefined members, which count as absent', () => {
    const names = Object.keys(allOptions()).filter((name) => !['issuer', 'audience', 'jwks', 'clock'].includes(name));
    const absent = Object.fromEntries(names.map((name) => [name, undefined]));
    const { clock, jwks } = allOptions();
    const verifier = createVerifier({ ...absent, issuer, audience, clock, jwks } as VerifierOptions);
    expect(verifier.verifySync(signToken(key)).subject).toBe('subject');
  });
});

describe('resolved options', () => {
  const resolved = resolveOptions(allOptions());

  it('[OPTIONS-FROZEN] are frozen', () => {
    const { issuers, http, keyCache } = resolved;
    for (const value of [resolved, issuers, http, keyCache, http.headers, http.dangerouslyAllowInsecure]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
    for (const entry of Array.isArray(issuers) ? issuers : []) {
      const { audience: accepted, requiredClaims, accessTokenClaims } = entry.policy;
      const values = [entry, entry.policy, accepted, requiredClaims, accessTokenClaims, accessTokenClaims['token_use']];
      expect(values.every(Object.isFrozen)).toBe(true);
    }
  });

  it('[OPTIONS-DEFAULTS] have the documented defaults', () => {
    const { maxTokenSize, realm, optional, keyCache, tokenCache, http } = resolveOptions({ issuer, audience });
    expect({ maxTokenSize, realm, optional, keyCache, tokenCache }).toEqual({
      maxTokenSize: 16_384,
      realm: 'api',
      optional: false,
      keyCache: { ttl: undefined, refreshAhead: 0.8, staleFor: 86_400, maxIssuers: 128 },
      tokenCache: { maxEntries: 5000 },
    });
    expect(http).toMatchObject({ timeout: 5, connections: 4, maxResponseSize: 262_144, dangerouslyAllowInsecure: [] });
  });

  it('have defaults that take effect', () => {
    const verifier = createVerifier({ issuer, audience, jwks: keySetOf(key), clock: new FakeClock() });
    expect(authErrorOf(() => verifier.verifySync('a'.repeat(16_385))).code).toBe('ERR_TOKEN_TOO_LARGE');
    expect(verifier.challenge(authErrorOf(() => verifier.verifySync(''))).headers['WWW-Authenticate']).toContain(
      '"api"',
    );
  });
});
