import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, type Requirements } from '../../src/index.ts';
import { authErrorFrom, authErrorOf, configurationErrorIn } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const token = signToken(key, { scope: 'read write', group: 'staff' });
const clock = new FakeClock();

// An outage causes a warning.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

describe.each(engines)('verify(), on the $name engine', (engine) => {
  const verifier = verifierOn(engine, optionsFor(key));

  it('resolves to the token', async () => {
    await expect(verifier.verify(token)).resolves.toMatchObject({ subject: 'subject', scopes: ['read', 'write'] });
  });

  it('rejects with an AuthError, and never throws synchronously', async () => {
    for (const bad of ['x', signToken(key, { exp: 1 }), 5 as unknown as string]) {
      const work = verifier.verify(bad);
      expect(work).toBeInstanceOf(Promise);
      expect((await authErrorFrom(work)).status).toBe(401);
    }
  });
});

describe('verify()', () => {
  it('fetches the keys with one discovery and one key fetch, however many wait for them', async () => {
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({ ...fake.options, clock });
    const tokens = Array.from({ length: 1000 }, (_, index) => signToken(key, { jti: `${index}` }));
    const all = await Promise.all(tokens.map((each) => verifier.verify(each)));
    expect(all).toHaveLength(1000);
    expect(fake.requests).toEqual([
      'https://issuer.example/.well-known/openid-configuration',
      'https://issuer.example/keys',
    ]);
    await verifier.close();
  });
});

describe('verifySync()', () => {
  it('returns the token if the keys are loaded', () => {
    expect(verifierFor(key).verifySync(token)).toMatchObject({ subject: 'subject' });
  });

  it('throws ERR_KEY_SET_NOT_READY if they are not, and starts the fetch', async () => {
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({ ...fake.options, clock });
    const error = authErrorOf(() => verifier.verifySync(token));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'ERR_KEY_SET_NOT_READY', status: 503 });
    expect(error.message).toContain('warmUp()');
    await verifier.warmUp();
    expect(verifier.verifySync(token).subject).toBe('subject');
    expect(fake.requests).toHaveLength(2);
    await verifier.close();
  });

  it('causes no unhandled rejection if the keys cannot be fetched', async () => {
    const fake = new FakeIssuer([key]);
    fake.fail(500);
    const verifier = createVerifier({ ...fake.options, clock: new FakeClock() });
    expect(authErrorOf(() => verifier.verifySync(token)).code).toBe('ERR_KEY_SET_NOT_READY');
    await verifier.warmUp().catch(() => undefined);
    await verifier.close();
  });

  it('refuses an invalid token without a fetch', () => {
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({ ...fake.options, clock });
    const foreign = signToken(key, { iss: 'https://other.example' });
    for (const bad of ['x', '', signToken(key, {}, { alg: 'HS256' }), signToken(key, {}, { crit: ['x'] }), foreign]) {
      expect(authErrorOf(() => verifier.verifySync(bad)).status).toBe(401);
    }
    expect(fake.requests).toEqual([]);
  });

  it.each([
    ['returns a promise', async () => undefined],
    ['returns a promise that rejects', () => Promise.reject(new Error('the rejected verdict'))],
  ])('cannot wait if validate %s', (_, validate) => {
    const verifier = verifierFor(key, { validate });
    const fault = configurationErrorIn(() => verifier.verifySync(token));
    expect(fault.message).toMatch(/validate returns a promise.*use verify/);
  });

  it('throws ERR_KEY_SET_NOT_READY on an engine that cannot be synchronous', () => {
    for (const engine of engines.filter(({ name }) => name === 'web')) {
      const verifier = verifierOn(engine, optionsFor(key));
      expect(authErrorOf(() => verifier.verifySync(token)).code).toBe('ERR_KEY_SET_NOT_READY');
    }
  });
});

describe('requirements', () => {
  const verifier = verifierFor(key);

  const met: readonly Requirements[] = [
    {},
    { scope: 'read' },
    { scope: 'read write' },
    { scope: ['write', 'read'] },
    { anyScope: ['x', 'write'] },
    { claims: ({ group }) => group === 'staff' } as Requirements,
    { scope: 'read', anyScope: ['write'], claims: () => true },
    { optional: true },
  ];

  it.each(met)('are met: %o', async (requirements) => {
    expect(verifier.verifySync(token, requirements).subject).toBe('subject');
    await expect(verifier.verify(token, requirements)).resolves.toMatchObject({ subject: 'subject' });
  });

  const notMet: readonly [Requirements, object][] = [
    [{ scope: 'admin' }, { code: 'ERR_SCOPE_INSUFFICIENT', status: 403, scope: ['admin'] }],
    [{ scope: 'read admin' }, { code: 'ERR_SCOPE_INSUFFICIENT', scope: ['read', 'admin'] }],
    [{ scope: ['read', 'admin'] }, { code: 'ERR_SCOPE_INSUFFICIENT', scope: ['read', 'admin'] }],
    [{ scope: 'READ' }, { code: 'ERR_SCOPE_INSUFFICIENT' }],
    [{ scope: 'rea' }, { code: 'ERR_SCOPE_INSUFFICIENT' }],
    [{ anyScope: ['x', 'y'] }, { code: 'ERR_SCOPE_INSUFFICIENT', scope: ['x', 'y'] }],
    [{ claims: () => false }, { code: 'ERR_CLAIMS_INSUFFICIENT', status: 403, scope: [] }],
    [{ claims: () => 'yes' as unknown as boolean }, { code: 'ERR_CLAIMS_INSUFFICIENT' }],
    [{ scope: 'read', claims: () => false }, { code: 'ERR_CLAIMS_INSUFFICIENT' }],
  ];

  it.each(notMet)('are not met: %o', async (requirements, expected) => {
    expect(authErrorOf(() => verifier.verifySync(token, requirements))).toMatchObject(expected);
    expect(await authErrorFrom(verifier.verify(token, requirements))).toMatchObject({
      name: 'ScopeError',
      ...expected,
    });
  });

  it('[ACCESS-AFTER-TOKEN] are compared after the token was verified: an invalid one is 401, not 403', () => {
    const expired = signToken(key, { exp: 1, scope: 'none' });
    expect(authErrorOf(() => verifier.verifySync(expired, { scope: 'admin' }))).toMatchObject({ status: 401 });
  });
});
