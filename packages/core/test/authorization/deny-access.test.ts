import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denyAccess, isAnonymousAllowed } from '../../src/authorization/deny-access.ts';
import { resolveRequirements } from '../../src/authorization/resolve-requirements.ts';
import type { ResolvedRequirements } from '../../src/authorization/resolved-requirements.ts';
import {
  accessRequirement,
  createVerifier,
  isAuthError,
  type Requirements,
  type SingleIssuerOptions,
} from '../../src/index.ts';
import { authErrorFrom } from '../support/expected-errors.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

type Members = Readonly<Record<string, unknown>>;

const resolve = (requirements: Requirements): ResolvedRequirements => resolveRequirements(requirements, 'authorize');

/** The outcome of authenticating a token with some claims: 'granted', or status and code. */
async function outcomeOf(
  claims: Members,
  requirements: Requirements,
  options: Partial<SingleIssuerOptions> = {},
): Promise<string> {
  const verifier = verifierFor(key, options);
  const result = await verifier.authenticate(bearerRequest(signToken(key, claims)), requirements);
  return result.ok ? 'granted' : `${result.error.status} ${result.error.code}`;
}

const insufficientScope = '403 ERR_SCOPE_INSUFFICIENT';
const insufficientClaims = '403 ERR_CLAIMS_INSUFFICIENT';

describe('[ACCESS-SCOPE] scopes', () => {
  it.each<[string, Members, Requirements, string]>([
    ['the one', { scope: 'read' }, { scope: 'read' }, 'granted'],
    ['one of many', { scope: 'write read' }, { scope: 'read' }, 'granted'],
    ['in an array', { scp: ['write', 'read'] }, { scope: 'read' }, 'granted'],
    ['all, as text', { scope: 'write read' }, { scope: 'read write' }, 'granted'],
    ['all, as a list', { scope: 'write read' }, { scope: ['read', 'write'] }, 'granted'],
    ['over both claims', { scope: 'read', scp: ['write'] }, { scope: ['read', 'write'] }, 'granted'],
    ['some of all', { scope: 'read' }, { scope: ['read', 'write'] }, insufficientScope],
    ['none', {}, { scope: 'read' }, insufficientScope],
    ['one of any', { scope: 'write' }, { anyScope: ['read', 'write'] }, 'granted'],
    ['none of any', { scope: 'other' }, { anyScope: ['read', 'write'] }, insufficientScope],
    ['all, and none of any', { scope: 'read' }, { scope: 'read', anyScope: ['write'] }, insufficientScope],
    ['any, and not all', { scope: 'read' }, { scope: 'write', anyScope: ['read'] }, insufficientScope],
    ['in other case', { scope: 'Read' }, { scope: 'read' }, insufficientScope],
    ['separated by commas', { scope: 'read,write' }, { scope: 'read' }, insufficientScope],
    ['separated by tabs', { scope: 'read\twrite' }, { scope: 'read' }, insufficientScope],
    ['joined inside a list', { scp: ['read write'] }, { scope: 'read' }, insufficientScope],
    ['nested', { scp: [['read']] }, { scope: 'read' }, insufficientScope],
    ['an object', { scope: { read: true } }, { scope: 'read' }, insufficientScope],
    ['a name of the prototype', { scope: {} }, { scope: 'toString' }, insufficientScope],
  ])('%s', async (_name, claims, requirements, expected) => {
    expect(await outcomeOf(claims, requirements)).toBe(expected);
  });

  it('are in the error: all that the route requires', async () => {
    const error = await authErrorFrom(verifierFor(key).verify(signToken(key), { scope: 'read write' }));
    expect(error).toMatchObject({ status: 403, scope: ['read', 'write'] });
  });
});

