import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthResult } from '../../src/index.ts';
import { requestWith, requestWithHeaders } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const token = signToken(key);
const verifier = verifierFor(key);
const optional = verifierFor(key, { optional: true });

async function judge(...authorization: readonly string[]): Promise<AuthResult> {
  return verifier.authenticate(requestWith(...authorization));
}

async function judgeOptional(...authorization: readonly string[]): Promise<AuthResult> {
  return optional.authenticate(requestWith(...authorization));
}

const absent: readonly (readonly string[])[] = [
  [],
  [''],
  [' '],
  ['\t'],
  ['Basic dXNlcjpwYXNz'],
  ['DPoP a.b.c'],
  ['Negotiate'],
  ['Bearer:x'],
  ['Bearertoken x'],
  ['Bear er x'],
  ['BearerX'],
  [`"Bearer" ${token}`],
  [token],
];

const malformed: readonly string[] = [
  'Bearer',
  'Bearer ',
  'bearer   ',
  'Bearer a b',
  `Bearer ${token} `.concat('x'),
  'Bearer a\tb',
  'Bearer\ta',
  'Bearer "a"',
  'Bearer a;b',
  'Bearer a=b',
  'Bearer =a',
  'Bearer é',
  'Bearer a\u0000',
  'Bearer a\nb',
  'Bearer a%20b',
  'Bearer {a}',
  'Bearer a:b',
];

const repeated: readonly (readonly string[])[] = [
  [`Bearer ${token}`, `Bearer ${token}`],
  [`Bearer ${token}`, 'Basic x'],
  ['Basic x', `Bearer ${token}`],
  ['', `Bearer ${token}`],
  ['', ''],
  [`Bearer ${token}, Bearer ${token}`],
  [`Bearer ${token},`],
  [`Bearer a,b`],
  [`Basic x, Bearer ${token}`],
  [','],
];

// The token is another one in each run, and the name of a test is not.
function shown<TValue>(value: TValue): { readonly value: TValue; readonly shown: string } {
  return { value, shown: JSON.stringify(value).replaceAll(token, '<token>') };
}

