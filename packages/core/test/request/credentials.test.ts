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

async function authenticate(...authorization: readonly string[]): Promise<AuthResult> {
  return verifier.authenticate(requestWith(...authorization));
}

async function authenticateOptional(...authorization: readonly string[]): Promise<AuthResult> {
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

// The token differs in each run, and the title of a test must not.
function shown<TValue>(value: TValue): { readonly value: TValue; readonly shown: string } {
  return { value, shown: JSON.stringify(value).replaceAll(token, '<token>') };
}

describe('credentials', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
    '[REQUEST-SCHEME] are accepted with the scheme in any case: %s',
    async (scheme) => {
      expect(await authenticate(`${scheme} ${token}`)).toMatchObject({
        ok: true,
        auth: { subject: 'subject', scheme: 'Bearer' },
      });
    },
  );

  it.each([`Bearer   ${token}`, ` Bearer ${token}`, `Bearer ${token}  `, `\tBearer ${token}\t`].map(shown))(
    'may have spaces around them: $shown',
    async ({ value }) => {
      expect(await authenticate(value)).toMatchObject({ ok: true, auth: { subject: 'subject' } });
    },
  );

  it.each(absent.map(shown))(
    '[REQUEST-MISSING] are missing, or of another scheme: $shown',
    async ({ value: values }) => {
      expect(await authenticate(...values)).toMatchObject({
        ok: false,
        error: { name: 'CredentialsMissingError', code: 'ERR_CREDENTIALS_MISSING', status: 401 },
      });
      expect(await authenticateOptional(...values)).toEqual({ ok: true, auth: null, headers: {} });
    },
  );

  it.each(malformed.map(shown))('[REQUEST-MALFORMED] are malformed, and never anonymous: $shown', async ({ value }) => {
    const refused = {
      ok: false,
      error: { name: 'RequestError', code: 'ERR_CREDENTIALS_MALFORMED', status: 400 },
    };
    expect(await authenticate(value)).toMatchObject(refused);
    expect(await authenticateOptional(value)).toMatchObject(refused);
  });

  it.each(repeated.map(shown))(
    '[REQUEST-REPEATED] are repeated, and never anonymous: $shown',
    async ({ value: values }) => {
      const refused = { ok: false, error: { name: 'RequestError', code: 'ERR_CREDENTIALS_REPEATED', status: 400 } };
      expect(await authenticate(...values)).toMatchObject(refused);
      expect(await authenticateOptional(...values)).toMatchObject(refused);
    },
  );

  it('are refused in optional mode, too, if they are invalid', async () => {
    for (const bad of ['a.b.c', 'x', signToken(key, { exp: 1 })]) {
      expect(await authenticateOptional(`Bearer ${bad}`)).toMatchObject({ ok: false, error: { status: 401 } });
    }
  });

  it.each(['a', 'a==', 'a.b-c_d~e+f/g=', '...', '-'])(
    'may have any token of RFC 6750, section 2.1: "%s"',
    async (value) => {
      expect(await authenticate(`Bearer ${value}`)).toMatchObject({
        ok: false,
        error: { code: 'ERR_TOKEN_MALFORMED', status: 401 },
      });
    },
  );

  it('are refused by their length alone if they are too large', async () => {
    const large = { ok: false, error: { code: 'ERR_TOKEN_TOO_LARGE', status: 401 } };
    expect(await authenticate(`Bearer ${'a'.repeat(16_385)}`)).toMatchObject(large);
    expect(await authenticate(`Bearer ${'a b'.repeat(500_000)}`)).toMatchObject(large);
    expect(await authenticate(`  Bearer ${'a'.repeat(500_000)},`)).toMatchObject(large);
    expect(await authenticate(`Bearer ${'a'.repeat(16_384 + 58)},`)).toMatchObject(large);
  });

  it('are parsed if they are only slightly too large, or of another scheme', async () => {
    const isRepeated = { ok: false, error: { code: 'ERR_CREDENTIALS_REPEATED' } };
    expect(await authenticate(`Bearer ${'a'.repeat(16_384 + 56)},`)).toMatchObject(isRepeated);
    expect(await authenticate(`Basic ${'a'.repeat(500_000)},`)).toMatchObject(isRepeated);
    expect(await authenticate(`Bearer ${'a'.repeat(500_000)}`, 'Basic x')).toMatchObject(isRepeated);
    expect(await authenticate(`Bearer ${'a'.repeat(16_384)}`)).toMatchObject({
      error: { code: 'ERR_TOKEN_MALFORMED' },
    });
  });

  it('[REQUEST-HEADER-ONLY] are read from the Authorization header alone', async () => {
    const otherHeaders = {
      'proxy-authorization': [`Bearer ${token}`],
      'x-forwarded-authorization': [`Bearer ${token}`],
      cookie: [`access_token=${token}`],
    };
    expect(await verifier.authenticate(requestWithHeaders(otherHeaders))).toMatchObject({
      ok: false,
      error: { code: 'ERR_CREDENTIALS_MISSING' },
    });
  });
});

describe('any Authorization header', () => {
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `Bearer ${text}`),
    fc
      .tuple(fc.constantFrom('Bearer', 'bearer', 'Basic', ''), fc.constantFrom(' ', '\t', ','), fc.string())
      .map((all) => all.join('')),
  );
  const values = fc.array(value, { maxLength: 3 });

  it('has no token if there is an illegal character', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (all) => {
        const result = await authenticate(...all);
        const code = result.ok ? 'accepted' : result.error.code;
        const [, sent] = all.length === 1 ? (/^bearer +([^,]*?)\s*$/i.exec(all[0]?.trim() ?? '') ?? []) : [];
        const isToken = sent !== undefined && /^[\w\-.~+/]+=*$/.test(sent);
        expect(code === 'ERR_TOKEN_MALFORMED').toBe(isToken);
        if (sent !== undefined && !isToken) expect(code).toBe('ERR_CREDENTIALS_MALFORMED');
      }),
      { numRuns: 5000 },
    );
  });

  it('makes no verifier throw or reject', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (all) => {
        const result = await verifier.authenticate(requestWith(...all));
        if (!result.ok) expect([400, 401]).toContain(result.error.status);
      }),
      { numRuns: 2000 },
    );
  });
});
