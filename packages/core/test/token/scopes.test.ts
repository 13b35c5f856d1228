import { describe, expect, it } from 'vitest';
import type { SingleIssuerOptions } from '../../src/index.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

function scopesOf(
  claims: Readonly<Record<string, unknown>>,
  options: Partial<SingleIssuerOptions> = {},
): readonly string[] {
  return verifierFor(key, options).verifySync(signToken(key, claims)).scopes;
}

describe('scopes', () => {
  it.each([
    ['a string with spaces', { scope: 'read write' }, ['read', 'write']],
    ['one string', { scope: 'read' }, ['read']],
    ['an array', { scp: ['read', 'write'] }, ['read', 'write']],
    ['a string in scp', { scp: 'read write' }, ['read', 'write']],
    ['an array in scope', { scope: ['read', 'write'] }, ['read', 'write']],
    [
      'both, without duplicates, in order',
      { scp: ['write', 'admin'], scope: 'read write' },
      ['read', 'write', 'admin'],
    ],
    ['duplicates in one', { scope: 'read read', scp: ['read'] }, ['read']],
    ['more than one space', { scope: '  read   write ' }, ['read', 'write']],
    ['the empty string', { scope: '' }, []],
    ['an empty array', { scp: [] }, []],
    ['empty strings in an array', { scp: ['', 'read', ''] }, ['read']],
    ['neither', {}, []],
    ['names of members of Object.prototype', { scope: 'toString __proto__' }, ['toString', '__proto__']],
  ])('are read from %s', (_name, claims, expected) => {
    expect(scopesOf(claims)).toEqual(expected);
  });

  it.each([null, 1, true, {}, { read: true }, [[]], [['read']], [1, null, {}]].map((scope) => ({ scope })))(
    'are empty if the claim has another type: $scope',
    ({ scope }) => {
      expect(scopesOf({ scope })).toEqual([]);
    },
  );

  it('leave out entries of an array that are not strings', () => {
    expect(scopesOf({ scp: ['read', 1, null, ['write'], { write: true }, 'write'] })).toEqual(['read', 'write']);
  });

  it('are case-sensitive', () => {
    expect(scopesOf({ scope: 'Read read' })).toEqual(['Read', 'read']);
  });

  it('are read from the claims that scopeClaims names, and from no others', () => {
    const claims = { scope: 'read', permissions: ['orders:read', 'orders:write'], roles: 'admin' };
    expect(scopesOf(claims, { scopeClaims: ['permissions'] })).toEqual(['orders:read', 'orders:write']);
    expect(scopesOf(claims, { scopeClaims: ['roles', 'scope'] })).toEqual(['admin', 'read']);
    expect(scopesOf({}, { scopeClaims: ['toString', 'constructor'] })).toEqual([]);
    expect(scopesOf(claims, { scopeClaims: [] })).toEqual([]);
  });

  it('are read along a path, unless a claim has the whole name', () => {
    const claims = { access: { scopes: ['a'], 'x.y': ['b'] }, 'access.scopes': 'c', 'https://api.example/scopes': 'd' };
    expect(scopesOf(claims, { scopeClaims: ['access.scopes'] })).toEqual(['c']);
    expect(scopesOf({ ...claims, 'access.scopes': undefined }, { scopeClaims: ['access.scopes'] })).toEqual(['a']);
    expect(scopesOf(claims, { scopeClaims: [['access', 'x.y']] })).toEqual(['b']);
    expect(scopesOf(claims, { scopeClaims: ['https://api.example/scopes'] })).toEqual(['d']);
    expect(scopesOf({ scope: 'x' }, { scopeClaims: ['scope.length', ['scope', '0'], 'a.b.c'] })).toEqual([]);
  });
});
