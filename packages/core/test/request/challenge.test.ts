import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnyAuthError,
  type AuthErrorCode,
  AuthenticationError,
  CredentialsMissingError,
  RequestError,
  ScopeError,
  TokenError,
  UnavailableError,
} from '../../src/index.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';
import { parseChallenge } from './rfc9110.ts';

const key = generateTestKey('Ed25519');
const verifier = verifierFor(key);
const json = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' };

const tokenCodes: readonly TokenError['code'][] = [
  'ERR_TOKEN_MALFORMED',
  'ERR_TOKEN_TOO_LARGE',
  'ERR_TOKEN_TYPE',
  'ERR_ALG_NOT_ALLOWED',
  'ERR_CRIT_UNSUPPORTED',
  'ERR_ISSUER_UNKNOWN',
  'ERR_KEY_NOT_FOUND',
  'ERR_KEY_AMBIGUOUS',
  'ERR_SIGNATURE_INVALID',
  'ERR_TOKEN_NOT_YET_VALID',
  'ERR_TOKEN_TOO_OLD',
  'ERR_AUDIENCE_MISMATCH',
  'ERR_CLAIM_MISSING',
  'ERR_CLAIM_INVALID',
  'ERR_BINDING_REQUIRED',
  'ERR_TOKEN_REJECTED',
];

describe('the answer to a denied request', () => {
  it('[ANSWERS-MISSING] has a challenge with a realm and no error for a request without credentials', () => {
    expect(verifier.challenge(new CredentialsMissingError())).toEqual({
      status: 401,
      headers: { ...json, 'WWW-Authenticate': 'Bearer realm="api"' },
      body: '{"error":"unauthorized","error_description":"The request has no access token"}',
    });
  });

  it.each([
    ['ERR_CREDENTIALS_MALFORMED', 'The Authorization header is malformed'],
    ['ERR_CREDENTIALS_REPEATED', 'The request has more than one set of credentials'],
  ] as const)('[ANSWERS-REQUEST] is 400 invalid_request for %s', (code, description) => {
    expect(verifier.challenge(new RequestError(code, 'hush'))).toEqual({
      status: 400,
      headers: {
        ...json,
        'WWW-Authenticate': `Bearer realm="api", error="invalid_request", error_description="${description}"`,
      },
      body: JSON.stringify({ error: 'invalid_request', error_description: description }),
    });
  });

  it('[ANSWERS-EXPIRED] tells the client that a token expired', () => {
    const { headers } = verifier.challenge(new TokenError('ERR_TOKEN_EXPIRED', 'hush'));
    expect(headers['WWW-Authenticate']).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The access token expired"',
    );
  });

  it('[ANSWERS-NO-ORACLE] has the same bytes for every other invalid token', () => {
    const details = { claim: 'hush', reason: 'mismatch', cause: new Error('hush') } as const;
    const answers = tokenCodes.map((code) => verifier.challenge(new TokenError(code, `hush ${code}`, details)));
    for (const answer of answers) {
      expect(answer).toEqual({
        status: 401,
        headers: {
          ...json,
          'WWW-Authenticate':
            'Bearer realm="api", error="invalid_token", error_description="The access token is invalid"',
        },
        body: '{"error":"invalid_token","error_description":"The access token is invalid"}',
      });
    }
  });

  it('[ANSWERS-SCOPE] names the scopes that the request needs', () => {
    const { status, headers, body } = verifier.challenge(
      new ScopeError('ERR_SCOPE_INSUFFICIENT', 'hush', ['a', 'b:c']),
    );
    expect(status).toBe(403);
    expect(headers['WWW-Authenticate']).toBe(
      'Bearer realm="api", error="insufficient_scope", error_description="The access token lacks a required scope", scope="a b:c"',
    );
    expect(body).toBe('{"error":"insufficient_scope","error_description":"The access token lacks a required scope"}');
  });

  it.each([
    [{}, ''],
    [{ acrValues: ['phr', 'urn:x:2fa'] }, ', acr_values="phr urn:x:2fa"'],
    [{ maxAge: 0 }, ', max_age="0"'],
    [{ scope: ['pay', 'read'] }, ', scope="pay read"'],
    [{ acrValues: ['a'], maxAge: 300, scope: ['pay'] }, ', acr_values="a", max_age="300", scope="pay"'],
    [{ acrValues: ['a"b\\'] }, ', acr_values="a\\"b\\\\"'],
  ])('[ANSWERS-STEP-UP] names the login that the request needs: %j', (details, parameters) => {
    const description = 'The request needs another or a more recent login';
    expect(verifier.challenge(new AuthenticationError('hush', details))).toEqual({
      status: 401,
      headers: {
        ...json,
        'WWW-Authenticate': `Bearer realm="api", error="insufficient_user_authentication", error_description="${description}"${parameters}`,
      },
      body: JSON.stringify({ error: 'insufficient_user_authentication', error_description: description }),
    });
  });

  it('names no scope if the error is not about scopes', () => {
    const { status, headers } = verifier.challenge(new ScopeError('ERR_CLAIMS_INSUFFICIENT', 'hush'));
    expect(status).toBe(403);
    expect(headers['WWW-Authenticate']).toBe(
      'Bearer realm="api", error="insufficient_scope", error_description="The access token does not permit this request"',
    );
  });

  const waits = [
    [undefined, '1'],
    [0, '1'],
    [-5, '1'],
    [0.2, '1'],
    [1.2, '2'],
    [60, '60'],
    [301, '300'],
    [1e9, '300'],
    [Number.POSITIVE_INFINITY, '300'],
    [Number.NaN, '1'],
  ] as const;

  it.each(waits)(
    '[ANSWERS-UNAVAILABLE] is 503 with Retry-After and without a challenge in an outage: %d s',
    (retryAfter, expected) => {
      const details = retryAfter === undefined ? {} : { retryAfter };
      expect(verifier.challenge(new UnavailableError('ERR_KEY_SET_UNAVAILABLE', 'hush', details))).toEqual({
        status: 503,
        headers: { ...json, 'Retry-After': expected },
        body: '{"error":"temporarily_unavailable","error_description":"The access token cannot be verified at the moment"}',
      });
    },
  );

  it('is pure: the same error and realm give the same bytes, and the error is left as it was', () => {
    const error = Object.freeze(new TokenError('ERR_TOKEN_EXPIRED', 'hush', { claim: 'exp' }));
    expect(verifier.challenge(error)).toStrictEqual(verifier.challenge(error));
    expect(verifierFor(key).challenge(error)).toStrictEqual(verifier.challenge(error));
  });

  it('supports errors of another copy of this package', () => {
    const { name, code, status } = new TokenError('ERR_TOKEN_EXPIRED', 'hush');
    const foreign = { name, code, status } as unknown as AnyAuthError;
    expect(verifier.challenge(foreign)).toEqual(verifier.challenge(new TokenError('ERR_TOKEN_EXPIRED', 'hush')));
  });

  it('[ANSWERS-MESSAGE-HIDDEN] takes nothing from the message of an error', () => {
    const errors: AnyAuthError[] = [
      new CredentialsMissingError('hush'),
      new RequestError('ERR_CREDENTIALS_MALFORMED', 'hush'),
      new TokenError('ERR_TOKEN_REJECTED', 'hush', { claim: 'hush', cause: 'hush' }),
      new AuthenticationError('hush'),
      new ScopeError('ERR_SCOPE_INSUFFICIENT', 'hush'),
      new UnavailableError('ERR_CLOSED', 'hush', { cause: 'hush' }),
      new TokenError('ERR_UNHEARD_OF' as AuthErrorCode as TokenError['code'], 'hush'),
    ];
    for (const error of errors) expect(JSON.stringify(verifier.challenge(error))).not.toContain('hush');
  });
});

