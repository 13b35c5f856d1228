import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as core from '../../src/index.ts';
import { readAllCodes, readErrorTable } from './error-table.ts';

const {
  CredentialsMissingError,
  RequestError,
  TokenError,
  ProofError,
  AuthenticationError,
  ScopeError,
  UnavailableError,
  ConfigurationError,
} = core;
const { isAuthError, isConfigurationError } = core;

type Make = (code: string, message: string) => Error & { readonly code: string };

const makers: Readonly<Record<string, Make>> = {
  CredentialsMissingError: (_code, message) => new CredentialsMissingError(message),
  RequestError: (code, message) => new RequestError(code as core.RequestError['code'], message),
  TokenError: (code, message) => new TokenError(code as core.TokenError['code'], message),
  ProofError: (code, message) => new ProofError(code as core.ProofError['code'], message),
  AuthenticationError: (_code, message) => new AuthenticationError(message),
  ScopeError: (code, message) => new ScopeError(code as core.ScopeError['code'], message),
  UnavailableError: (code, message) => new UnavailableError(code as core.UnavailableError['code'], message),
  ConfigurationError: (_code, message) => new ConfigurationError(message),
};

const table = readErrorTable();
const answered = table.filter(({ status }) => status !== '–');

describe('the codes', () => {
  it('[ERRORS-ONE-CLASS] each belong to exactly one class', () => {
    expect(table.map(({ code }) => code).toSorted()).toEqual(readAllCodes().toSorted());
    expect(table.length).toBeGreaterThanOrEqual(30);
  });
});

describe.each(answered)('$code', ({ code, name, status }) => {
  const error = makers[name]?.(code, 'why');

  it(`is a ${name} with the status ${status}`, () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(core.AuthError);
    expect(error).toMatchObject({ name, code, status: Number(status), statusCode: Number(status), message: 'why' });
    expect(isAuthError(error)).toBe(true);
    expect(isConfigurationError(error)).toBe(false);
  });

  it('is printed with its class and code', () => {
    expect(String(error)).toBe(`${name}: why`);
    expect(inspect(error)).toContain(code);
    expect(Object.keys(error ?? {})).not.toContain('name');
  });
});

describe('a ConfigurationError', () => {
  const error = new ConfigurationError('why');

  it('is a TypeError, and not an AuthError', () => {
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'ERR_CONFIG_INVALID', message: 'why' });
    expect(isAuthError(error)).toBe(false);
    expect(isConfigurationError(error)).toBe(true);
  });
});

describe('details', () => {
  it('of a TokenError are present only if given', () => {
    expect(Object.keys(new TokenError('ERR_TOKEN_EXPIRED', 'why')).toSorted()).toEqual(['code', 'status']);
    const details = { claim: 'exp', reason: 'invalid', cause: 'beneath' } as const;
    expect(new TokenError('ERR_CLAIM_INVALID', 'why', details)).toMatchObject(details);
    expect(new TokenError('ERR_CLAIM_INVALID', 'why')).not.toHaveProperty('cause');
  });

  it('of an UnavailableError are whole seconds until a retry, at least 1', () => {
    const waits = [undefined, 0, -1, 0.5, 1, 1.1, 90, Number.NaN].map((retryAfter) => {
      return new UnavailableError('ERR_CLOSED', 'why', retryAfter === undefined ? {} : { retryAfter }).retryAfter;
    });
    expect(waits).toEqual([1, 1, 1, 1, 1, 2, 90, 1]);
  });

  it('of an AuthenticationError are what is not met, and the scopes of the route', () => {
    expect(new AuthenticationError('why')).toMatchObject({ acrValues: [], maxAge: undefined, scope: [] });
    const details = { acrValues: ['phr'], maxAge: 0, scope: ['pay'] };
    expect(new AuthenticationError('why', details)).toMatchObject(details);
  });

  it('of a ScopeError are its scopes, none by default', () => {
    expect(new ScopeError('ERR_SCOPE_INSUFFICIENT', 'why').scope).toEqual([]);
    expect(new ScopeError('ERR_SCOPE_INSUFFICIENT', 'why', ['a']).scope).toEqual(['a']);
  });
});

describe('a second copy of this package', () => {
  const path = '../../src/errors.ts?copy';

  it('[ERRORS-BRANDED] makes errors that this one recognises, and vice versa', async () => {
    const copy = (await import(/* @vite-ignore */ path)) as typeof core;
    expect(copy.TokenError).not.toBe(TokenError);
    const theirs = new copy.TokenError('ERR_TOKEN_EXPIRED', 'why');
    expect(theirs).not.toBeInstanceOf(TokenError);
    expect(isAuthError(theirs)).toBe(true);
    expect(copy.isAuthError(new TokenError('ERR_TOKEN_EXPIRED', 'why'))).toBe(true);
    expect(isConfigurationError(new copy.ConfigurationError('why'))).toBe(true);
    expect(copy.isConfigurationError(new ConfigurationError('why'))).toBe(true);
  });
});

describe('a value that is not an error of this package', () => {
  const look = { name: 'TokenError', code: 'ERR_TOKEN_EXPIRED', status: 401 };
  const others = [undefined, null, 1, 'ERR_TOKEN_EXPIRED', {}, new Error('x'), new TypeError('x'), look, () => 1];

  it.each(others.map((value) => ({ value })))('is not recognised: $value', ({ value }) => {
    expect(isAuthError(value)).toBe(false);
    expect(isConfigurationError(value)).toBe(false);
  });
});
