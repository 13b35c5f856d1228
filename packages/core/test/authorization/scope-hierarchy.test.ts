import { describe, expect, it, vi } from 'vitest';
import {
  createGuard,
  createVerifier,
  hasScope,
  type Requirements,
  type ScopeHierarchy,
  type SingleIssuerOptions,
} from '../../src/index.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { authErrorFrom, authErrorOf, configurationErrorIn } from '../support/expected-errors.ts';
import { bearerRequest } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const scopeImplies = { 'orders:admin': ['orders:write', 'audit'], 'orders:write': ['orders:read'] };

const tokenWith = (scope: unknown): string => signToken(key, { scope });

/** The fault of the option `scopeImplies`. */
function fault(value: unknown, others: object = {}): string {
  const options = { ...optionsFor(key), ...others, scopeImplies: value } as SingleIssuerOptions;
  return configurationErrorIn(() => createVerifier(options)).message;
}

/** The scopes in the challenge of the error; 'granted' without one. */
function outcomeOf(scope: unknown, requirements: Requirements, hierarchy: ScopeHierarchy = scopeImplies): string {
  const verifier = verifierFor(key, { scopeImplies: hierarchy });
  try {
    verifier.verifySync(tokenWith(scope), requirements);
    return 'granted';
  } catch (error) {
    return `403 ${(error as { scope: readonly string[] }).scope.join(' ')}`;
  }
}

describe('[ACCESS-HIERARCHY] a scope', () => {
  it.each<[string, unknown, Requirements, string]>([
    ['meets what it implies', 'orders:write', { scope: 'orders:read' }, 'granted'],
    ['meets what its implied scopes imply', 'orders:admin', { scope: 'orders:read' }, 'granted'],
    ['meets several', 'orders:admin', { scope: ['orders:read', 'audit'] }, 'granted'],
    ['meets itself', 'orders:read', { scope: 'orders:read' }, 'granted'],
    ['meets one of several', 'orders:write', { anyScope: ['other', 'orders:read'] }, 'granted'],
    ['counts in an array', ['x', 'orders:write'], { scope: 'orders:read' }, 'granted'],
    ['does not meet what implies it', 'orders:read', { scope: 'orders:write' }, '403 orders:write'],
    ['does not meet a name that it begins', 'orders', { scope: 'orders:read' }, '403 orders:read'],
    ['in another case implies nothing', 'Orders:admin', { scope: 'orders:read' }, '403 orders:read'],
    ['is named in the challenge as required', 'x', { scope: 'orders:read audit' }, '403 orders:read audit'],
    ['that is absent implies nothing', undefined, { scope: 'orders:read' }, '403 orders:read'],
  ])('%s', (_title, scope, requirements, expected) => {
    expect(outcomeOf(scope, requirements)).toBe(expected);
  });

  it.each(['role', 'permission', 'group'] as const)('implies no %s', (kind) => {
    const verifier = verifierFor(key, { scopeImplies: { admin: ['editor'] } });
    const token = signToken(key, { scope: 'admin', [`${kind}s`]: ['admin'] });
    expect(authErrorOf(() => verifier.verifySync(token, { [kind]: 'editor' })).code).toBe('ERR_CLAIMS_INSUFFICIENT');
  });

  it('implies nothing without the option', () => {
    const verifier = verifierFor(key);
    expect(authErrorOf(() => verifier.verifySync(tokenWith('orders:write'), { scope: 'orders:read' })).code).toBe(
      'ERR_SCOPE_INSUFFICIENT',
    );
  });

  it('implies what a function returns, also through a cycle', () => {
    const scopes: Readonly<Record<string, readonly string[]>> = { a: ['b'], b: ['c'], c: ['a'] };
    const hierarchy = (scope: string): readonly string[] => scopes[scope] ?? [];
    expect(outcomeOf('a', { scope: 'c' }, hierarchy)).toBe('granted');
    expect(outcomeOf('a', { scope: 'd' }, hierarchy)).toBe('403 d');
  });

  it('belongs to the hierarchy of its issuer', async () => {
    const issuers = [
      { ...policyOf('https://a.example'), scopeImplies: { admin: ['read'] } },
      policyOf('https://b.example'),
    ];
    const verifier = createVerifier({ issuers, clock: optionsFor(key).clock ?? systemClock, tokenCache: false });
    const tokenOf = (iss: string): string => signToken(key, { iss, scope: 'admin' });
    expect((await verifier.verify(tokenOf('https://a.example'), { scope: 'read' })).scopes).toEqual(['admin']);
    const error = await authErrorFrom(verifier.verify(tokenOf('https://b.example'), { scope: 'read' }));
    expect(error.code).toBe('ERR_SCOPE_INSUFFICIENT');
  });
});

function policyOf(issuer: string): {
  issuer: string;
  audience: string;
  jwks: NonNullable<SingleIssuerOptions['jwks']>;
} {
  const { jwks = { keys: [] } } = optionsFor(key);
  return { issuer, audience: 'api://default', jwks };
}

