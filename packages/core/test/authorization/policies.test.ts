import { describe, expect, it, vi } from 'vitest';
import {
  accessRequirement,
  type Claims,
  createGuard,
  createVerifier,
  openApiSecurity,
  policyRequirement,
  type Requirements,
  type SingleIssuerOptions,
  validatePolicy,
} from '../../src/index.ts';
import { authErrorOf, configurationErrorIn } from '../support/expected-errors.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const isBlue = (claims: Claims): boolean => claims['tenant'] === 'blue';
const policies = {
  orders: { scope: 'orders:write', role: 'editor' },
  reports: { anyScope: ['reports:read', 'reports:admin'] },
  blue: { claims: isBlue },
  guests: { optional: true },
} satisfies Record<string, Requirements>;
const verifier = verifierFor(key, { policies });

type Members = Readonly<Record<string, unknown>>;

/** The outcome of verifying a token with some claims: 'granted', or the code and the scopes of the error. */
function outcomeOf(claims: Members, requirements: Requirements): string {
  try {
    verifier.verifySync(signToken(key, claims), requirements);
    return 'granted';
  } catch (error) {
    const { code, scope = [] } = error as { code: string; scope?: readonly string[] };
    return [code, ...scope].join(' ');
  }
}

/** The fault of the option `policies`. */
function fault(value: unknown): string {
  const options = { ...optionsFor(key), policies: value } as SingleIssuerOptions;
  return configurationErrorIn(() => createVerifier(options)).message;
}

const [scope, insufficient] = ['ERR_SCOPE_INSUFFICIENT', 'ERR_CLAIMS_INSUFFICIENT'];

describe('[ACCESS-POLICY] a policy', () => {
  it.each<[string, Members, Requirements, string]>([
    ['is met', { scope: 'orders:write', roles: ['editor'] }, { policy: 'orders' }, 'granted'],
    ['is not met without one of its members', { scope: 'orders:write' }, { policy: 'orders' }, insufficient],
    ['is named by its scopes', { roles: ['editor'] }, { policy: 'orders' }, `${scope} orders:write`],
    [
      'and the requirements of the route are both required',
      { scope: 'orders:write', roles: ['editor'] },
      { policy: 'orders', role: 'boss' },
      insufficient,
    ],
    [
      'and the route make one list of scopes',
      { scope: 'orders:write', roles: ['editor'] },
      { policy: 'orders', scope: ['audit', 'orders:write'] },
      `${scope} orders:write audit`,
    ],
    [
      'and the route each require one of their scopes',
      { scope: 'reports:read' },
      { policy: 'reports', anyScope: ['a', 'b'] },
      `${scope} a b`,
    ],
    [
      'and the route may require one scope each',
      { scope: 'reports:read b' },
      { policy: 'reports', anyScope: ['a', 'b'] },
      'granted',
    ],
    ['may be a predicate', { tenant: 'red' }, { policy: 'blue' }, insufficient],
    [
      'and the predicate of the route are both required',
      { tenant: 'blue' },
      { policy: 'blue', claims: () => false },
      insufficient,
    ],
    [
      'and the predicate of the route are both met',
      { tenant: 'blue' },
      { policy: 'blue', claims: () => true },
      'granted',
    ],
  ])('%s', (_title, claims, requirements, expected) => {
    expect(outcomeOf(claims, requirements)).toBe(expected);
    expect(outcomeOf(claims, accessRequirement(requirements))).toBe(expected);
  });

  it('applies to every way to verify', async () => {
    const token = signToken(key, { scope: 'x' });
    const requirements = { policy: 'reports' };
    const denied = { code: scope, scope: ['reports:read', 'reports:admin'] };
    await expect(verifier.verify(token, requirements)).rejects.toMatchObject(denied);
    expect(await verifier.verifyAll([token], { requirements })).toMatchObject([{ reason: denied }]);
    expect(await verifier.authenticate(bearerRequest(token), requirements)).toMatchObject({ ok: false, error: denied });
    const guard = createGuard({ verifier });
    expect(guard.authorize(verifier.verifySync(token), requirements)).toMatchObject(denied);
    expect(
      guard.authorize(verifier.verifySync(signToken(key, { scope: 'reports:read' })), requirements),
    ).toBeUndefined();
  });

  it('decides about anonymous requests unless the route does', async () => {
    const anonymous = requestWith();
    const statusOf = async (requirements: Requirements): Promise<number> => {
      const result = await verifier.authenticate(anonymous, requirements);
      return result.ok ? 200 : result.error.status;
    };
    expect(await statusOf({ policy: 'guests' })).toBe(200);
    expect(await statusOf({ policy: 'guests', optional: false })).toBe(401);
    expect(await statusOf({ policy: 'orders' })).toBe(401);
    const optional = createVerifier({ ...optionsFor(key, { policies }), optional: true });
    expect(await optional.authenticate(anonymous, { policy: 'orders' })).toMatchObject({ ok: false });
  });

  it('is combined once with the requirements of a route', () => {
    const groupBy = vi.spyOn(Map, 'groupBy');
    const requirements = policyRequirement('orders');
    const token = signToken(key, { scope: 'orders:write', roles: ['editor'] });
    for (let count = 0; count < 3; count += 1) verifier.verifySync(token, requirements);
    expect(groupBy).toHaveBeenCalledTimes(1);
    groupBy.mockRestore();
  });
});

