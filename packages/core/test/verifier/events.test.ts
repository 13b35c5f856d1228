import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createVerifier, type VerifierEvent } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const issuer = 'https://issuer.example';
let warn: MockInstance<typeof process.emitWarning>;

beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

describe('onEvent', () => {
  it('is called with fetched documents and keys', async () => {
    const events: VerifierEvent[] = [];
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({
      ...fake.options,
      clock: new FakeClock(),
      onEvent: (event) => events.push(event),
    });
    await verifier.warmUp();
    expect(events).toEqual([
      { type: 'refreshed', issuer, document: 'metadata', seconds: 0 },
      { type: 'key-added', issuer, kid: key.kid, alg: 'Ed25519' },
      { type: 'refreshed', issuer, document: 'keys', seconds: 0 },
    ]);
    await verifier.close();
  });

  it('is called with failures and an outage', async () => {
    const events: VerifierEvent[] = [];
    const fake = new FakeIssuer([key]);
    fake.fail(500);
    const verifier = createVerifier({
      ...fake.options,
      clock: new FakeClock(),
      onEvent: (event) => events.push(event),
    });
    await verifier.warmUp().catch(() => undefined);
    expect(events).toEqual([
      {
        type: 'refresh-failed',
        issuer,
        document: 'metadata',
        code: 'ERR_DISCOVERY_FAILED',
        kind: 'status',
        failures: 1,
        seconds: 0,
      },
      {
        type: 'refresh-failed',
        issuer,
        document: 'keys',
        code: 'ERR_DISCOVERY_FAILED',
        kind: 'metadata',
        failures: 1,
        seconds: 0,
      },
      { type: 'outage-entered', issuer, code: 'ERR_DISCOVERY_FAILED' },
    ]);
    await verifier.close();
  });

  it('is called with each refused token, and with its issuer if that is trusted', () => {
    const events: VerifierEvent[] = [];
    const verifier = verifierFor(key, { onEvent: (event) => events.push(event) });
    authErrorOf(() => verifier.verifySync('x'));
    authErrorOf(() => verifier.verifySync(signToken(key, { iss: 'https://evil.example' })));
    authErrorOf(() => verifier.verifySync(signToken(key, { exp: 1 })));
    authErrorOf(() => verifier.verifySync(signToken(key), { scope: 'x' }));
    void verifier.authenticate(requestWith());
    verifier.verifySync(signToken(key));
    expect(events).toEqual([
      { type: 'token-refused', issuer: undefined, code: 'ERR_TOKEN_MALFORMED' },
      { type: 'token-refused', issuer: undefined, code: 'ERR_ISSUER_UNKNOWN' },
      { type: 'token-refused', issuer, code: 'ERR_TOKEN_EXPIRED' },
      { type: 'token-refused', issuer, code: 'ERR_SCOPE_INSUFFICIENT' },
      { type: 'token-refused', issuer: undefined, code: 'ERR_CREDENTIALS_MISSING' },
    ]);
  });

  it('is called with a refused token that was cached', () => {
    const events: VerifierEvent[] = [];
    const verifier = verifierFor(key, { tokenCache: {}, onEvent: (event) => events.push(event) });
    const token = signToken(key);
    verifier.verifySync(token);
    authErrorOf(() => verifier.verifySync(token, { scope: 'x' }));
    expect(events).toEqual([{ type: 'token-refused', issuer, code: 'ERR_SCOPE_INSUFFICIENT' }]);
  });

  it('is not called after its verifier was closed, while others are', async () => {
    const [first, second]: VerifierEvent[][] = [[], []];
    const fake = new FakeIssuer([key]);
    const options = { ...fake.options, clock: new FakeClock() };
    const closed = createVerifier({ ...options, onEvent: (event) => first?.push(event) });
    const open = createVerifier({ ...options, onEvent: (event) => second?.push(event) });
    await closed.close();
    await open.warmUp();
    expect(first).toEqual([]);
    expect(second).not.toEqual([]);
    await open.close();
  });
});