describe('roles, permissions and groups', () => {
  it.each([
    ['roles', 'role', 'anyRole'],
    ['permissions', 'permission', 'anyPermission'],
    ['groups', 'group', 'anyGroup'],
  ] as const)('%s', async (claim, all, any) => {
    const granted = { [claim]: ['a', 'b c'] };
    expect(await outcomeOf(granted, { [all]: 'a' })).toBe('granted');
    expect(await outcomeOf(granted, { [all]: 'b c' })).toBe('granted');
    expect(await outcomeOf(granted, { [all]: ['a', 'b c'] })).toBe('granted');
    expect(await outcomeOf(granted, { [any]: ['x', 'a'] })).toBe('granted');
    expect(await outcomeOf({ [claim]: 'a d' }, { [all]: ['d', 'a'] })).toBe('granted');
    expect(await outcomeOf(granted, { [all]: 'b' })).toBe(insufficientClaims);
    expect(await outcomeOf(granted, { [all]: ['a', 'x'] })).toBe(insufficientClaims);
    expect(await outcomeOf(granted, { [any]: ['x', 'y'] })).toBe(insufficientClaims);
    expect(await outcomeOf({}, { [all]: 'a' })).toBe(insufficientClaims);
    expect(await outcomeOf({ scope: 'a' }, { [all]: 'a' })).toBe(insufficientClaims);
  });

  it('[ACCESS-CLAIMS] do not substitute for one another', async () => {
    const everything = { roles: ['a'], permissions: ['b'], groups: ['c'], scope: 'd' };
    expect(await outcomeOf(everything, { role: 'a', permission: 'b', group: 'c', scope: 'd' })).toBe('granted');
    for (const requirements of [{ role: 'b' }, { permission: 'c' }, { group: 'a' }, { role: 'd' }]) {
      expect(await outcomeOf(everything, requirements)).toBe(insufficientClaims);
    }
  });
});

describe('the claims that names are read from', () => {
  it.each<[string, Partial<SingleIssuerOptions>, Members, Requirements, string]>([
    ['another claim', { roleClaims: ['r'] }, { r: 'a' }, { role: 'a' }, 'granted'],
    ['no longer the one by default', { roleClaims: ['r'] }, { roles: ['a'] }, { role: 'a' }, insufficientClaims],
    ['a path', { roleClaims: ['realm_access.roles'] }, { realm_access: { roles: ['a'] } }, { role: 'a' }, 'granted'],
    [
      'a claim with dots in its name',
      { roleClaims: ['https://x.example/roles'] },
      { 'https://x.example/roles': ['a'] },
      { role: 'a' },
      'granted',
    ],
    ['the name before the path', { roleClaims: ['a.b'] }, { 'a.b': ['x'], a: { b: ['y'] } }, { role: 'x' }, 'granted'],
    [
      'not the path behind the name',
      { roleClaims: ['a.b'] },
      { 'a.b': ['x'], a: { b: ['y'] } },
      { role: 'y' },
      insufficientClaims,
    ],
    [
      'names one by one',
      { roleClaims: [['resource_access', 'my.api', 'roles']] },
      { resource_access: { 'my.api': { roles: ['a'] } } },
      { role: 'a' },
      'granted',
    ],
    ['several claims', { groupClaims: ['g', 'h'] }, { g: ['a'], h: 'b' }, { group: ['a', 'b'] }, 'granted'],
    [
      'a path that ends early',
      { roleClaims: ['realm_access.roles'] },
      { realm_access: 'roles' },
      { role: 'roles' },
      insufficientClaims,
    ],
    ['names of a path as one name', { roleClaims: [['a', 'b']] }, { 'a,b': ['x'] }, { role: 'x' }, insufficientClaims],
    ['a path through nothing', { roleClaims: ['a.b'] }, { a: null }, { role: 'x' }, insufficientClaims],
    ['a path into text', { roleClaims: ['a.0'] }, { a: 'xy' }, { role: 'x' }, insufficientClaims],
    ['a path through a list', { roleClaims: ['list.0'] }, { list: ['a'] }, { role: 'a' }, 'granted'],
    ['a path through the prototype', { roleClaims: ['constructor.name'] }, {}, { role: 'Object' }, insufficientClaims],
    [
      'scopes from a path',
      { scopeClaims: ['access.scope'] },
      { access: { scope: 'read' } },
      { scope: 'read' },
      'granted',
    ],
    [
      'permissions of another issuer',
      { permissionClaims: ['perms'] },
      { perms: 'a b' },
      { permission: 'b' },
      'granted',
    ],
  ])('%s', async (_name, options, claims, requirements, expected) => {
    expect(await outcomeOf(claims, requirements, options)).toBe(expected);
  });

  it('are configured for each issuer', async () => {
    const [one, two] = ['https://one.example', 'https://two.example'];
    const { jwks, audience, clock } = optionsFor(key);
    const verifier = createVerifier({
      clock,
      issuers: [
        { issuer: one, audience, jwks, roleClaims: ['r1'] },
        { issuer: two, audience, jwks, roleClaims: ['r2'] },
      ],
    } as Parameters<typeof createVerifier>[0]);
    const claims = { r1: ['a'], r2: ['b'] };
    expect((await verifier.verify(signToken(key, { iss: one, ...claims }))).roles).toEqual(['a']);
    expect((await verifier.verify(signToken(key, { iss: two, ...claims }))).roles).toEqual(['b']);
  });
});

