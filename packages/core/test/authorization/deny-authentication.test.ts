import { describe, expect, it, vi } from 'vitest';
import {
  type AuthenticationRequirement,
  authenticationRequirement,
  createGuard,
  createVerifier,
  isConfigurationError,
  type Requirements,
  type SingleIssuerOptions,
  type VerifiedToken,
} from '../../src/index.ts';
import { acceptanceTerms } from '../../src/token/acceptance-terms.ts';
import { authErrorFrom, configurationErrorIn } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

type Members = Readonly<Record<string, unknown>>;
type Options = Partial<SingleIssuerOptions>;

const insufficient = { status: 401, code: 'ERR_AUTHENTICATION_INSUFFICIENT' };

/** Returns 'granted', or the members of the error for the challenge. Compares every way to state requirements. */
async function unmetBy(
  claims: Members,
  authentication: AuthenticationRequirement,
  options: Options = {},
): Promise<unknown> {
  const token = signToken(key, claims);
  const verifier = verifierFor(key, options);
  const guard = createGuard({ verifier });
  const ways: readonly ((requirements: Requirements) => unknown)[] = [
    (requirements) => authErrorFrom(verifier.verify(token, requirements)),
    (requirements) => guard.authorize(verifier.verifySync(token), requirements),
    async (requirements) => {
      const result = await verifier.authenticate(bearerRequest(token), requirements);
      return result.ok ? undefined : result.error;
    },
  ];
  const unmet = await Promise.all(
    ways.map(async (enter) => {
      const result = enter(authenticationRequirement(authentication));
      const error = await Promise.resolve(result).catch((thrown: Error) => thrown.cause ?? undefined);
      return error === undefined ? 'granted' : detailsOf(error);
    }),
  );
  expect(unmet).toEqual([unmet[0], unmet[0], unmet[0]]);
  return unmet[0];
}

function detailsOf(error: unknown): unknown {
  expect(error).toMatchObject(insufficient);
  const { acrValues, maxAge } = error as { acrValues: readonly string[]; maxAge?: number };
  return { acrValues, maxAge };
}

const acrUnmet = (...acrValues: readonly string[]) => ({ acrValues, maxAge: undefined });
const ageUnmet = (maxAge: number) => ({ acrValues: [], maxAge });

