import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admitsAnonymous, checkRequirements } from '../../src/authorization/requirements.ts';
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

/** What a demand makes of a token with some claims: 'let in', or status and code. */
async function judged(
  claims: Members,
  demands: Requirements,
  options: Partial<SingleIssuerOptions> = {},
): Promise<string> {
  const verifier = verifierFor(key, options);
  const result = await verifier.authenticate(bearerRequest(signToken(key, claims)), demands);
  return result.ok ? 'let in' : `${result.error.status} ${result.error.code}`;
}

const lacksScope = '403 ERR_SCOPE_INSUFFICIENT';
const lacksRight = '403 ERR_CLAIMS_INSUFFICIENT';

describe('[ACCESS-SCOPE] scopes', () => {
  it.each<[string, Members, Requirements, string]>([
    ['the one', { scope: 'read' }, { scope: 'read' }, 'let in'],
    ['one of many', { scope: 'write read' }, { scope: 'read' }, 'let in'],
    ['in an array', { scp: ['write', 'read'] }, { scope: 'read' }, 'let in'],
    ['all, as text', { scope: 'write read' }, { scope: 'read write' }, 'let in'],
    ['all, as a list', { scope: 'write read' }, { scope: ['read', 'write'] }, 'let in'],
    ['over both claims', { scope: 'read', scp: ['write'] }, { scope: ['read', 'write'] }, 'let in'],
    ['some of all', { scope: 'read' }, { scope: ['read', 'write'] }, lacksScope],
    ['none', {}, { scope: 'read' }, lacksScope],
    ['one of any', { scope: 'write' }, { anyScope: ['read', 'write'] }, 'let in'],
    ['none of any', { scope: 'other' }, { anyScope: ['read', 'write'] }, lacksScope],
    ['all, and none of any', { scope: 'read' }, { scope: 'read', anyScope: ['write'] }, lacksScope],
    ['any, and not all', { scope: 'read' }, { scope: 'write', anyScope: ['read'] }, lacksScope],
    ['in other case', { scope: 'Read' }, { scope: 'read' }, lacksScope],
    ['separated by commas', { scope: 'read,write' }, { scope: 'read' }, lacksScope],
    ['separated by tabs', { scope: 'read\twrite' }, { scope: 'read' }, lacksScope],
    ['joined inside a list', { scp: ['read write'] }, { scope: 'read' }, lacksScope],
    ['nested', { scp: [['read']] }, { scope: 'read' }, lacksScope],
    ['an object', { scope: { read: true } }, { scope: 'read' }, lacksScope],
    ['a name of the prototype', { scope: {} }, { scope: 'toString' }, lacksScope],
  ])('%s', async (_name, claims, demands, expected) => {
    expect(await judged(claims, demands)).toBe(expected);
  });

  it('are in the refusal, those that the route demands', async () => {
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
    const held = { [claim]: ['a', 'b c'] };
    expect(await judged(held, { [all]: 'a' })).toBe('let in');
    expect(await judged(held, { [all]: 'b c' })).toBe('let in');
    expect(await judged(held, { [all]: ['a', 'b c'] })).toBe('let in');
    expect(await judged(held, { [any]: ['x', 'a'] })).toBe('let in');
    expect(await judged({ [claim]: 'a d' }, { [all]: ['d', 'a'] })).toBe('let in');
    expect(await judged(held, { [all]: 'b' })).toBe(lacksRight);
    expect(await judged(held, { [all]: ['a', 'x'] })).toBe(lacksRight);
    expect(await judged(held, { [any]: ['x', 'y'] })).toBe(lacksRight);
    expect(await judged({}, { [all]: 'a' })).toBe(lacksRight);
    expect(await judged({ scope: 'a' }, { [all]: 'a' })).toBe(lacksRight);
  });

  it('[ACCESS-CLAIMS] do not stand in for one another', async () => {
    const everything = { roles: ['a'], permissions: ['b'], groups: ['c'], scope: 'd' };
    expect(await judged(everything, { role: 'a', permission: 'b', group: 'c', scope: 'd' })).toBe('let in');
    for (const demands of [{ role: 'b' }, { permission: 'c' }, { group: 'a' }, { role: 'd' }]) {
      expect(await judged(everything, demands)).toBe(lacksRight);
    }
  });
});

