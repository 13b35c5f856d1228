import { describe, expect, it, vi } from 'vitest';
import { type RequestLike, TokenError, type VerifiedToken } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { bearerRequest, requestWith, requestWithHeaders } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const token = signToken(key);
const accepted = { ok: true, auth: { subject: 'subject' } };

describe('validate', () => {
  it('is called with the verified token, and accepts it by returning nothing', async () => {
    const validate = vi.fn((_token: VerifiedToken) => undefined);
    const verifier = verifierFor(key, { validate });
    expect(verifier.verifySync(token).subject).toBe('subject');
    expect(validate.mock.calls[0]?.[0]).toMatchObject({ subject: 'subject', token });
    await expect(verifierFor(key, { validate: async () => undefined }).verify(token)).resolves.toBeDefined();
  });

  it.each(['it was revoked', ''])(
    '[CLAIMS-VALIDATE] refuses the token by returning a string, synchronously or not: "%s"',
    async (reason) => {
      const refused = { name: 'TokenError', code: 'ERR_TOKEN_REJECTED', status: 401 };
      const error = authErrorOf(() => verifierFor(key, { validate: () => reason }).verifySync(token));
      expect(error).toMatchObject(refused);
      expect(error.message).toContain(reason);
      const later = verifierFor(key, { validate: async () => reason });
      expect(await authErrorFrom(later.verify(token))).toMatchObject(refused);
      expect(await later.authenticate(bearerRequest(token))).toMatchObject({ ok: false, error: refused });
    },
  );

  it('[CLAIMS-VALIDATE-HIDDEN] does not reveal its reason to the client', () => {
    const verifier = verifierFor(key, { validate: () => 'hush' });
    const error = authErrorOf(() => verifier.verifySync(token));
    expect(JSON.stringify(verifier.challenge(error))).not.toContain('hush');
  });

  it('[CLAIMS-VALIDATE] is called on every request, also for a cached token', () => {
    const validate = vi.fn<() => undefined | string>(() => undefined);
    const verifier = verifierFor(key, { validate, tokenCache: {} });
    verifier.verifySync(token);
    verifier.verifySync(token);
    expect(validate).toHaveBeenCalledTimes(2);
    validate.mockReturnValue('now it is revoked');
    expect(authErrorOf(() => verifier.verifySync(token)).code).toBe('ERR_TOKEN_REJECTED');
    validate.mockReturnValue(undefined);
    expect(verifier.verifySync(token).subject).toBe('subject');
    expect(verifier.stats().tokenCache).toMatchObject({ hits: 3, misses: 1 });
  });

  it('is not called for a refused token', () => {
    const validate = vi.fn(() => undefined);
    const verifier = verifierFor(key, { validate });
    for (const bad of ['x', signToken(key, { exp: 1 }), signToken(key, { aud: 'x' })])
      authErrorOf(() => verifier.verifySync(bad));
    expect(validate).not.toHaveBeenCalled();
  });

  it('may throw an AuthError of its own to refuse the token', async () => {
    const own = new TokenError('ERR_TOKEN_REJECTED', 'revoked');
    const verifier = verifierFor(key, {
      validate: () => {
        throw own;
      },
    });
    expect(await verifier.authenticate(bearerRequest(token))).toEqual({ ok: false, error: own });
  });
});

describe('[ERRORS-APPLICATION] an error that a function of the application throws', () => {
  const thrown = new Error('the database is gone');
  const fail = (): never => {
    throw thrown;
  };
  const failLater = async (): Promise<never> => fail();

  it('in validate rejects, synchronously or not', async () => {
    for (const validate of [fail, failLater]) {
      const verifier = verifierFor(key, { validate });
      await expect(verifier.authenticate(bearerRequest(token))).rejects.toBe(thrown);
      await expect(verifier.verify(token)).rejects.toBe(thrown);
    }
    expect(() => verifierFor(key, { validate: fail }).verifySync(token)).toThrow(thrown);
  });

  it('in getToken rejects', async () => {
    await expect(verifierFor(key, { getToken: fail }).authenticate(requestWith())).rejects.toBe(thrown);
  });

  it('in a claims predicate rejects', async () => {
    await expect(verifierFor(key).authenticate(bearerRequest(token), { claims: fail })).rejects.toBe(thrown);
  });

  it('is never thrown synchronously by authenticate(), and never counted as a refusal', async () => {
    const verifier = verifierFor(key, { validate: fail });
    const result = verifier.authenticate(bearerRequest(token));
    expect(result).toBeInstanceOf(Promise);
    await expect(result).rejects.toBe(thrown);
    expect(verifier.stats()).toMatchObject({ verified: 0, refused: {} });
  });

  it('is always an Error, so that no framework mistakes it for success', async () => {
    for (const value of [undefined, null, 'route', 0]) {
      const throwValue = (): never => {
        throw value;
      };
      const results = await Promise.allSettled([
        verifierFor(key, { validate: throwValue }).authenticate(bearerRequest(token)),
        verifierFor(key, { validate: async () => throwValue() }).authenticate(bearerRequest(token)),
        verifierFor(key, { getToken: throwValue }).authenticate(requestWith()),
      ]);
      for (const result of results) expect(result).toEqual({ status: 'rejected', reason: expect.any(Error) });
    }
  });
});

describe('getToken', () => {
  const fromCookie = (request: RequestLike): string | undefined =>
    /(?:^|;\s*)access=([^;]*)/.exec(request.header('cookie').join('; '))?.[1];
  const verifier = verifierFor(key, { getToken: fromCookie });

  function withCookie(cookie: string): RequestLike {
    return requestWithHeaders({ cookie: [cookie], authorization: ['Basic x', 'Bearer y'] });
  }

  it('[REQUEST-HEADER-ONLY] replaces the Authorization header', async () => {
    expect(await verifier.authenticate(withCookie(`a=b; access=${token}; c=d`))).toMatchObject(accepted);
    const missing = { ok: false, error: { code: 'ERR_CREDENTIALS_MISSING' } };
    expect(await verifier.authenticate(bearerRequest(token))).toMatchObject(missing);
  });

  it('returns undefined or an empty string if there is no token', async () => {
    const optional = verifierFor(key, { getToken: fromCookie, optional: true });
    for (const cookie of ['a=b', 'access=', 'access=; a=b']) {
      expect(await verifier.authenticate(withCookie(cookie))).toMatchObject({
        ok: false,
        error: { code: 'ERR_CREDENTIALS_MISSING' },
      });
      expect(await optional.authenticate(withCookie(cookie))).toEqual({ ok: true, auth: null, headers: {} });
    }
  });

  it('does not change the accepted syntax and size of a token', async () => {
    expect(await verifier.authenticate(withCookie('access=a b'))).toMatchObject({
      ok: false,
      error: { code: 'ERR_CREDENTIALS_MALFORMED', status: 400 },
    });
    expect(await verifier.authenticate(withCookie(`access=${'a'.repeat(16_385)}`))).toMatchObject({
      ok: false,
      error: { code: 'ERR_TOKEN_TOO_LARGE' },
    });
    expect(await verifier.authenticate(withCookie('access=a.b.c'))).toMatchObject({
      ok: false,
      error: { status: 401 },
    });
  });

  it.each([1, null, {}, [token], Promise.resolve(token)].map((value) => ({ value })))(
    'must return a string or undefined: $value rejects',
    async ({ value }) => {
      const wrong = verifierFor(key, { getToken: () => value as unknown as string });
      await expect(wrong.authenticate(requestWith())).rejects.toThrow(/getToken must return a string/);
    },
  );
});