describe('[STEP-UP-ACR] a required acr', () => {
  it.each<[string, Members, AuthenticationRequirement, unknown]>([
    ['equal', { acr: 'phr' }, { acr: 'phr' }, 'granted'],
    ['equal to one of a list', { acr: 'b' }, { acr: ['a', 'b'] }, 'granted'],
    ['another one', { acr: 'low' }, { acr: 'phr' }, acrUnmet('phr')],
    ['none of a list', { acr: 'c' }, { acr: ['b', 'a'] }, acrUnmet('b', 'a')],
    ['absent', {}, { acr: 'phr' }, acrUnmet('phr')],
    ['null', { acr: null }, { acr: 'phr' }, acrUnmet('phr')],
    ['in other case', { acr: 'PHR' }, { acr: 'phr' }, acrUnmet('phr')],
    ['longer', { acr: 'phrh' }, { acr: 'phr' }, acrUnmet('phr')],
    ['one of several in a text', { acr: 'low phr' }, { acr: 'phr' }, acrUnmet('phr')],
    ['in a list of the token', { acr: ['phr'] }, { acr: 'phr' }, acrUnmet('phr')],
    ['a number', { acr: 2 }, { acr: '2' }, acrUnmet('2')],
    ['the name of a member of every object', {}, { acr: 'toString' }, acrUnmet('toString')],
  ])('%s', async (_name, claims, required, expected) => {
    expect(await unmetBy(claims, required)).toEqual(expected);
  });

  it('[OPTIONS-OWN] is not read from Object.prototype', async () => {
    const polluted = {
      acr: 'never',
      maxAge: 0,
      acrLevels: ['low', 'phr'],
      scope: 'never',
      authentication: { acr: 'never' },
    };
    for (const [name, value] of Object.entries(polluted)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true });
    }
    try {
      const claims = { acr: 'phr', auth_time: now - 60 };
      expect(await unmetBy(claims, { acr: 'phr' })).toBe('granted');
      expect(await unmetBy(claims, { maxAge: 60 })).toBe('granted');
      expect(await unmetBy(claims, { acr: 'low' })).toEqual(acrUnmet('low'));
      expect(await unmetBy(claims, { maxAge: 1 })).toEqual(ageUnmet(1));
      expect(await verifierFor(key).verify(signToken(key), {})).toMatchObject({ subject: 'subject' });
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('[TOKEN-OWN-CLAIMS] is not read from Object.prototype', async () => {
    const polluted = { acr: 'phr', auth_time: now };
    for (const [name, value] of Object.entries(polluted)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true });
    }
    try {
      expect(await unmetBy({}, { acr: 'phr', maxAge: 60 })).toEqual({ acrValues: ['phr'], maxAge: 60 });
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});

describe('[STEP-UP-LEVELS] acrLevels', () => {
  const acrLevels = ['low', 'mfa', 'phr'];

  it.each<[string, string | undefined, string | readonly string[], unknown]>([
    ['an equal level', 'mfa', 'mfa', 'granted'],
    ['a later level', 'phr', 'mfa', 'granted'],
    ['the last level for the first', 'phr', 'low', 'granted'],
    ['an earlier level', 'low', 'mfa', acrUnmet('mfa')],
    ['a later level than one of a list', 'mfa', ['phr', 'low'], 'granted'],
    ['an earlier level than all of a list', 'low', ['phr', 'mfa'], acrUnmet('phr', 'mfa')],
    ['an unknown value', 'other', 'low', acrUnmet('low')],
    ['an unknown value that is required', 'other', 'other', 'granted'],
    ['a level for an unknown value', 'phr', 'other', acrUnmet('other')],
    ['no value', undefined, 'low', acrUnmet('low')],
  ])('%s', async (_name, acr, required, expected) => {
    expect(await unmetBy({ acr }, { acr: required }, { acrLevels })).toEqual(expected);
  });

  it('are those of the issuer of the token', async () => {
    const [one, two] = ['https://one.example', 'https://two.example'];
    const { jwks, audience, clock } = optionsFor(key);
    const issuers = [
      { issuer: one, audience, jwks: jwks ?? { keys: [] }, acrLevels },
      { issuer: two, audience, jwks: jwks ?? { keys: [] }, acrLevels: acrLevels.toReversed() },
    ];
    const guard = createGuard({ issuers, ...(clock && { clock }) });
    const authorize = async (iss: string) =>
      guard.authorize(await guard.verifier.verify(signToken(key, { iss, acr: 'phr' })), {
        authentication: { acr: 'mfa' },
      });
    expect(await authorize(one)).toBeUndefined();
    expect(await authorize(two)).toMatchObject(insufficient);
  });

  it('of a resolver stay those of an accepted token, also after clear()', async () => {
    const { jwks, audience, clock, issuer } = optionsFor(key);
    const resolver = (iss: string) =>
      iss === issuer ? { issuer, audience, jwks: jwks ?? { keys: [] }, acrLevels } : null;
    const guard = createGuard({ issuers: resolver, ...(clock && { clock }) });
    const auth = await guard.verifier.verify(signToken(key, { acr: 'phr' }));
    guard.verifier.clear();
    expect(guard.authorize(auth, { authentication: { acr: 'mfa' } })).toBeUndefined();
  });
});

describe('[STEP-UP-AGE] a required age', () => {
  it.each<[string, unknown, number, Options, unknown]>([
    ['now', now, 300, {}, 'granted'],
    ['at the last second', now - 300, 300, { clockTolerance: 0 }, 'granted'],
    ['a second later', now - 301, 300, { clockTolerance: 0 }, ageUnmet(300)],
    ['at the last second of the tolerance', now - 305, 300, {}, 'granted'],
    ['a second after the tolerance', now - 306, 300, {}, ageUnmet(300)],
    ['in the future, within the tolerance', now + 5, 300, {}, 'granted'],
    ['in the future, beyond the tolerance', now + 6, 300, {}, ageUnmet(300)],
    ['in the future without a tolerance', now + 1, 300, { clockTolerance: 0 }, ageUnmet(300)],
    ['a login of this second', now, 0, { clockTolerance: 0 }, 'granted'],
    ['a login of the second before', now - 1, 0, { clockTolerance: 0 }, ageUnmet(0)],
    ['absent', undefined, 300, {}, ageUnmet(300)],
    ['null', null, 300, {}, ageUnmet(300)],
    ['text', String(now), 300, {}, ageUnmet(300)],
    ['a list', [now], 300, {}, ageUnmet(300)],
    ['milliseconds', now * 1000, 300, {}, ageUnmet(300)],
    ['a fraction', now - 299.5, 300, { clockTolerance: 0 }, 'granted'],
  ])('auth_time %s', async (_name, auth_time, maxAge, options, expected) => {
    expect(await unmetBy({ auth_time }, { maxAge }, options)).toEqual(expected);
  });

  it('follows the clock of the verifier, also for a cached token and for a guard that authorizes later', async () => {
    const clock = new FakeClock();
    const guard = createGuard(optionsFor(key, { clock, tokenCache: { maxEntries: 5 } }));
    const requirements = authenticationRequirement({ maxAge: 300 });
    const request = bearerRequest(signToken(key, { auth_time: now }));
    const authenticated = async () => (await guard.authenticate(request, requirements)).ok;
    const auth = (await guard.authenticate(request)) as { readonly auth: VerifiedToken };
    expect([await authenticated(), guard.authorize(auth.auth, requirements)]).toEqual([true, undefined]);
    clock.advance(306);
    expect(await authenticated()).toBe(false);
    expect(guard.authorize(auth.auth, requirements)).toMatchObject({ ...insufficient, maxAge: 300 });
    expect(guard.verifier.stats().tokenCache.hits).toBe(2);
  });
});

describe('[STEP-UP-ORDER] the answer', () => {
  const challengeOf = async (claims: Members, requirements: Requirements): Promise<string> => {
    const verifier = verifierFor(key);
    const result = await verifier.authenticate(bearerRequest(signToken(key, claims)), requirements);
    if (result.ok) return 'granted';
    const { status, headers } = verifier.challenge(result.error);
    return `${status} ${headers['WWW-Authenticate']?.replace(/error_description="[^"]*", /, '')}`;
  };
  const requirements: Requirements = { scope: 'pay read', authentication: { acr: 'phr', maxAge: 60 } };
  const start = '401 Bearer realm="api", error="insufficient_user_authentication", ';

  it.each<[string, Members, Requirements, string]>([
    ['names both', {}, requirements, `${start}acr_values="phr", max_age="60", scope="pay read"`],
    ['names only the acr', { auth_time: now }, requirements, `${start}acr_values="phr", scope="pay read"`],
    ['names only the age', { acr: 'phr' }, requirements, `${start}max_age="60", scope="pay read"`],
    [
      'names the scopes of the route also if the token has them',
      { acr: 'phr', scope: 'pay read' },
      requirements,
      `${start}max_age="60", scope="pay read"`,
    ],
    [
      'is about scopes once the login is met',
      { acr: 'phr', auth_time: now },
      requirements,
      '403 Bearer realm="api", error="insufficient_scope", scope="pay read"',
    ],
    [
      'names each scope once',
      {},
      { scope: 'pay', anyScope: ['pay', 'admin'], authentication: { acr: 'phr' } },
      `${start}acr_values="phr", scope="pay admin"`,
    ],
    ['names no role', {}, { role: 'clerk', authentication: { acr: 'phr' } }, `${start}acr_values="phr"`],
    ['is none if all is met', { acr: 'phr', auth_time: now, scope: 'read pay' }, requirements, 'granted'],
  ])('%s', async (_name, claims, required, expected) => {
    const challenge = await challengeOf(claims, required);
    expect(challenge.replace(/, error_description="[^"]*"/, '')).toBe(expected);
  });

  it('comes before the predicate, which is not called', async () => {
    const claims = vi.fn(() => true);
    const required = { claims, authentication: { acr: 'phr' } };
    expect(await challengeOf({}, required)).toMatch(/^401/);
    expect(claims).not.toHaveBeenCalled();
    expect(await challengeOf({ acr: 'phr' }, required)).toBe('granted');
  });

  it('comes after the token: a refused token is invalid_token', async () => {
    expect(await challengeOf({ exp: now - 60 }, requirements)).toMatch(/^401 .*error="invalid_token"/);
  });

  it('names no value of the token', async () => {
    const hush = { acr: 'hush', auth_time: 1234567 };
    const error = await authErrorFrom(verifierFor(key).verify(signToken(key, hush), requirements));
    expect(JSON.stringify([error.message, error, verifierFor(key).challenge(error)])).not.toMatch(/hush|1234567/);
  });
});

describe('an anonymous request', () => {
  it('[ACCESS-ANONYMOUS] never meets a required login, unless the route itself is optional', async () => {
    const verifier = verifierFor(key, { optional: true });
    const authentication = { maxAge: 300 };
    expect(await verifier.authenticate(requestWith(), { authentication })).toMatchObject({
      ok: false,
      error: { code: 'ERR_CREDENTIALS_MISSING' },
    });
    expect(await verifier.authenticate(requestWith(), { authentication, optional: true })).toMatchObject({
      auth: null,
    });
  });
});

describe('a token that no verifier of this package made', () => {
  const guard = createGuard(optionsFor(key, { acrLevels: ['low', 'phr'] }));

  it('is compared with the clock of the runtime, and without levels', () => {
    const { claims, ...others } = guard.verifier.verifySync(signToken(key));
    const made = (members: Members) => ({ ...others, token: '', claims: { ...claims, ...members } }) as VerifiedToken;
    const seconds = Math.floor(Date.now() / 1000);
    expect(guard.authorize(made({ auth_time: seconds }), { authentication: { maxAge: 60 } })).toBeUndefined();
    expect(guard.authorize(made({ auth_time: seconds - 70 }), { authentication: { maxAge: 60 } })).toMatchObject(
      insufficient,
    );
    expect(guard.authorize(made({ acr: 'phr' }), { authentication: { acr: 'phr' } })).toBeUndefined();
    expect(guard.authorize(made({ acr: 'phr' }), { authentication: { acr: 'low' } })).toMatchObject(insufficient);
  });

  it('may inherit from one', () => {
    const auth: VerifiedToken = Object.create(guard.verifier.verifySync(signToken(key, { acr: 'phr' })));
    expect(guard.authorize(auth, { authentication: { acr: 'phr' } })).toBeUndefined();
  });

  it('is not one that another copy of this package made: its levels apply', async () => {
    const path = '../../src/authorization/deny-authentication.ts?copy';
    const terms = '../../src/token/acceptance-terms.ts?copy';
    const copy = (await import(
      /* @vite-ignore */ path
    )) as typeof import('../../src/authorization/deny-authentication.ts');
    const { readAcceptanceTerms } = (await import(
      /* @vite-ignore */ terms
    )) as typeof import('../../src/token/acceptance-terms.ts');
    const auth = guard.verifier.verifySync(signToken(key, { acr: 'phr' }));
    expect(readAcceptanceTerms(auth)?.policy.acrLevels).toEqual(['low', 'phr']);
    expect(copy.denyAuthentication(auth, { acr: ['low'] }, [])).toBeUndefined();
  });

  it('[STEP-UP-TERMS] and one that a verifier made does not show its terms', () => {
    const auth = guard.verifier.verifySync(signToken(key));
    expect(acceptanceTerms in auth).toBe(true);
    expect(Object.getOwnPropertySymbols(auth)).toEqual([]);
    expect(acceptanceTerms in { ...auth }).toBe(false);
  });
});

describe('authenticationRequirement()', () => {
  it.each<[unknown, RegExp]>([
    [undefined, /^requireAuthentication takes an object|requireAuthentication\(\{ maxAge: 300 \}\)/],
    [{}, /^requireAuthentication requires no login/],
    [{ maxAge: 86_400_000 }, /^requireAuthentication takes maxAge as .*: write 86400$/],
    [{ acr: [] }, /^requireAuthentication was given acr as an empty list/],
    [{ acr: 'a b' }, /^requireAuthentication was given acr with "a b"/],
    [{ age: 1 }, /^requireAuthentication does not know the requirement age/],
    ['phr', /^requireAuthentication takes an object/],
    [300, /^requireAuthentication takes an object/],
  ])('[ACCESS-VALIDATED] throws at set-up for %j', (required, message) => {
    const call = () => authenticationRequirement(required as AuthenticationRequirement);
    expect(configurationErrorIn(call).message).toMatch(message);
  });

  it('copies and freezes what it was given', async () => {
    const acr = ['phr'];
    const requirements = authenticationRequirement({ acr });
    acr.push('low');
    expect(requirements).toEqual({ authentication: { acr: ['phr'] } });
    expect(Object.isFrozen(requirements.authentication)).toBe(true);
    expect(authenticationRequirement({ maxAge: 0 })).toEqual({ authentication: { maxAge: 0 } });
  });

  it('is the error of createVerifier for wrong levels', () => {
    expect(() => createVerifier(optionsFor(key, { acrLevels: [] }))).toThrow(
      expect.toSatisfy(isConfigurationError) as unknown as Error,
    );
  });
});