describe('[ACCESS-HIERARCHY] the scopes of a verified token', () => {
  it('stay what the token says, frozen and as plain JSON', () => {
    const auth = verifierFor(key, { scopeImplies }).verifySync(tokenWith('orders:admin x'));
    expect(auth.scopes).toEqual(['orders:admin', 'x']);
    expect(JSON.stringify(auth.scopes)).toBe('["orders:admin","x"]');
    expect(Object.isFrozen(auth.scopes)).toBe(true);
    expect(Object.keys(auth.scopes)).toEqual(['0', '1']);
    expect(auth.claims['scope']).toBe('orders:admin x');
  });

  it('are read by hasScope, also in a copy of the token', () => {
    const auth = verifierFor(key, { scopeImplies }).verifySync(tokenWith('orders:admin'));
    expect(hasScope(auth, 'orders:read')).toBe(true);
    expect(hasScope({ ...auth }, 'orders:read')).toBe(true);
    expect(hasScope(auth, 'orders:delete')).toBe(false);
    expect(hasScope(null, 'orders:read')).toBe(false);
    expect(hasScope(undefined, 'orders:read')).toBe(false);
    expect(hasScope({ scopes: ['orders:read'] }, 'orders:read')).toBe(true);
    expect(hasScope({ scopes: ['orders:admin'] }, 'orders:read')).toBe(false);
  });

  it.each(['', 'a b', 'a"', undefined, null, ['a'], 1].map((value) => ({ value })))(
    'are not compared with what no token can carry: $value',
    ({ value }) => {
      const { message } = configurationErrorIn(() => hasScope(null, value as string));
      expect(message).toBe("hasScope takes one scope, such as hasScope(auth, 'read:orders')");
    },
  );

  it('are authorized later, by the guard of a shared verifier', async () => {
    const verifier = verifierFor(key, { scopeImplies });
    const guard = createGuard({ verifier });
    const result = await guard.authenticate(bearerRequest(tokenWith('orders:write')));
    const auth = result.ok ? result.auth : null;
    expect(guard.authorize(auth, { scope: 'orders:read' })).toBeUndefined();
    expect(guard.authorize(auth, { scope: 'orders:admin' })).toMatchObject({ scope: ['orders:admin'] });
  });

  it('are closed once per cached token', async () => {
    const implied = vi.fn((scope: string) => (scope === 'admin' ? ['read'] : []));
    const verifier = createVerifier({ ...optionsFor(key), tokenCache: {}, scopeImplies: implied });
    const token = tokenWith('admin');
    await verifier.verify(token, { scope: 'read' });
    const calls = implied.mock.calls.length;
    await verifier.verify(token, { scope: 'read' });
    expect(calls).toBe(2);
    expect(implied).toHaveBeenCalledTimes(calls);
  });

  it('[ERRORS-APPLICATION] are not decided if the function throws or returns no scopes', async () => {
    const boom = (): never => {
      throw new Error('boom');
    };
    await expect(verifierFor(key, { scopeImplies: boom }).verify(tokenWith('a'))).rejects.toThrow('boom');
    for (const wrong of [undefined, 'a', ['a b'], [1], Promise.resolve(['a'])]) {
      const verifier = verifierFor(key, { scopeImplies: () => wrong as readonly string[] });
      await expect(verifier.verify(tokenWith('a'))).rejects.toThrow(/^scopeImplies must return an array of scopes/);
    }
    const endless = verifierFor(key, { scopeImplies: (scope) => [`${scope}x`] });
    await expect(endless.verify(tokenWith('a'))).rejects.toThrow('scopeImplies returned more than 1000 scopes');
  });
});

describe('[ACCESS-HIERARCHY] a token with many scopes', () => {
  it('is not refused for their number', () => {
    const many = Array.from({ length: 1100 }, (_, index) => `s${index}:write`);
    const scopeImplies = (scope: string): readonly string[] =>
      [scope.replace(/write$/, 'read')].filter((name) => name !== scope);
    const verifier = verifierFor(key, { scopeImplies, maxTokenSize: 100_000 });
    expect(hasScope(verifier.verifySync(tokenWith(many)), 's1099:read')).toBe(true);
  });
});

describe('[OPTIONS-AT-CREATION] the option scopeImplies', () => {
  it.each([
    [{ a: ['a'] }, 'a -> a'],
    [{ a: ['b'], b: ['a'] }, 'a -> b -> a'],
    [{ x: ['a'], a: ['b', 'c'], c: ['d'], d: ['a'] }, 'a -> c -> d -> a'],
  ])('has no cycle: %o', (value, cycle) => {
    expect(fault(value)).toBe(`scopeImplies has a cycle, in which scopes imply themselves: ${cycle}`);
  });

  it('may lead to one scope in two ways', () => {
    const diamond = { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] };
    expect(outcomeOf('a', { scope: 'd' }, diamond)).toBe('granted');
  });

  it.each(
    [
      null,
      'a',
      1,
      ['a'],
      { a: 'b' },
      { a: [1] },
      { a: ['b c'] },
      { 'a b': ['c'] },
      { '': ['c'] },
      { a: [''] },
      new Map([['a', ['b']]]),
    ].map((value) => ({ value })),
  )('is an object of scopes or a function: not $value', ({ value }) => {
    expect(fault(value)).toMatch(/^scopeImplies must be an object of scopes.*'orders:admin'/);
  });

  it('is read once, and copied', () => {
    const hierarchy = { a: ['b'] };
    const verifier = verifierFor(key, { scopeImplies: hierarchy });
    hierarchy.a.push('c');
    expect(hasScope(verifier.verifySync(tokenWith('a')), 'c')).toBe(false);
  });

  it('is validated for a resolver, too', () => {
    const issuers = (): undefined => undefined;
    const shared = { issuers, issuer: undefined, audience: undefined, jwks: undefined };
    expect(fault({ a: ['a'] }, shared)).toMatch(/^scopeImplies has a cycle/);
  });
});
