import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import {
  type AuthResult,
  accessRequirement,
  createGuard,
  isConfigurationError,
  type Requirements,
  type VerifiedToken,
} from '../../src/index.ts';
import { authErrorOf, configurationErrorIn } from '../support/expected-errors.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const verifier = verifierFor(key);
const guard = createGuard({ verifier });
const token = signToken(key, { scope: 'read', roles: ['clerk'] });
const auth = verifier.verifySync(token);

/** Each entry point for requirements, by the name that its errors begin with. */
const entryPoints: Readonly<Record<string, (requirements: Requirements) => unknown>> = {
  verify: (requirements) => verifier.verify(token, requirements),
  verifySync: (requirements) => verifier.verifySync(token, requirements),
  verifyAll: (requirements) => verifier.verifyAll([token], { requirements }),
  authenticate: (requirements) => verifier.authenticate(bearerRequest(token), requirements),
  authorize: (requirements) => guard.authorize(auth, requirements),
  requireAccess: (requirements) => accessRequirement(requirements),
};

const empty = class {};
const inherited = Object.create({ scope: 'admin' });
const hidden = Object.defineProperty({}, 'scope', { value: [], enumerable: false });

const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ['a misspelled member', { scopes: 'admin' }, /scopes.*did you mean scope\?$/],
  ['another misspelled member', { anyroles: ['admin'] }, /anyroles.*did you mean anyRole\?$/],
  ['a member like no other', { 'x\r\nyz': 1 }, /"x\\r\\nyz".*use one of scope, anyScope/],
  ['a misspelled member and a valid one', { scope: 'read', rolle: 'a' }, /rolle.*did you mean role\?$/],
  ['a symbol', { [Symbol('scope')]: 'admin' }, /Symbol\(scope\)/],
  ['an empty list', { scope: [] }, / scope .*at least one/],
  ['an empty list of alternatives', { anyScope: [] }, / anyScope .*at least one/],
  ['an empty list of roles', { role: [] }, / role .*at least one/],
  ['an empty list of other alternatives', { anyGroup: [] }, / anyGroup .*at least one/],
  ['an empty list in a hidden member', hidden, / scope .*at least one/],
  ['an undefined scope', { scope: undefined }, / scope .*undefined/],
  ['an undefined predicate', { claims: undefined }, / claims .*undefined/],
  ['an undefined optional', { optional: undefined }, / optional .*undefined/],
  ['an undefined member and one that is met', { scope: 'read', anyRole: undefined }, / anyRole .*undefined/],
  ['null', { role: null }, / role/],
  ['a number', { permission: 5 }, / permission/],
  ['an object', { group: {} }, / group/],
  ['a set', { scope: new Set(['read']) }, / scope/],
  ['an empty text', { scope: '' }, / scope/],
  ['an empty name in a list', { role: ['clerk', ''] }, / role/],
  ['a hole in a list', { scope: Object.assign(['read'], { length: 2 }) }, / scope/],
  ['a nested list', { scope: [['read']] }, / scope/],
  ['a scope with a quotation mark', { scope: 'a"b' }, / scope/],
  ['a scope with a line end', { anyScope: ['read', 'a\r\nb'] }, / anyScope/],
  ['a scope with two spaces', { scope: 'read  write' }, / scope/],
  ['a predicate that is none', { claims: { tenant: 'blue' } }, / claims .*function/],
  ['a login that is none', { authentication: true }, / authentication as an object, such as/],
  ['a login of a list', { authentication: ['phr'] }, / authentication as an object/],
  ['a login of an instance', { authentication: new empty() }, / authentication as an object/],
  ['a login that requires nothing', { authentication: {} }, / give it acr, maxAge or both/],
  ['an undefined login', { authentication: undefined }, / authentication .*undefined/],
  [
    'a misspelled member of a login',
    { authentication: { maxage: 5 } },
    /authentication.maxage: did you mean maxAge\?$/,
  ],
  ['another one', { authentication: { acr_values: 'a' } }, /authentication.acr_values: /],
  ['a symbol in a login', { authentication: { [Symbol('acr')]: 'a' } }, /"Symbol\(acr\)"/],
  ['an undefined acr', { authentication: { acr: undefined } }, / authentication.acr .*undefined/],
  ['an undefined age', { authentication: { acr: 'a', maxAge: undefined } }, / authentication.maxAge .*undefined/],
  ['no acr', { authentication: { acr: [] } }, / authentication.acr .*write at least one value, such as acr: 'phr'$/],
  ['an empty acr', { authentication: { acr: '' } }, / authentication.acr .*visible ASCII/],
  ['an empty acr in a list', { authentication: { acr: ['a', ''] } }, / authentication.acr .*visible ASCII/],
  ['acrs in one text', { authentication: { acr: 'a b' } }, / authentication.acr with "a b".*acr: \['a', 'b'\]$/],
  ['acrs in one text of a list', { authentication: { acr: ['a b'] } }, / authentication.acr .*no spaces/],
  ['an acr with a line end', { authentication: { acr: 'a\r\nb' } }, / authentication.acr .*visible ASCII/],
  ['an acr that is no text', { authentication: { acr: 2 } }, / authentication.acr .*number: write text$/],
  [
    'a hole in a list of acrs',
    { authentication: { acr: Object.assign(['a'], { length: 2 }) } },
    / authentication.acr /,
  ],
  ['an age in milliseconds', { authentication: { maxAge: 86_400_000 } }, /maxAge .*milliseconds: write 86400$/],
  ['a time as an age', { authentication: { maxAge: Date.now() * 1e6 } }, /maxAge .*an age, not a time$/],
  ['a negative age', { authentication: { maxAge: -1 } }, / authentication.maxAge .*seconds from 0 to 2592000$/],
  ['a fraction as an age', { authentication: { maxAge: 0.5 } }, / authentication.maxAge .*whole number/],
  ['an age of text', { authentication: { maxAge: '300' } }, / authentication.maxAge .*whole number/],
  ['no number as an age', { authentication: { maxAge: Number.NaN } }, / authentication.maxAge .*whole number/],
  ['an optional that is no boolean', { optional: 1 }, / optional .*true or false/],
  ['an optional of null', { optional: null }, / optional .*true or false/],
  ['nothing at all', null, / an object/],
  ['text', 'read', / an object/],
  ['a list', ['read'], / an object/],
  ['a function', () => true, / an object/],
  ['a map', new Map([['scope', 'read']]), / an object/],
  ['an instance of a class', new empty(), / an object/],
  ['inherited members', inherited, / an object/],
  ['members of a prototype without one', Object.create({ __proto__: null, scope: 'admin' }), / an object/],
];