describe('a listener that fails', () => {
  const token = signToken(key, { exp: 1 });
  const fail = (): never => {
    throw new Error('the log is full');
  };

  it.each([
    ['at once', fail],
    ['later', async () => fail()],
  ])('[EVENTS-LISTENER] becomes a warning, and does not change the outcome: %s', async (_name, onEvent) => {
    const verifier = verifierFor(key, { onEvent: onEvent as () => void });
    expect((await authErrorFrom(verifier.verify(token))).code).toBe('ERR_TOKEN_EXPIRED');
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    expect(warn.mock.calls[0]?.[0]).toContain('onEvent threw Error: the log is full');
    expect(warn.mock.calls[0]?.[1]).toMatchObject({ code: 'VERIFIER_LISTENER' });
  });

  it.each([
    ['at once', fail],
    ['later', async () => fail()],
    // biome-ignore lint/suspicious/noThenProperty: promises of other libraries are thenables.
    ['later, by a thenable', () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('x')) })],
    [
      'with a value that has no text',
      () => {
        throw Object.create(null);
      },
    ],
  ])('[EVENTS-LISTENER] causes one warning, however many tokens clients send: %s', async (_name, onEvent) => {
    const moving = new FakeClock();
    const verifier = verifierFor(key, { clock: moving, onEvent: onEvent as () => void });
    const sendMany = async (): Promise<void> => {
      for (let count = 0; count < 100; count += 1) {
        expect((await authErrorFrom(verifier.verify('x'))).code).toBe('ERR_TOKEN_MALFORMED');
      }
      await new Promise((resolve) => setImmediate(resolve));
    };
    const reported = (): number =>
      warn.mock.calls.filter(([, options]) => Object(options).code === 'VERIFIER_LISTENER').length;
    await sendMany();
    expect(reported()).toBe(1);
    moving.advance(599);
    await sendMany();
    expect(reported()).toBe(1);
    moving.advance(600);
    await sendMany();
    expect(reported()).toBe(2);
  });

  it('[EVENTS-LISTENER] warns once for each listener', () => {
    for (const _ of [1, 2]) {
      const verifier = verifierFor(key, { onEvent: fail });
      authErrorOf(() => verifier.verifySync('x'));
      authErrorOf(() => verifier.verifySync('x'));
    }
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('does not fail a request whose waitUntil throws', async () => {
    const moving = new FakeClock();
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({ ...fake.options, clock: moving });
    await verifier.warmUp();
    moving.advance(590);
    const request = {
      ...bearerRequest(signToken(key)),
      waitUntil: () => {
        throw new Error('there is no context');
      },
    };
    expect(await verifier.authenticate(request)).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(verifier.stats().issuers[issuer]?.refreshes).toBe(2));
    await verifier.close();
  });

  it('may clear the verifier when an event arrives', async () => {
    let isCleared = false;
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({
      ...fake.options,
      clock: new FakeClock(),
      onEvent: ({ type }) => {
        if (type !== 'refreshed' || isCleared) return;
        isCleared = true;
        verifier.clear();
      },
    });
    await expect(verifier.verify(signToken(key))).resolves.toMatchObject({ subject: 'subject' });
    await verifier.close();
  });

  it('affects neither the loading of keys nor other listeners', async () => {
    const events: VerifierEvent[] = [];
    const fake = new FakeIssuer([key]);
    const options = { ...fake.options, clock: new FakeClock() };
    const failing = createVerifier({ ...options, onEvent: fail });
    const listening = createVerifier({ ...options, onEvent: (event) => events.push(event) });
    await failing.warmUp();
    expect(failing.verifySync(signToken(key)).subject).toBe('subject');
    expect(events.map(({ type }) => type)).toContain('refreshed');
    await Promise.all([failing.close(), listening.close()]);
  });

  it('may call the verifier again', async () => {
    const verifier = verifierFor(key, {
      onEvent: () => {
        expect(verifier.ready()).toBe(true);
        verifier.verifySync(signToken(key));
        verifier.stats();
      },
    });
    expect((await authErrorFrom(verifier.verify(token))).code).toBe('ERR_TOKEN_EXPIRED');
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('the operator', () => {
  it('is warned once of tokens that are not valid yet', () => {
    const verifier = verifierFor(key, { clock: new FakeClock() });
    for (const nbf of [now + 60, now + 61]) authErrorOf(() => verifier.verifySync(signToken(key, { nbf })));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/not valid yet.*compare the clocks/);
  });
});
