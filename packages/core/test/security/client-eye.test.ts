import fc from 'fast-check';
import {
  customFetch,
  protectedResourceRequest,
  type WWWAuthenticateChallenge,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import {
  type AnyAuthError,
  AuthenticationError,
  accessRequirement,
  CredentialsMissingError,
  createVerifier,
  isConfigurationError,
  ProofError,
  RequestError,
  ScopeError,
  TokenError,
} from '../../src/index.ts';
import { readErrorTable } from '../errors/error-table.ts';
import { audience, issuer } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const jwks = keySetOf(generateTestKey('Ed25519'));
const target = new URL('https://api.example/orders');

/** Returns the challenges of an answer as oauth4webapi parses them, or undefined if it finds none. */
async function challengesOf(
  error: AnyAuthError,
  realm = 'api',
): Promise<readonly WWWAuthenticateChallenge[] | undefined> {
  const { status, headers, body } = createVerifier({ issuer, audience, jwks, realm }).challenge(error);
  const answer = async (): Promise<Response> => new Response(body, { status, headers });
  try {
    await protectedResourceRequest('token', 'GET', target, new Headers(), null, { [customFetch]: answer });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof WWWAuthenticateChallengeError) return thrown.cause;
    throw thrown;
  }
}

const makers: Readonly<Record<string, (code: never) => AnyAuthError>> = {
  CredentialsMissingError: () => new CredentialsMissingError(),
  RequestError: (code) => new RequestError(code, 'x'),
  TokenError: (code) => new TokenError(code, 'x', { claim: 'exp', reason: 'invalid' }),
  ProofError: (code) => new ProofError(code, 'x', { claim: 'htu', reason: 'mismatch' }),
  AuthenticationError: () =>
    new AuthenticationError('x', { acrValues: ['phr', 'a"b\\'], maxAge: 300, scope: ['read', 'write:all'] }),
  ScopeError: (code) => new ScopeError(code, 'x', ['read', 'write:all']),
};

const errors = readErrorTable().flatMap(({ code, name }) => {
  const make = makers[name];
  return make === undefined ? [] : [{ code, error: make(code as never) }];
});

const namedErrors: ReadonlyMap<string, string | undefined> = new Map([
  ['ERR_CREDENTIALS_MISSING', undefined],
  ['ERR_AUTHENTICATION_INSUFFICIENT', 'insufficient_user_authentication'],
  ...errors
    .filter(({ code }) => code.startsWith('ERR_PROOF_'))
    .map(({ code }) => [code, code === 'ERR_PROOF_NONCE' ? 'use_dpop_nonce' : 'invalid_dpop_proof'] as const),
]);

const expectedErrors: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'invalid_token',
  403: 'insufficient_scope',
};

describe('[ANSWERS-ONE-CHALLENGE] a client reads exactly one challenge', () => {
  it.each(errors)('of $code', async ({ code, error }) => {
    const [challenge, ...more] = (await challengesOf(error)) ?? [];
    expect(more).toEqual([]);
    expect(challenge).toMatchObject({ scheme: 'bearer', parameters: { realm: 'api' } });
    const { error: named, error_description: description, scope } = challenge?.parameters ?? {};
    expect(named).toBe(namedErrors.has(code) ? namedErrors.get(code) : expectedErrors[error.status]);
    expect(description === undefined).toBe(code === 'ERR_CREDENTIALS_MISSING');
    expect(scope).toBe('scope' in error ? 'read write:all' : undefined);
  });

  it('[ANSWERS-STEP-UP] of a login, with the values as they were configured', async () => {
    const details = { acrValues: ['phr', 'a"b\\'], maxAge: 300 };
    const [challenge] = (await challengesOf(new AuthenticationError('x', details))) ?? [];
    expect(challenge?.parameters).toMatchObject({ acr_values: 'phr a"b\\', max_age: '300' });
  });

  it('of every error with status 400, 401 or 403', () => {
    expect(errors.length).toBe(readErrorTable().filter(({ status }) => ['400', '401', '403'].includes(status)).length);
  });

  it('of a realm that tries to end its quoted-string, its parameter or its challenge', async () => {
    const realm = fc.string({
      unit: fc.oneof(fc.constantFrom('"', '\\', ',', '=', ' ', '; '), fc.string({ minLength: 1, maxLength: 1 })),
      minLength: 1,
      maxLength: 30,
    });
    const property = fc.asyncProperty(realm, fc.constantFrom(...errors), async (text, { error }) => {
      const challenges = await challengesOf(error, text).catch((thrown: unknown) => {
        // A realm that is not printable ASCII is a ConfigurationError.
        if (isConfigurationError(thrown)) return undefined;
        throw thrown;
      });
      if (challenges === undefined) return;
      expect(challenges).toHaveLength(1);
      expect(challenges[0]?.parameters.realm).toBe(text);
    });
    await fc.assert(property, { numRuns: 2000 });
  });

  it('of scopes with every character that a scope may have', async () => {
    const scope = fc.string({
      unit: fc.oneof(fc.constantFrom('"', '\\', ',', '=', ';'), fc.string({ minLength: 1, maxLength: 1 })),
      minLength: 1,
      maxLength: 12,
    });
    const property = fc.asyncProperty(fc.uniqueArray(scope, { minLength: 1, maxLength: 4 }), async (scopes) => {
      let required: readonly string[];
      try {
        required = [accessRequirement({ scope: scopes }).scope ?? []].flat();
      } catch (thrown) {
        expect(isConfigurationError(thrown)).toBe(true);
        return;
      }
      const challenges = await challengesOf(new ScopeError('ERR_SCOPE_INSUFFICIENT', 'x', required));
      expect(challenges?.map(({ parameters }) => parameters.scope)).toEqual([required.join(' ')]);
    });
    await fc.assert(property, { numRuns: 2000 });
  });

  it('of a ScopeError with scopes that were never validated', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }),
      async (scopes) => {
        const challenges = await challengesOf(new ScopeError('ERR_SCOPE_INSUFFICIENT', scopes.join(), scopes));
        expect(challenges?.map(({ scheme }) => scheme)).toEqual(['bearer']);
        expect(challenges?.[0]?.parameters.realm).toBe('api');
      },
    );
    await fc.assert(property, { numRuns: 1000 });
  });
});
