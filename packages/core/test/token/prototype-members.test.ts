import { describe, expect, it } from 'vitest';
import type { VerifiedToken } from '../../src/index.ts';
import { clientId, idClaims, nonce } from '../support/id-tokens.ts';
import { claimsWith, headerText, signText } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const depth = 400;

/** Returns a JSON text with another member in front of its own. */
function withMember(json: string, member: string): string {
  return `{${member},${json.slice(1)}`;
}

/** Forms of a member that changes the prototype of an object that it is assigned to, or of every object. */
const members: Readonly<Record<string, string>> = {
  __proto__: '"__proto__":{"isAdmin":true}',
  'escaped __proto__': '"\\u005f_proto\\u005F_":{"isAdmin":true}',
  'wholly escaped __proto__': `${JSON.stringify('__proto__').replace(
    /[a-z_]/g,
    (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`,
  )}:{"isAdmin":true}`,
  '__proto__ twice': '"__proto__":{"isAdmin":true},"__proto__":{"isAdmin":true}',
  '__proto__ of __proto__': '"__proto__":{"__proto__":{"isAdmin":true},"isAdmin":true}',
  'constructor.prototype': '"constructor":{"prototype":{"isAdmin":true}}',
};

const places: Readonly<Record<string, (member: string) => string>> = {
  'at the top': (member) => member,
  'in an object': (member) => `"profile":{${member},"x":1}`,
  'in an object of a list': (member) => `"groups":[[{${member}}]]`,
  [`at a depth of ${depth}`]: (member) => `"deep":${'{"a":['.repeat(depth)}{${member}}${']}'.repeat(depth)}`,
};

const cases = Object.entries(members).flatMap(([name, member]) =>
  Object.entries(places).map(([place, placed]) => ({ name, place, member: placed(member) })),
);

/** Copies a value as a careless application does: by assignment, at every level. */
function mergeInto(target: Record<string, unknown>, source: object): Record<string, unknown> {
  for (const [name, value] of Object.entries(source)) {
    if (typeof value !== 'object' || value === null) target[name] = value;
    else target[name] = mergeInto((target[name] ?? {}) as Record<string, unknown>, value);
  }
  return target;
}

function hasPrototypeMember(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.getOwnPropertyNames(value);
  return names.includes('__proto__') || Object.values(value).some(hasPrototypeMember);
}

function expectHarmless({ claims, header }: VerifiedToken): void {
  for (const part of [claims, header ?? {}]) {
    expect(hasPrototypeMember(part)).toBe(false);
    expect((Object.assign({}, part) as Record<string, unknown>)['isAdmin']).toBeUndefined();
    const merged = mergeInto({}, part);
    expect(merged['isAdmin']).toBeUndefined();
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  }
}

describe.each(engines)('[TOKEN-PROTOTYPE] on the $name engine, a verified token does not contain', (engine) => {
  const verifier = verifierOn(engine, optionsFor(key, { tokenCache: {} }));
  const goodHeader = headerText(key);
  const goodClaims = JSON.stringify(claimsWith());

  it.each(cases)('$name $place of its claims', async ({ member }) => {
    const token = signText(key, goodHeader, withMember(goodClaims, member));
    expectHarmless(await verifier.verify(token));
    expectHarmless(await verifier.verify(token));
    if (engine.name === 'node') expectHarmless(verifier.verifySync(token));
  });

  it.each(cases)('$name $place of its header', async ({ member }) => {
    const header = withMember(goodHeader, member);
    expectHarmless(await verifier.verify(signText(key, header, goodClaims)));
    // The header is cached by now.
    expectHarmless(await verifier.verify(signText(key, header, JSON.stringify(claimsWith({ jti: 'other' })))));
  });

  it.each(cases)('$name $place of an ID token', async ({ member }) => {
    const header = withMember(headerText(key, { typ: 'JWT' }), member);
    const token = signText(key, header, withMember(JSON.stringify(idClaims()), member));
    expectHarmless(await verifier.verifyIdToken(token, { clientId, nonce }));
  });
});

describe('a verified token', () => {
  const verifier = verifierOn(engines[0] as (typeof engines)[number], optionsFor(key));

  it('keeps members whose names are those of Object.prototype', () => {
    const harmless = { constructor: 'Acme', prototype: { version: 1 }, toString: 'x', hasOwnProperty: null };
    const nested = { company: { constructor: { name: 'Acme' } } };
    const token = signText(key, headerText(key), JSON.stringify(claimsWith({ ...harmless, ...nested })));
    expect({ ...verifier.verifySync(token).claims }).toMatchObject({ ...harmless, ...nested });
  });
});