describe('any realm and scopes', () => {
  const printable = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('"', '\\', '\r\n', 'a\r\nSet-Cookie: a=b', 'é', '\u0000'),
  );

  it('[ANSWERS-ESCAPED] the realm is in the challenge as configured', () => {
    fc.assert(
      fc.property(printable, (realm) => {
        const { headers } = verifierFor(key, { realm }).challenge(new CredentialsMissingError());
        const { scheme, parameters } = parseChallenge(headers['WWW-Authenticate'] ?? '');
        expect(scheme).toBe('Bearer');
        expect([...parameters]).toEqual([['realm', realm]]);
      }),
      { numRuns: 500 },
    );
  });

  it('[ANSWERS-ESCAPED] no scope ends the string, the header, or its character set', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1 }), (scopes) => {
        const { headers } = verifier.challenge(new ScopeError('ERR_SCOPE_INSUFFICIENT', 'x', scopes));
        const field = headers['WWW-Authenticate'] ?? '';
        expect(field).toMatch(/^[\x20-\x7e]*$/);
        const { parameters } = parseChallenge(field);
        expect([...parameters.keys()]).toEqual(['realm', 'error', 'error_description', 'scope']);
        expect(parameters.get('scope')).toBe(scopes.join(' ').replace(/[^\x20-\x7e]/g, '?'));
      }),
      { numRuns: 2000 },
    );
  });

  it('the Fetch API accepts every header', () => {
    const scopes = ['a', '"', '\r\n', 'é\u0000'];
    const { headers } = verifier.challenge(new ScopeError('ERR_SCOPE_INSUFFICIENT', 'x', scopes));
    expect(() => new Headers(headers)).not.toThrow();
  });
});
