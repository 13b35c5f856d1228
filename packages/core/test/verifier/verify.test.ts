import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, type Requirements } from '../../src/index.ts';
import { createFakeClock } from '../fixtures/fake-clock.ts';
import { mint } from '../fixtures/mint.ts';
import { faultIn, refusalFrom, refusalOf } from '../fixtures/refusal.ts';
import { stageIssuer } from '../fixtures/staged-issuer.ts';
import { createTestKey } from '../fixtures/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../fixtures/verifiers.ts';

const key = createTestKey('Ed25519');
const token = mint(key, { scope: 'read write', group: 'staff' });
const clock = createFakeClock();

// An outage is told to the operator.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

describe.each(engines)('verify(), on the $name engine', (engine) => {
  const verifier = verifierOn(engine, optionsFor(key));

  it('resolves to the token', async () => {
    await expect(verifier.verify(token)).resolves.toMatchObject({ subject: 'subject', scopes: ['read', 'write'] });
  });

  it('rejects with an AuthError, and never throws at once', async () => {
    for (const bad of ['x', mint(key, { exp: 1 }), 5 as unknown as string]) {
      const work = verifier.verify(bad);
      expect(work).toBeInstanceOf(Promise);
      expect((await refusalFrom(work)).status).toBe(401);
    }
  });
});

describe('verify()', () => {
  it('fetches the keys with one discovery and one key fetch, however many wait for them', async () => {
    const staged = stageIssuer([key]);
    const verifier = createVerifier({ ...staged.options, clock });
    const tokens = Array.from({ length: 1000 }, (_, index) => mint(key, { jti: `${index}` }));
    const all = await Promise.all(tokens.map((each) => verifier.verify(each)));
    expect(all).toHaveLength(1000);
    expect(staged.asked).toEqual([
      'https://issuer.example/.well-known/openid-configuration',
      'https://issuer.example/keys',
    ]);
    await verifier.close();
  });
});

describe('verifySync()', () => {
  it('returns the token where the keys are at hand', () => {
    expect(verifierFor(key).verifySync(token)).toMatchObject({ subject: 'subject' });
  });

  it('refuses with ERR_KEY_SET_NOT_READY where they are not, and has them fetched', async () => {
    const staged = stageIssuer([key]);
    const verifier = createVerifier({ ...staged.options, clock });
    const error = refusalOf(() => verifier.verifySync(token));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'ERR_KEY_SET_NOT_READY', status: 503 });
    expect(error.message).toContain('warmUp()');
    await verifier.warmUp();
    expect(verifier.verifySync(token).subject).toBe('subject');
    expect(staged.asked).toHaveLength(2);
    await verifier.close();
  });

  it('leaves no unhandled rejection behind where the keys cannot be fetched', async () => {
    const staged = stageIssuer([key]);
    staged.answer(500);
    const verifier = createVerifier({ ...staged.options, clock: createFakeClock() });
    expect(refusalOf(() => verifier.verifySync(token)).code).toBe('ERR_KEY_SET_NOT_READY');
    await verifier.warmUp().catch(() => undefined);
    await verifier.close();
  });

  it('refuses a bad token before it asks for keys', () => {
    const staged = stageIssuer([key]);
    const verifier = createVerifier({ ...staged.options, clock });
    const foreign = mint(key, { iss: 'https://other.example' });
    for (const bad of ['x', '', mint(key, {}, { alg: 'HS256' }), mint(key, {}, { crit: ['x'] }), foreign]) {
      expect(refusalOf(() => verifier.verifySync(bad)).status).toBe(401);
    }
    expect(staged.asked).toEqual([]);
  });

  it.each([
    ['returns a promise', async () => undefined],
    ['returns a promise that rejects', () => Promise.reject(new Error('too late for anybody'))],
  ])('says that it cannot wait where validate %s', (_, validate) => {
    const verifier = verifierFor(key, { validate });
    const fault = faultIn(() => verifier.verifySync(token));
    expect(fault.message).toMatch(/validate returns a promise.*use verify/);
  });

  it('refuses on an engine that cannot be synchronous', () => {
    for (const engine of engines.filter(({ name }) => name === 'web')) {
      const verifier = verifierOn(engine, optionsFor(key));
      expect(refusalOf(() => verifier.verifySync(token)).code).toBe('ERR_KEY_SET_NOT_READY');
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
    expect(refusalOf(() => verifier.verifySync(token, requirements))).toMatchObject(expected);
    expect(await refusalFrom(verifier.verify(token, requirements))).toMatchObject({ name: 'ScopeError', ...expected });
  });

  it('are judged after the token: a bad one is 401, whatever it lacks', () => {
    const expired = mint(key, { exp: 1, scope: 'none' });
    expect(refusalOf(() => verifier.verifySync(expired, { scope: 'admin' }))).toMatchObject({ status: 401 });
  });
});