describe('credentials', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
    '[REQUEST-SCHEME] are accepted with the scheme in any case: %s',
    async (scheme) => {
      expect(await judge(`${scheme} ${token}`)).toMatchObject({
        ok: true,
        auth: { subject: 'subject', scheme: 'Bearer' },
      });
    },
  );

  it.each([`Bearer   ${token}`, ` Bearer ${token}`, `Bearer ${token}  `, `\tBearer ${token}\t`].map(shown))(
    'may have spaces around them: $shown',
    async ({ value }) => {
      expect(await judge(value)).toMatchObject({ ok: true, auth: { subject: 'subject' } });
    },
  );

  it.each(absent.map(shown))(
    '[REQUEST-MISSING] are missing, or meant for somebody else: $shown',
    async ({ value: values }) => {
      expect(await judge(...values)).toMatchObject({
        ok: false,
        error: { name: 'CredentialsMissingError', code: 'ERR_CREDENTIALS_MISSING', status: 401 },
      });
      expect(await judgeOptional(...values)).toEqual({ ok: true, auth: null, headers: {} });
    },
  );

  it.each(malformed.map(shown))('[REQUEST-MALFORMED] are malformed, and never anonymous: $shown', async ({ value }) => {
    const refused = {
      ok: false,
      error: { name: 'RequestError', code: 'ERR_CREDENTIALS_MALFORMED', status: 400 },
    };
    expect(await judge(value)).toMatchObject(refused);
    expect(await judgeOptional(value)).toMatchObject(refused);
  });

  it.each(repeated.map(shown))(
    '[REQUEST-REPEATED] are repeated, and never anonymous: $shown',
    async ({ value: values }) => {
      const refused = { ok: false, error: { name: 'RequestError', code: 'ERR_CREDENTIALS_REPEATED', status: 400 } };
      expect(await judge(...values)).toMatchObject(refused);
      expect(await judgeOptional(...values)).toMatchObject(refused);
    },
  );

  it('that are bad are refused in optional mode, too', async () => {
    for (const bad of ['a.b.c', 'x', signToken(key, { exp: 1 })]) {
      expect(await judgeOptional(`Bearer ${bad}`)).toMatchObject({ ok: false, error: { status: 401 } });
    }
  });

  it.each(['a', 'a==', 'a.b-c_d~e+f/g=', '...', '-'])(
    'have the syntax of RFC 6750, section 2.1: "%s"',
    async (value) => {
      expect(await judge(`Bearer ${value}`)).toMatchObject({
        ok: false,
        error: { code: 'ERR_TOKEN_MALFORMED', status: 401 },
      });
    },
  );

  it('that are too large are refused by their length', async () => {
    const large = { ok: false, error: { code: 'ERR_TOKEN_TOO_LARGE', status: 401 } };
    expect(await judge(`Bearer ${'a'.repeat(16_385)}`)).toMatchObject(large);
    expect(await judge(`Bearer ${'a b'.repeat(500_000)}`)).toMatchObject(large);
    expect(await judge(`  Bearer ${'a'.repeat(500_000)},`)).toMatchObject(large);
    expect(await judge(`Bearer ${'a'.repeat(16_384 + 58)},`)).toMatchObject(large);
  });

  it('are looked at where they are not much too large, or meant for somebody else', async () => {
    const isRepeated = { ok: false, error: { code: 'ERR_CREDENTIALS_REPEATED' } };
    expect(await judge(`Bearer ${'a'.repeat(16_384 + 56)},`)).toMatchObject(isRepeated);
    expect(await judge(`Basic ${'a'.repeat(500_000)},`)).toMatchObject(isRepeated);
    expect(await judge(`Bearer ${'a'.repeat(500_000)}`, 'Basic x')).toMatchObject(isRepeated);
    expect(await judge(`Bearer ${'a'.repeat(16_384)}`)).toMatchObject({ error: { code: 'ERR_TOKEN_MALFORMED' } });
  });

  it('[REQUEST-HEADER-ONLY] are read from the Authorization header alone', async () => {
    const elsewhere = {
      'proxy-authorization': [`Bearer ${token}`],
      'x-forwarded-authorization': [`Bearer ${token}`],
      cookie: [`access_token=${token}`],
    };
    expect(await verifier.authenticate(requestWithHeaders(elsewhere))).toMatchObject({
      ok: false,
      error: { code: 'ERR_CREDENTIALS_MISSING' },
    });
  });
});

describe('whatever the Authorization header holds', () => {
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `Bearer ${text}`),
    fc
      .tuple(fc.constantFrom('Bearer', 'bearer', 'Basic', ''), fc.constantFrom(' ', '\t', ','), fc.string())
      .map((all) => all.join('')),
  );
  const values = fc.array(value, { maxLength: 3 });

  it('what has a character in it that no token has is not taken for a token', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (all) => {
        const result = await judge(...all);
        const code = result.ok ? 'accepted' : result.error.code;
        const [, sent] = all.length === 1 ? (/^bearer +([^,]*?)\s*$/i.exec(all[0]?.trim() ?? '') ?? []) : [];
        const isToken = sent !== undefined && /^[\w\-.~+/]+=*$/.test(sent);
        expect(code === 'ERR_TOKEN_MALFORMED').toBe(isToken);
        if (sent !== undefined && !isToken) expect(code).toBe('ERR_CREDENTIALS_MALFORMED');
      }),
      { numRuns: 5000 },
    );
  });

  it('a verifier neither throws nor rejects', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (all) => {
        const result = await verifier.authenticate(requestWith(...all));
        if (!result.ok) expect([400, 401]).toContain(result.error.status);
      }),
      { numRuns: 2000 },
    );
  });
});