describe('where names are read from', () => {
  it.each<[string, Partial<SingleIssuerOptions>, Members, Requirements, string]>([
    ['another claim', { roleClaims: ['r'] }, { r: 'a' }, { role: 'a' }, 'let in'],
    ['no longer the one by default', { roleClaims: ['r'] }, { roles: ['a'] }, { role: 'a' }, lacksRight],
    ['a path', { roleClaims: ['realm_access.roles'] }, { realm_access: { roles: ['a'] } }, { role: 'a' }, 'let in'],
    [
      'a claim with dots in its name',
      { roleClaims: ['https://x.example/roles'] },
      { 'https://x.example/roles': ['a'] },
      { role: 'a' },
      'let in',
    ],
    ['the name before the path', { roleClaims: ['a.b'] }, { 'a.b': ['x'], a: { b: ['y'] } }, { role: 'x' }, 'let in'],
    [
      'not the path behind the name',
      { roleClaims: ['a.b'] },
      { 'a.b': ['x'], a: { b: ['y'] } },
      { role: 'y' },
      lacksRight,
    ],
    [
      'names one by one',
      { roleClaims: [['resource_access', 'my.api', 'roles']] },
      { resource_access: { 'my.api': { roles: ['a'] } } },
      { role: 'a' },
      'let in',
    ],
    ['several claims', { groupClaims: ['g', 'h'] }, { g: ['a'], h: 'b' }, { group: ['a', 'b'] }, 'let in'],
    [
      'a path that ends early',
      { roleClaims: ['realm_access.roles'] },
      { realm_access: 'roles' },
      { role: 'roles' },
      lacksRight,
    ],
    ['names of a path as one name', { roleClaims: [['a', 'b']] }, { 'a,b': ['x'] }, { role: 'x' }, lacksRight],
    ['a path through nothing', { roleClaims: ['a.b'] }, { a: null }, { role: 'x' }, lacksRight],
    ['a path into text', { roleClaims: ['a.0'] }, { a: 'xy' }, { role: 'x' }, lacksRight],
    ['a path through a list', { roleClaims: ['list.0'] }, { list: ['a'] }, { role: 'a' }, 'let in'],
    ['a path through the prototype', { roleClaims: ['constructor.name'] }, {}, { role: 'Object' }, lacksRight],
    [
      'scopes from a path',
      { scopeClaims: ['access.scope'] },
      { access: { scope: 'read' } },
      { scope: 'read' },
      'let in',
    ],
    ['permissions of another issuer', { permissionClaims: ['perms'] }, { perms: 'a b' }, { permission: 'b' }, 'let in'],
  ])('%s', async (_name, options, claims, demands, expected) => {
    expect(await judged(claims, demands, options)).toBe(expected);
  });

  it('is decided for each issuer by itself', async () => {
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
    ['true', true, 'let in'],
    ['false', false, lacksRight],
    ['something that counts as true', 1, lacksRight],
    ['text', 'true', lacksRight],
    ['an object', {}, lacksRight],
    ['a promise of true', Promise.resolve(true), lacksRight],
    ['nothing', undefined, lacksRight],
  ])('[ACCESS-PREDICATE] that returns %s', async (_name, returned, expected) => {
    expect(await judged({}, { claims: () => returned as boolean })).toBe(expected);
  });

  it('[ACCESS-PREDICATE] is asked last, and sees the verified claims', async () => {
    let seen: unknown;
    const claims = (given: unknown): boolean => {
      seen = given;
      return true;
    };
    expect(await judged({ tenant: 'blue' }, { scope: 'read', claims })).toBe(lacksScope);
    expect(seen).toBeUndefined();
    expect(await judged({ tenant: 'blue', scope: 'read' }, { scope: 'read', claims })).toBe('let in');
    expect(seen).toMatchObject({ tenant: 'blue', sub: 'subject' });
    expect(Object.isFrozen(seen)).toBe(true);
  });
});

describe('an anonymous request', () => {
  const verifier = verifierFor(key, { optional: true });
  const demands: readonly Requirements[] = [{ scope: 'read' }, { anyRole: ['a'] }, { claims: () => true }];

  it.each(demands)('[ACCESS-ANONYMOUS] is answered 401 and never 403, whatever is demanded: %j', async (demanded) => {
    const result = await verifier.authenticate(requestWith(), demanded);
    expect(result.ok ? 'let in' : result.error).toMatchObject({ status: 401, code: 'ERR_CREDENTIALS_MISSING' });
    expect(checkRequirements(null, demanded)).toMatchObject({ status: 401 });
  });

  it('passes where nothing is demanded, or the route says that it may', async () => {
    expect(await verifier.authenticate(requestWith(), {})).toEqual({ ok: true, auth: null });
    expect(await verifier.authenticate(requestWith(), { scope: 'read', optional: true })).toEqual({
      ok: true,
      auth: null,
    });
    expect(checkRequirements(null, { scope: 'read', optional: true })).toBeUndefined();
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ optional: true }, false, true],
    [{ optional: false }, true, false],
    [{ scope: 'a' }, true, false],
    [{ scope: undefined }, true, true],
    [{ optional: 1 }, true, false],
  ])('%j, by default %s: %s', (demanded, byDefault, passes) => {
    expect(admitsAnonymous(demanded as Requirements, byDefault)).toBe(passes);
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

describe('whatever is held and demanded', () => {
  const verifier = verifierFor(key);

  it('[ACCESS-WHOLE-NAMES] lets in exactly those who hold each name whole, and answers 403 to all others', async () => {
    const property = fc.asyncProperty(
      kinds,
      names,
      fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.boolean(),
      async ([all, any, claim], held, wanted, isAny, isText) => {
        const token = signToken(key, { [claim]: isText ? held.join(' ') : held });
        const demands = accessRequirement(isAny ? { [any]: wanted } : { [all]: wanted });
        const holds = (one: string): boolean => held.includes(one);
        const expected = isAny ? wanted.some(holds) : wanted.every(holds);
        const status = await verifier.verify(token, demands).then(
          () => 200,
          (error: unknown) => (isAuthError(error) ? error.status : error),
        );
        expect(status).toBe(expected ? 200 : 403);
      },
    );
    await fc.assert(property, { numRuns: 2000 });
  });
});
