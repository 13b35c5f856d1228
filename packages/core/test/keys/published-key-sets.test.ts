import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import type { SingleIssuerOptions } from '../../src/index.ts';
import { accepted, codeOf, type Scenario, startScenario } from '../support/scenario.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey, signWith } from '../support/test-key.ts';
import { engines } from '../support/verifiers.ts';

const signer = generateTestKey('RS256', 'k1');
const other = generateTestKey('RS256', 'k2', 'second');
const { alg: _alg, use: _use, ...k1 } = signer.jwk;
const { alg: _otherAlg, use: _otherUse, ...k2 } = other.jwk;
const ec = generateTestKey('ES256', 'ec');
const { alg: _ecAlg, use: _ecUse, ...ecMembers } = ec.jwk;
const withX5t = [
  { ...k2, kid: 'AAA', x5t: 'AAA' },
  { ...k1, kid: 'BBB', x5t: 'BBB' },
];
const withX5tS256 = [
  { ...k2, kid: 'AAA', 'x5t#S256': 'AAA' },
  { ...k1, kid: 'BBB', 'x5t#S256': 'BBB' },
];

interface Published {
  readonly name: string;
  readonly keys: readonly unknown[];
  readonly header?: Readonly<Record<string, unknown>>;
  readonly options?: Partial<SingleIssuerOptions>;
  /** The algorithm of the token; RS256 by default. */
  readonly alg?: 'RS256' | 'RS512' | 'PS256';
  readonly outcome: string;
}

const published: readonly Published[] = [
  { name: 'optional members are null', keys: [{ ...k1, alg: null, d: null, use: 'sig' }], outcome: 'accepted' },
  {
    name: 'every optional member is null',
    keys: [{ ...k1, use: null, alg: null, key_ops: null, x5c: null, x5t: null, 'x5t#S256': null, x5u: null, d: null }],
    outcome: 'accepted',
  },
  {
    name: 'optional members are empty',
    keys: [{ ...k1, use: '', alg: '', key_ops: [], x5c: [], x5t: '', oth: [], d: '' }],
    outcome: 'accepted',
  },
  { name: 'the private exponent is not empty', keys: [{ ...k1, d: 'AQAB' }], outcome: 'ERR_KEY_SET_INVALID' },
  { name: 'no alg, no use', keys: [k1], outcome: 'accepted' },
  { name: 'two keys with x5t and kid', keys: withX5t, header: { kid: 'BBB' }, outcome: 'accepted' },
  { name: 'a key named by x5t alone', keys: withX5t, header: { kid: undefined, x5t: 'BBB' }, outcome: 'accepted' },
  { name: 'a key named by x5t, kid is null', keys: withX5t, header: { kid: null, x5t: 'BBB' }, outcome: 'accepted' },
  {
    name: 'a key named by x5t#S256 alone',
    keys: withX5tS256,
    header: { kid: undefined, 'x5t#S256': 'BBB' },
    outcome: 'accepted',
  },
  {
    name: 'another key named by x5t',
    keys: withX5t,
    header: { kid: undefined, x5t: 'AAA' },
    outcome: 'ERR_SIGNATURE_INVALID',
  },
  {
    name: 'an unknown key named by x5t',
    keys: withX5t,
    header: { kid: undefined, x5t: 'CCC' },
    outcome: 'ERR_KEY_NOT_FOUND',
  },
  { name: 'no key named, two that fit', keys: withX5t, header: { kid: undefined }, outcome: 'ERR_KEY_AMBIGUOUS' },
  { name: 'one key twice', keys: [k1, { ...k1, use: 'sig' }], outcome: 'accepted' },
  { name: 'one key with and without alg', keys: [k1, { ...k1, alg: 'RS256' }], outcome: 'accepted' },
  {
    name: 'one key under two names, and none in the header',
    keys: [k1, { ...k1, kid: 'old' }],
    header: { kid: undefined },
    outcome: 'accepted',
  },
  {
    name: 'no alg, RS512 named with RS256',
    keys: [k1],
    options: { algorithms: ['RS256', 'RS512'] },
    alg: 'RS512',
    outcome: 'accepted',
  },
  {
    name: 'no alg, PS256 named with RS256',
    keys: [k1],
    options: { algorithms: ['RS256', 'PS256'] },
    alg: 'PS256',
    outcome: 'accepted',
  },
  { name: 'no alg, RS512 not named', keys: [k1], alg: 'RS512', outcome: 'ERR_ALG_NOT_ALLOWED' },
  {
    name: 'alg RS256, RS512 named',
    keys: [{ ...k1, alg: 'RS256' }],
    options: { algorithms: ['RS256', 'RS512'] },
    alg: 'RS512',
    outcome: 'ERR_ALG_NOT_ALLOWED',
  },
];

function tokenFor(scenario: Scenario, { header = {}, alg = 'RS256' }: Pick<Published, 'header' | 'alg'>): string {
  const key = { ...signer, sign: (input: string) => signWith(alg, signer.privateKey, input) };
  return signToken(key, { iss: scenario.server.issuer }, { alg, ...header });
}

