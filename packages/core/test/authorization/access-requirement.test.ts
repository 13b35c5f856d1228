import { describe, expect, it } from 'vitest';
import { anyScopeRequirement, claimsRequirement, scopeRequirement } from '../../src/index.ts';
import { authErrorOf, configurationErrorIn } from '../support/expected-errors.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const verifier = verifierFor(key);
const token = signToken(key, { scope: 'read write' });

describe.each([
  ['scopeRequirement', scopeRequirement, 'requireScope'],
  ['anyScopeRequirement', anyScopeRequirement, 'requireAnyScope'],
] as const)('%s()', (_name, requirement, guard) => {
  it('accepts strings, lists, and strings with spaces, without duplicates', () => {
    const [scopes] = Object.values(requirement('a b', ['c', 'a'], 'd'));
    expect(scopes).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is frozen', () => {
    const requirements = requirement('a');
    expect([requirements, ...Object.values(requirements)].every(Object.isFrozen)).toBe(true);
  });

  it('requires at least one scope', () => {
    expect(configurationErrorIn(() => requirement()).message).toMatch(new RegExp(`^${guard} `));
    expect(configurationErrorIn(() => requirement([])).message).toMatch(new RegExp(`^${guard} `));
  });

  it.each(
    ['', ' ', 'a  b', 'a"b', 'a\\b', 'é', 'a\tb', 'a\r\nb', 1, null, undefined, {}, true].map((scope) => ({ scope })),
  )('is rejected at set-up with a scope that no token can carry: $scope', ({ scope }) => {
    const { message } = configurationErrorIn(() => requirement(scope as string));
    expect(message).toMatch(new RegExp(`^${guard} `));
    expect(message).not.toMatch(/[\r\n]/);
  });
});

describe('requirements made at set-up', () => {
  it('are compared with the token', () => {
    for (const met of [
      scopeRequirement('read', 'write'),
      anyScopeRequirement('x', 'read'),
      claimsRequirement(() => true),
    ]) {
      expect(verifier.verifySync(token, met).subject).toBe('subject');
    }
    for (const notMet of [
      scopeRequirement('read', 'x'),
      anyScopeRequirement('x', 'y'),
      claimsRequirement(() => false),
    ]) {
      expect(authErrorOf(() => verifier.verifySync(token, notMet)).status).toBe(403);
    }
  });

  it('accept only a function for the claims', () => {
    for (const wrong of [undefined, null, 'x', {}, true]) {
      expect(configurationErrorIn(() => claimsRequirement(wrong as never)).message).toMatch(
        /^requireClaims takes a function/,
      );
    }
  });
});
