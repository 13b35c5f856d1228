import { inspect } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createGuard, createOktaGuard, type GuardOptions } from '../src/index.ts';
import { authErrorOf, configurationErrorIn } from './support/expected-errors.ts';
import { bearerRequest, requestWith } from './support/requests.ts';
import { signToken } from './support/sign-token.ts';
import { generateTestKey } from './support/test-key.ts';
import { optionsFor, verifierFor } from './support/verifiers.ts';

const key = generateTestKey('Ed25519');
const token = signToken(key, { scope: 'read' });

describe('a guard', () => {
  it('is created from the options of a verifier, and exposes the verifier', async () => {
    const guard = createGuard(optionsFor(key));
    expect(guard.onError).toBe('respond');
    expect(guard.verifier.verifySync(token).subject).toBe('subject');
    expect(await guard.authenticate(bearerRequest(token))).toMatchObject({ ok: true, auth: { subject: 'subject' } });
  });

  it('is created from a verifier, which it shares and leaves open', async () => {
    const verifier = verifierFor(key);
    const guard = createGuard({ verifier, onError: 'framework' });
    expect(guard.verifier).toBe(verifier);
    expect(guard.onError).toBe('framework');
    await guard.close();
    expect(verifier.verifySync(token).subject).toBe('subject');
  });

  it('closes the verifier that it created', async () => {
    const guard = createGuard(optionsFor(key));
    await guard.close();
    await guard.close();
    expect(authErrorOf(() => guard.verifier.verifySync(token)).code).toBe('ERR_CLOSED');
  });

  it('authorizes a request that was authenticated earlier', () => {
    const guard = createGuard(optionsFor(key));
    const auth = guard.verifier.verifySync(token);
    expect(guard.authorize(auth, { scope: 'read' })).toBeUndefined();
    expect(guard.authorize(auth, { scope: 'write' })).toMatchObject({ code: 'ERR_SCOPE_INSUFFICIENT', status: 403 });
    expect(guard.authorize(null, { scope: 'read' })).toMatchObject({ code: 'ERR_CREDENTIALS_MISSING', status: 401 });
    expect(guard.authorize(null, { optional: true })).toBeUndefined();
  });

  it('[ACCESS-HIERARCHY] [ACCESS-POLICY] knows what the verifier of another copy of the package implies', async () => {
    const verifier = verifierFor(key, {
      scopeImplies: { read: ['peek'] },
      policies: { peeking: { scope: 'peek' }, writing: { scope: 'write' } },
    });
    vi.resetModules();
    const copy = await import('../src/index.ts');
    expect(copy.createGuard).not.toBe(createGuard);
    const guard = copy.createGuard({ verifier });
    const auth = verifier.verifySync(token);
    expect(copy.hasScope(auth, 'peek')).toBe(true);
    expect(guard.authorize(auth, { policy: 'peeking' })).toBeUndefined();
    expect(guard.authorize(auth, { policy: 'writing' })).toMatchObject({ code: 'ERR_SCOPE_INSUFFICIENT' });
    expect(() => copy.policyRequirement('peekin', verifier)).toThrow('no policy "peekin": did you mean peeking?');
  });

  it('[EVENTS-GUARDS] counts and publishes what it denies, as its verifier does', () => {
    const events: unknown[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const guard = createGuard(optionsFor(key, { onEvent: (event) => events.push(event), debug: true }));
    const auth = guard.verifier.verifySync(token);
    guard.authorize(auth, { scope: 'write' });
    guard.authorize(auth, { scope: 'read' });
    guard.authorize(null);
    const { issuer } = auth;
    expect(events).toEqual([
      { type: 'token-refused', issuer, code: 'ERR_SCOPE_INSUFFICIENT' },
      { type: 'token-refused', issuer: undefined, code: 'ERR_CREDENTIALS_MISSING' },
    ]);
    expect(guard.verifier.stats()).toMatchObject({
      verified: 1,
      refused: { ERR_SCOPE_INSUFFICIENT: 1, ERR_CREDENTIALS_MISSING: 1 },
    });
    const lines = write.mock.calls.map(([line]) => String(line));
    expect(lines[0]).toContain(`${issuer}: refused, ERR_SCOPE_INSUFFICIENT`);
    expect(lines[0]).toContain('the route requires "write"');
  });

  it('passes an error to a framework with the headers of the answer and the public description', () => {
    const guard = createGuard({ ...optionsFor(key), realm: 'orders', onError: 'framework' });
    const error = authErrorOf(() => guard.verifier.verifySync(signToken(key, { aud: 'hush' })));
    const passed = guard.frameworkError(error);
    expect(passed).toBe(error);
    expect(passed).toMatchObject({ status: 401, statusCode: 401, code: 'ERR_AUDIENCE_MISMATCH' });
    expect(passed.headers).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate':
        'Bearer realm="orders", error="invalid_token", error_description="The access token is invalid"',
    });
    expect(passed.message).toBe('The access token is invalid');
    expect(guard.challenge(error).body).toContain('invalid_token');
  });

  it('[ANSWERS-MESSAGE-HIDDEN] passes no text of validate to a framework', () => {
    const guard = createGuard({ ...optionsFor(key), validate: () => 'because of\nhush $&', onError: 'framework' });
    const passed = guard.frameworkError(authErrorOf(() => guard.verifier.verifySync(token)));
    expect(passed).toMatchObject({ code: 'ERR_TOKEN_REJECTED', message: 'The access token is invalid' });
    expect(passed.stack).toMatch(/^TokenError: The access token is invalid\n +at /);
    expect(inspect(passed, { showHidden: true, depth: 5 })).not.toMatch(/because|hush/);
  });

  const wrong: readonly [string, unknown, RegExp][] = [
    ['nothing', undefined, /^The options of a guard are an object/],
    ['null', null, /^The options of a guard are an object/],
    ['text', 'https://issuer.example', /^The options of a guard are an object/],
    ['an unknown onError', { ...optionsFor(key), onError: 'throw' }, /^onError is 'respond' or 'framework'/],
    ['no verifier', { verifier: undefined }, /^verifier must be one that createVerifier returned/],
    ['something else than a verifier', { verifier: {} }, /^verifier must be one that createVerifier returned/],
    ['a verifier and options', { verifier: verifierFor(key), realm: 'x' }, /^realm cannot be combined with verifier/],
    ['an unknown option', { ...optionsFor(key), reallm: 'x' }, /^reallm is not an option.*did you mean realm\?/],
  ];

  it.each(wrong)('is rejected at set-up: %s', (_name, options, message) => {
    expect(configurationErrorIn(() => createGuard(options as GuardOptions)).message).toMatch(message);
  });
});