describe.each(engines)('a published key set ($name)', (runtime) => {
  it.each(published)('[KEYS-PUBLISHED] $name: $outcome', async ({ keys, options = {}, outcome, ...token }) => {
    const scenario = await startScenario({ runtime, ...options });
    scenario.server.publish(JSON.stringify({ keys }));
    const text = tokenFor(scenario, token);
    expect(await codeOf(scenario.authenticate(text))).toBe(outcome);
    expect(await codeOf(scenario.authenticate(text))).toBe(outcome);
  });

  it('[KEYS-PUBLISHED] without alg verifies by the curve of an EC key', async () => {
    const scenario = await startScenario({ runtime });
    scenario.server.publish(JSON.stringify({ keys: [{ ...ecMembers, alg: null }] }));
    accepted(await scenario.authenticate(scenario.token(ec)));
  });

  it.each([
    'application/octet-stream',
    'text/plain',
    'text/plain; charset=utf-8',
    'application/jwk-set+json',
    'text/json',
    'binary/octet-stream',
    'nonsense',
    undefined,
  ])('[HTTP-CONTENT-TYPE] is JSON, although the content type is %s', async (type) => {
    const scenario = await startScenario({ runtime });
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const { issuer, jwksUri } = scenario.server;
    scenario.server.fail('keys', faults.answer(JSON.stringify({ keys: [k1] }), headers));
    scenario.server.fail('metadata', faults.answer(JSON.stringify({ issuer, jwks_uri: jwksUri }), headers));
    accepted(await scenario.authenticate(tokenFor(scenario, {})));
  });

  it.each(['text/html', 'text/html; charset=utf-8', 'TEXT/HTML', 'application/xhtml+xml'])(
    '[HTTP-CONTENT-TYPE] is not read if it is a page, and the error says so: %s',
    async (type) => {
      const scenario = await startScenario({ runtime });
      scenario.server.fail('keys', faults.answer(JSON.stringify({ keys: [k1] }), { 'content-type': type }));
      const result = await scenario.authenticate(tokenFor(scenario, {}));
      expect(result).toMatchObject({ ok: false, error: { code: 'ERR_KEY_SET_UNAVAILABLE', status: 503 } });
      if (!result.ok) expect(result.error.message).toContain(type.split(';')[0]?.toLowerCase());
    },
  );

  it('[HTTP-CONTENT-TYPE] is not looked for in metadata that are a page, and the error says so', async () => {
    const scenario = await startScenario({ runtime });
    for (const document of ['metadata', 'other'] as const) scenario.server.fail(document, faults.htmlPage);
    const result = await scenario.authenticate(tokenFor(scenario, {}));
    expect(result).toMatchObject({ ok: false, error: { code: 'ERR_DISCOVERY_FAILED', status: 503 } });
    if (!result.ok) expect(result.error.message).toContain('text/html');
    expect(scenario.server.counts.keys).toBe(0);
  });
});

describe('a key that is named by its thumbprint', () => {
  const header = { kid: undefined, x5t: 'BBB' };

  it('[KEYS-X5T] is looked up when its certificate is new, and its tokens are refused when it is gone', async () => {
    const scenario = await startScenario();
    const publish = (keys: readonly unknown[]) => scenario.server.publish(JSON.stringify({ keys }));
    publish(withX5t.slice(0, 1));
    await scenario.verifier.warmUp();
    publish(withX5t);
    const token = tokenFor(scenario, { header });
    accepted(await scenario.authenticate(token));
    expect(scenario.server.counts.keys).toBe(2);
    accepted(await scenario.authenticate(token));
    expect(scenario.server.counts.keys).toBe(2);
    publish(withX5t.slice(0, 1));
    scenario.clock.advance(1200);
    expect(await codeOf(scenario.authenticate(token))).toBe('ERR_KEY_NOT_FOUND');
  });

  it('[KEYS-X5T] causes no more fetches than an unknown kid', async () => {
    const scenario = await startScenario();
    scenario.server.publish(JSON.stringify({ keys: withX5t }));
    await scenario.verifier.warmUp();
    for (let count = 0; count < 10; count += 1) {
      const unknown = tokenFor(scenario, { header: { kid: undefined, x5t: `unknown-${count}` } });
      const expected = count < 2 ? 'ERR_KEY_NOT_FOUND' : 'ERR_KEY_SET_UNAVAILABLE';
      expect(await codeOf(scenario.authenticate(unknown))).toBe(expected);
    }
    expect(scenario.server.counts.keys).toBe(3);
  });
});

describe('a long RSA key', () => {
  it('[KEYS-RSA-SIZE] is skipped and counted, and the other keys work', async () => {
    const scenario = await startScenario();
    const long = Buffer.alloc(2048, 0x55).fill(0x81, 0, 1).fill(1, 2047).toString('base64url');
    const longExponent = Buffer.alloc(8, 0xff).toString('base64url');
    scenario.server.publish(
      JSON.stringify({ keys: [{ ...k1, kid: 'long', n: long }, { ...k1, kid: 'e', e: longExponent }, k1] }),
    );
    accepted(await scenario.authenticate(tokenFor(scenario, {})));
    expect(scenario.keyStats()).toMatchObject({ keys: 1, skipped: 2 });
    for (const kid of ['long', 'e']) {
      expect(await codeOf(scenario.authenticate(tokenFor(scenario, { header: { kid } })))).toBe('ERR_KEY_NOT_FOUND');
    }
  });
});