describe('[ACCESS-POLICY] an unknown policy', () => {
  const unknown = 'The verifier has no policy "ordres": did you mean orders?';

  it('is a ConfigurationError that names the nearest one, wherever it enters', async () => {
    const requirements = { policy: 'ordres' };
    const token = signToken(key);
    expect(configurationErrorIn(() => verifier.verifySync(token, requirements)).message).toBe(unknown);
    await expect(verifier.verify(token, requirements)).rejects.toThrow(unknown);
    await expect(verifier.verifyAll([token], { requirements })).rejects.toThrow(unknown);
    await expect(Promise.resolve(verifier.authenticate(bearerRequest(token), requirements))).rejects.toThrow(unknown);
    const guard = createGuard({ verifier });
    expect(configurationErrorIn(() => guard.authorize(verifier.verifySync(token), requirements)).message).toBe(unknown);
    expect(configurationErrorIn(() => validatePolicy(requirements, verifier)).message).toBe(unknown);
    expect(configurationErrorIn(() => policyRequirement('ordres', verifier)).message).toBe(unknown);
    expect(configurationErrorIn(() => openApiSecurity(requirements, 'oidc', verifier)).message).toBe(unknown);
  });

  it('is what every policy is to a verifier without policies, and to one of the application', () => {
    const none = 'The verifier has no policy "orders": define it in the option policies';
    const requirements = policyRequirement('orders');
    const without = verifierFor(key);
    expect(configurationErrorIn(() => without.verifySync(signToken(key), requirements)).message).toBe(none);
    const own = { ...without, authenticate: vi.fn(), challenge: vi.fn() };
    const guard = createGuard({ verifier: Object(own) });
    const auth = without.verifySync(signToken(key));
    expect(configurationErrorIn(() => guard.authorize(auth, requirements)).message).toBe(none);
    expect(configurationErrorIn(() => validatePolicy({ policy: 'toString' }, verifier)).message).toMatch(/no policy/);
  });

  it.each(['', 1, null, ['orders'], {}])('is not a name: %o', (policy) => {
    const message = "requireAccess takes policy as the name of a policy, such as 'orders'";
    expect(configurationErrorIn(() => accessRequirement({ policy } as Requirements)).message).toBe(message);
  });

  it('is named by text', () => {
    expect(configurationErrorIn(() => policyRequirement(Object(undefined))).message).toMatch(/^requirePolicy/);
  });
});

describe('[OPTIONS-AT-CREATION] the option policies', () => {
  const form = /^policies must be an object of requirements by name, such as \{ orders: /;

  it.each([null, 'orders', [], [{ scope: 'a' }], {}, { '': { scope: 'a' } }, () => ({})].map((value) => ({ value })))(
    'is an object of requirements by name: not $value',
    ({ value }) => {
      expect(fault(value)).toMatch(form);
    },
  );

  it.each([
    [{ orders: {} }, /^policies\.orders requires nothing/],
    [{ orders: 'orders:write' }, /^policies\.orders takes an object/],
    [{ orders: undefined }, /^policies\.orders takes an object/],
    [{ orders: { scopes: 'a' } }, /^policies\.orders does not know the requirement scopes: did you mean scope\?/],
    [{ orders: { scope: [] } }, /^policies\.orders was given scope as an empty list/],
    [{ 'write orders': { scope: undefined } }, /^policies\["write orders"\] was given scope as undefined/],
    [{ orders: { policy: 'other' } }, /^policies\.orders cannot name another policy/],
  ])('has valid requirements: %o', (value, message) => {
    expect(fault(value)).toMatch(message);
  });

  it('is read once, and copied', () => {
    const given: { orders: { scope: string } } = { orders: { scope: 'a' } };
    const copied = verifierFor(key, { policies: given });
    given.orders.scope = 'b';
    const error = authErrorOf(() => copied.verifySync(signToken(key), { policy: 'orders' }));
    expect(error).toMatchObject({ scope: ['a'] });
  });
});

describe('openApiSecurity() of a policy', () => {
  it('shows its scopes if the verifier is given, and leaves it out otherwise', () => {
    expect(openApiSecurity({ policy: 'orders', scope: 'audit' }, 'oidc')).toEqual([{ oidc: ['audit'] }]);
    expect(openApiSecurity({ policy: 'orders', scope: 'audit' }, 'oidc', verifier)).toEqual([
      { oidc: ['orders:write', 'audit'] },
    ]);
    expect(openApiSecurity({ policy: 'reports', anyScope: ['a', 'b'] }, 'oidc', verifier)).toEqual([
      { oidc: ['reports:read', 'a'] },
      { oidc: ['reports:read', 'b'] },
      { oidc: ['reports:admin', 'a'] },
      { oidc: ['reports:admin', 'b'] },
    ]);
  });
});