describe('a predicate', () => {
  it.each<[string, unknown, string]>([
    ['true', true, 'granted'],
    ['false', false, insufficientClaims],
    ['something that counts as true', 1, insufficientClaims],
    ['text', 'true', insufficientClaims],
    ['an object', {}, insufficientClaims],
    ['a promise of true', Promise.resolve(true), insufficientClaims],
    ['nothing', undefined, insufficientClaims],
  ])('that returns %s', async (_name, returned, expected) => {
    expect(await outcomeOf({}, { claims: () => returned as boolean })).toBe(expected);
  });

  it('[ACCESS-PREDICATE] is called last, with the verified claims', async () => {
    let seen: unknown;
    const claims = (given: unknown): boolean => {
      seen = given;
      return true;
    };
    expect(await outcomeOf({ tenant: 'blue' }, { scope: 'read', claims })).toBe(insufficientScope);
    expect(seen).toBeUndefined();
    expect(await outcomeOf({ tenant: 'blue', scope: 'read' }, { scope: 'read', claims })).toBe('granted');
    expect(seen).toMatchObject({ tenant: 'blue', sub: 'subject' });
    expect(Object.isFrozen(seen)).toBe(true);
  });
});

describe('an anonymous request', () => {
  const verifier = verifierFor(key, { optional: true });
  const required: readonly Requirements[] = [{ scope: 'read' }, { anyRole: ['a'] }, { claims: () => true }];

  it.each(required)(
    '[ACCESS-ANONYMOUS] is answered 401 and never 403, whatever is required: %j',
    async (requirements) => {
      const result = await verifier.authenticate(requestWith(), requirements);
      expect(result.ok ? 'granted' : result.error).toMatchObject({ status: 401, code: 'ERR_CREDENTIALS_MISSING' });
      expect(denyAccess(null, resolve(requirements))).toMatchObject({ status: 401 });
    },
  );

  it('is accepted if nothing is required, or if the route sets optional', async () => {
    expect(await verifier.authenticate(requestWith(), {})).toEqual({ ok: true, auth: null, headers: {} });
    expect(await verifier.authenticate(requestWith(), { scope: 'read', optional: true })).toEqual({
      ok: true,
      auth: null,
      headers: {},
    });
    expect(denyAccess(null, resolve({ scope: 'read', optional: true }))).toBeUndefined();
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ optional: true }, false, true],
    [{ optional: false }, true, false],
    [{ scope: 'a' }, true, false],
    [{ claims: () => true }, true, false],
    [{ anyGroup: ['a'], optional: true }, false, true],
  ] as const)('%j, by default %s: %s', (required, byDefault, passes) => {
    expect(isAnonymousAllowed(resolve(required), byDefault)).toBe(passes);
  });
});

const name = fc.string({ unit: fc.constantFrom('a', 'b', ':', '.', 'A', '*'), minLength: 1, maxLength: 6 });
const names = fc.uniqueArray(name, { maxLength: 4 });
const kinds = fc.constantFrom(
  ...([
    ['scope', 'anyScope', 'scope'],
    ['role', 'anyRole', 'roles'],
    ['permission', 'anyPermission', 'permissions'],
    ['group', 'anyGroup', 'groups'],
  ] as const),
);

describe('any names of a token and a route', () => {
  const verifier = verifierFor(key);

  it('[ACCESS-WHOLE-NAMES] grant access only if the whole names are equal, and 403 otherwise', async () => {
    const property = fc.asyncProperty(
      kinds,
      names,
      fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.boolean(),
      async ([all, any, claim], granted, wanted, isAny, isText) => {
        const token = signToken(key, { [claim]: isText ? granted.join(' ') : granted });
        const requirements = accessRequirement(isAny ? { [any]: wanted } : { [all]: wanted });
        const isGranted = (one: string): boolean => granted.includes(one);
        const expected = isAny ? wanted.some(isGranted) : wanted.every(isGranted);
        const status = await verifier.verify(token, requirements).then(
          () => 200,
          (error: unknown) => (isAuthError(error) ? error.status : error),
        );
        expect(status).toBe(expected ? 200 : 403);
      },
    );
    await fc.assert(property, { numRuns: 2000 });
  });
});