describe('an Okta guard', () => {
  const issuer = 'https://example.okta.com/oauth2/default';

  beforeEach(() => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', undefined);
  });

  it('needs no options if the environment has them', async () => {
    const guard = createOktaGuard();
    expect(Object.keys(guard.verifier.stats().issuers)).toEqual([issuer]);
    expect(await guard.authenticate(requestWith())).toMatchObject({
      ok: false,
      error: { code: 'ERR_CREDENTIALS_MISSING' },
    });
    await guard.close();
  });

  it('accepts options, and an existing verifier', async () => {
    const given = createOktaGuard({ ...optionsFor(key), onError: 'framework' });
    expect(given.onError).toBe('framework');
    expect(given.verifier.verifySync(token).subject).toBe('subject');
    const verifier = verifierFor(key);
    expect(createOktaGuard({ verifier }).verifier).toBe(verifier);
    await given.close();
  });

  it('[PROVIDERS-ID-TOKENS] refuses an ID token of the same client, with or without a nonce', async () => {
    const guard = createOktaGuard({ ...optionsFor(key), audience: 'the-client' });
    for (const nonce of ['n', undefined]) {
      const idToken = signToken(key, { aud: 'the-client', client_id: undefined, nonce }, { typ: undefined });
      const result = await guard.authenticate(bearerRequest(idToken));
      expect(result).toMatchObject({ ok: false, error: { code: 'ERR_TOKEN_TYPE', status: 401 } });
    }
    const accessToken = signToken(key, { aud: 'the-client', client_id: undefined, cid: 'x' }, { typ: undefined });
    expect(await guard.authenticate(bearerRequest(accessToken))).toMatchObject({ ok: true });
    await guard.close();
  });

  it('names what to set if the environment is empty', () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', undefined);
    expect(configurationErrorIn(() => createOktaGuard()).message).toMatch(/^issuer is missing: set OKTA_OAUTH2_ISSUER/);
  });
});
