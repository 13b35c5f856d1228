import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthResult, createVerifier } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const token = signToken(key, { scope: 'read' });
const accepted = { ok: true, auth: { subject: 'subject', scheme: 'Bearer' } };

// An outage causes a warning.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

describe.each(engines)('authenticate(), on the $name engine', (engine) => {
  const verifier = verifierOn(engine, optionsFor(key));

  it('[ERRORS-RESULT] returns data for every outcome', async () => {
    expect(await verifier.authenticate(bearerRequest(token))).toMatchObject(accepted);
    expect(await verifier.authenticate(bearerRequest('x'))).toMatchObject({ ok: false, error: { status: 401 } });
    expect(await verifier.authenticate(requestWith())).toMatchObject({ ok: false, error: { status: 401 } });
    expect(await verifier.authenticate(requestWith('Bearer'))).toMatchObject({ ok: false, error: { status: 400 } });
    expect(await verifier.authenticate(bearerRequest(token), { scope: 'x' })).toMatchObject({
      ok: false,
      error: { status: 403, scope: ['x'] },
    });
  });
});

describe('the headers of a granted result', () => {
  it('are one frozen object without members, for a token and for an anonymous request', async () => {
    const verifier = verifierFor(key, { optional: true });
    const results = [await verifier.authenticate(bearerRequest(token)), await verifier.authenticate(requestWith())];
    const headers = results.map((result) => (result.ok ? result.headers : undefined));
    expect(headers).toEqual([{}, {}]);
    expect(Object.isFrozen(headers[0])).toBe(true);
    expect(headers[0]).toBe(headers[1]);
  });
});

describe('authenticate(), with the keys in memory', () => {
  it('[PROCESS-SYNCHRONOUS] is synchronous on Node.js if no signature is verified: cached, malformed or no token', async () => {
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({ ...fake.options, clock: new FakeClock() });
    const cold = verifier.authenticate(bearerRequest(token));
    expect(cold).toBeInstanceOf(Promise);
    expect(await cold).toMatchObject(accepted);
    const requests = [
      bearerRequest(token),
      bearerRequest(token),
      bearerRequest('x'),
      requestWith(),
      requestWith('a', 'b'),
    ];
    const results = requests.map((request) => verifier.authenticate(request));
    expect(results.some((result) => result instanceof Promise)).toBe(false);
    expect(results.map((result) => (result as AuthResult).ok)).toEqual([true, true, false, false, false]);
    expect(fake.requests).toHaveLength(2);
    await verifier.close();
  });

  it('[PROCESS-THREAD-POOL] does not block the thread while the signature of a new token is verified', async () => {
    const verifier = verifierFor(key);
    const result = verifier.authenticate(bearerRequest(token));
    expect(result).toBeInstanceOf(Promise);
    expect(await result).toMatchObject(accepted);
    const [header = '', claims = ''] = signToken(key).split('.');
    const forged = verifier.authenticate(bearerRequest(`${header}.${claims}.${'A'.repeat(86)}`));
    expect(forged).toBeInstanceOf(Promise);
    expect(await forged).toMatchObject({ ok: false, error: { code: 'ERR_SIGNATURE_INVALID' } });
  });

  it('is a promise on an engine that cannot be synchronous', () => {
    const [, web] = engines;
    if (web === undefined) throw new Error('There is no second engine');
    expect(verifierOn(web, optionsFor(key)).authenticate(bearerRequest(token))).toBeInstanceOf(Promise);
  });
});

describe('authenticate() during an outage of the issuer', () => {
  it('answers 503 with Retry-After and without a challenge', async () => {
    const fake = new FakeIssuer([key]);
    fake.fail(503);
    const verifier = createVerifier({ ...fake.options, clock: new FakeClock() });
    const result = await verifier.authenticate(bearerRequest(token));
    expect(result).toMatchObject({ ok: false, error: { name: 'UnavailableError', status: 503 } });
    if (result.ok) throw new Error('The request was accepted');
    const { status, headers } = verifier.challenge(result.error);
    expect(status).toBe(503);
    expect(Number(headers['Retry-After'])).toBeGreaterThanOrEqual(1);
    expect(headers).not.toHaveProperty('WWW-Authenticate');
    await verifier.close();
  });
});

describe('a request without credentials', () => {
  const anonymous = { ok: true, auth: null, headers: {} };
  const missing = { ok: false, error: { code: 'ERR_CREDENTIALS_MISSING' } };

  it('[REQUEST-OPTIONAL] is refused by default, and accepted if the verifier is optional', () => {
    expect(verifierFor(key).authenticate(requestWith())).toMatchObject(missing);
    expect(verifierFor(key, { optional: true }).authenticate(requestWith())).toEqual(anonymous);
  });

  it('[REQUEST-OPTIONAL] follows the route if the route sets optional', () => {
    expect(verifierFor(key).authenticate(requestWith(), { optional: true })).toEqual(anonymous);
    expect(verifierFor(key, { optional: true }).authenticate(requestWith(), { optional: false })).toMatchObject(
      missing,
    );
  });

  it('never meets the requirements of a route because of a default', () => {
    const verifier = verifierFor(key, { optional: true });
    expect(verifier.authenticate(requestWith(), { scope: 'read' })).toMatchObject(missing);
    expect(verifier.authenticate(requestWith(), { claims: () => true })).toMatchObject(missing);
  });

  it('is anonymous, unlike one with bad credentials, which is refused', async () => {
    const verifier = verifierFor(key, { optional: true });
    for (const request of [bearerRequest('x'), bearerRequest(signToken(key, { exp: 1 })), requestWith('Bearer')]) {
      expect(await verifier.authenticate(request)).toMatchObject({ ok: false });
    }
    expect(await verifier.authenticate(bearerRequest(token))).toMatchObject(accepted);
  });
});