/** The ConfigurationError that an entry point throws or rejects with. */
async function faultFrom(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    if (isConfigurationError(error)) return error;
    throw error;
  }
  throw new Error('The requirements were accepted');
}

describe.each(Object.entries(entryPoints))('%s()', (name, enter) => {
  it.each(wrong)('[ACCESS-VALIDATED] names what is wrong in %s', async (_case, requirements, message) => {
    const error = await faultFrom(() => enter(requirements as Requirements));
    expect(error.message).toMatch(new RegExp(`^${name} `));
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/[\r\n]/);
  });

  it('reads each member once, and a list as it was then', async () => {
    const scope = vi.fn(() => ['read']);
    const requirements = Object.defineProperty({}, 'scope', { get: scope, enumerable: true });
    await enter(requirements as Requirements);
    expect(scope).toHaveBeenCalledOnce();
    const acr = vi.fn(() => ['phr']);
    const authentication = Object.defineProperty({}, 'acr', { get: acr, enumerable: true });
    await Promise.allSettled([(async () => enter({ authentication }))()]);
    expect(acr).toHaveBeenCalledOnce();
  });
});

describe.each(Object.entries(entryPoints).filter(([name]) => name !== 'requireAccess'))('%s()', (_name, enter) => {
  it.each([undefined, {}, Object.create(null), runInNewContext('({})'), { optional: false }])(
    'requires nothing with %o',
    async (nothing) => {
      const result: unknown = await enter(nothing as Requirements);
      const isDenied = (result as AuthResult | undefined)?.ok === false;
      expect(isDenied).toBe(false);
    },
  );
});

describe('wrong requirements', () => {
  const misspelled = { scopes: 'admin' } as Requirements;

  it('are an error of the application, whatever the request contains', async () => {
    for (const request of [requestWith(), requestWith('Bearer'), bearerRequest('x'), bearerRequest(token)]) {
      const result = verifier.authenticate(request, misspelled);
      await expect(result).rejects.toSatisfy(isConfigurationError);
    }
    await expect(verifier.verify('x', misspelled)).rejects.toSatisfy(isConfigurationError);
    expect(configurationErrorIn(() => verifier.verifySync('x', misspelled)).message).toMatch(/scopes/);
  });

  it('reject a promise instead of throwing', async () => {
    await expect(verifier.verify(token, misspelled)).rejects.toSatisfy(isConfigurationError);
    await expect(verifier.verifyAll([token], { requirements: misspelled })).rejects.toSatisfy(isConfigurationError);
    const result = verifier.authenticate(bearerRequest(token), misspelled);
    expect(result).toBeInstanceOf(Promise);
    await expect(result).rejects.toSatisfy(isConfigurationError);
  });

  it('are not counted as a denied token', async () => {
    const counting = verifierFor(key);
    await Promise.allSettled([counting.verify(token, misspelled), counting.authenticate(requestWith(), misspelled)]);
    expect(counting.stats()).toMatchObject({ verified: 0, refused: {} });
  });
});

describe('requirements that were resolved', () => {
  it('are not resolved again', () => {
    const requirements = accessRequirement({ role: ['clerk'] });
    expect(accessRequirement(requirements)).toBe(requirements);
  });

  it('do not change with the list of the caller', () => {
    const roles = ['clerk'];
    const requirements = accessRequirement({ role: roles });
    roles.push('boss');
    expect(guard.authorize(auth, requirements)).toBeUndefined();
    expect(requirements).toEqual({ role: ['clerk'] });
  });

  it('of another copy of the package are valid for any guard', () => {
    const foreign: Requirements = Object.freeze({ role: Object.freeze(['boss']) });
    expect(guard.authorize(auth, foreign)).toMatchObject({ code: 'ERR_CLAIMS_INSUFFICIENT' });
  });

  it.each([
    ['scope', 'read', 'optional', true],
    ['role', 'boss', 'claims', () => true],
  ])('ignore members of Object.prototype: %s with an added %s', (member, value, polluted, added) => {
    const requirements = accessRequirement({ [member]: value });
    Object.defineProperty(Object.prototype, polluted, { value: added, configurable: true, writable: true });
    try {
      const denied = guard.authorize(null, requirements);
      expect(denied).toMatchObject({ status: 401 });
      expect(guard.authorize(null, {})).toMatchObject({ status: 401 });
    } finally {
      Reflect.deleteProperty(Object.prototype, polluted);
    }
  });
});

describe('a requirement of a token only', () => {
  it('is authorize() without requirements', () => {
    expect(guard.authorize(auth)).toBeUndefined();
    expect(guard.authorize(null)).toMatchObject({ status: 401, code: 'ERR_CREDENTIALS_MISSING' });
  });
});

describe('the options of verifyAll()', () => {
  const missing = { code: 'ERR_SCOPE_INSUFFICIENT' };

  it('take requirements for every token', async () => {
    const tokens = [token, signToken(key, { scope: 'write' })];
    const [met, notMet] = await verifier.verifyAll(tokens, { requirements: { scope: 'read' }, concurrency: 1 });
    expect(met).toMatchObject({ status: 'fulfilled', value: { subject: 'subject' } satisfies Partial<VerifiedToken> });
    expect(notMet).toMatchObject({ status: 'rejected', reason: missing });
    expect(authErrorOf(() => verifier.verifySync(token, { scope: 'write' }))).toMatchObject(missing);
  });

  it.each([
    [{ concurency: 5 }, /concurency.*did you mean concurrency\?/],
    [{ scope: 'read' }, /scope/],
    [{ requirement: { scope: 'read' } }, /requirement .*did you mean requirements\?/],
    [{ concurrency: 0 }, /^concurrency must be a whole number/],
    [null, /must be an object/],
    ['read', /must be an object/],
  ])('are validated: %j', async (options, message) => {
    const error = await faultFrom(() => verifier.verifyAll([token], options as object));
    expect(error.message).toMatch(message);
  });
});
