import { createCertificateAuthority, type Fault, faults } from '@verifier/test-issuer';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { isAuthError } from '../../src/index.ts';
import {
  accepted,
  acceptedSynchronously,
  codeOf,
  expectUnavailable,
  type Scenario,
  startScenario,
  startWarmScenario,
} from '../support/scenario.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const hour = 3600;
const endless = new Set([
  'no answer',
  'a body of one byte a second',
  'headers of one byte a second',
  'a body shorter than it said',
]);

/** A short deadline for what ends with it only. */
const httpFor = (name: string) => (endless.has(name) ? { timeout: 0.5 } : {});
const bomb = faults.gzipBomb();

/** A key set of 300 KB. */
const bigDocument = JSON.stringify({ keys: [{ kty: 'oct', k: 'x'.repeat(300_000) }] });

const wrongAnswers: readonly (readonly [name: string, fault: Fault, code: string])[] = [
  ['404', faults.status(404), 'ERR_KEY_SET_UNAVAILABLE'],
  ['500', faults.status(500), 'ERR_KEY_SET_UNAVAILABLE'],
  ['502', faults.status(502, {}, 'x'.repeat(100_000)), 'ERR_KEY_SET_UNAVAILABLE'],
  ['503', faults.status(503), 'ERR_KEY_SET_UNAVAILABLE'],
  ['429', faults.status(429), 'ERR_KEY_SET_UNAVAILABLE'],
  ['204', faults.status(204), 'ERR_KEY_SET_UNAVAILABLE'],
  ['206', faults.status(206, {}, '{"keys":'), 'ERR_KEY_SET_UNAVAILABLE'],
  ['a redirect', faults.redirect('/keys', 307), 'ERR_KEY_SET_UNAVAILABLE'],
  ['a reset', faults.reset, 'ERR_KEY_SET_UNAVAILABLE'],
  ['a reset in the middle of the body', faults.resetMidBody, 'ERR_KEY_SET_UNAVAILABLE'],
  ['a truncated body', faults.truncate, 'ERR_KEY_SET_UNAVAILABLE'],
  ['a body shorter than it said', faults.tooShort, 'ERR_KEY_SET_UNAVAILABLE'],
  ['a bad chunk', faults.badChunk, 'ERR_KEY_SET_UNAVAILABLE'],
  ['bad gzip', faults.badGzip, 'ERR_KEY_SET_UNAVAILABLE'],
  ['no answer', faults.silence, 'ERR_KEY_SET_UNAVAILABLE'],
  ['a body of one byte a second', faults.drip(), 'ERR_KEY_SET_UNAVAILABLE'],
  ['headers of one byte a second', faults.dripHeaders(), 'ERR_KEY_SET_UNAVAILABLE'],
  ['an error page with 200', faults.htmlPage, 'ERR_KEY_SET_UNAVAILABLE'],
  ['half a document', faults.halfDocument, 'ERR_KEY_SET_INVALID'],
  ['an empty body', faults.answer(''), 'ERR_KEY_SET_INVALID'],
  ['JSON in UTF-16', faults.answer(Buffer.from('{"keys":[]}', 'utf16le')), 'ERR_KEY_SET_INVALID'],
  ['text/plain', faults.answer('{"keys":[]}', { 'content-type': 'text/plain' }), 'ERR_KEY_SET_INVALID'],
  ['a document of 300 KB', faults.answer(bigDocument), 'ERR_KEY_SET_INVALID'],
  ['10 KB of gzip in gzip that would become 1 GB', bomb.fault, 'ERR_KEY_SET_INVALID'],
  ['gzip that becomes a thousand times as much', faults.gzipFlood('spaces'), 'ERR_KEY_SET_INVALID'],
  ['gzip that becomes nothing', faults.gzipFlood('nothing'), 'ERR_KEY_SET_INVALID'],
  ['an empty set', faults.answer('{"keys":[]}'), 'ERR_KEY_SET_INVALID'],
  ['encryption keys only', faults.answer('{"keys":[{"kty":"RSA","use":"enc"}]}'), 'ERR_KEY_SET_INVALID'],
  ['symmetric keys only', faults.answer('{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'), 'ERR_KEY_SET_INVALID'],
  ['{}', faults.answer('{}'), 'ERR_KEY_SET_INVALID'],
  ['null', faults.answer('null'), 'ERR_KEY_SET_INVALID'],
  ['an array', faults.answer('[]'), 'ERR_KEY_SET_INVALID'],
  ['keys that are no array', faults.answer('{"keys":{"0":{}}}'), 'ERR_KEY_SET_INVALID'],
];

// A body that is longer than it said ends where it said it would.
const cutShort = [['a body longer than it said', faults.tooLong, 'ERR_KEY_SET_INVALID']] as const;

describe('while the keys are in memory', () => {
  it.each([...wrongAnswers, ...cutShort])(
    '[KEYS-OUTAGE] %s changes nothing for requests',
    async (name, fault, code) => {
      const scenario = await startWarmScenario({ runtime: synchronousRuntime, http: httpFor(name) });
      scenario.server.fail('keys', fault);
      scenario.clock.advance(530);
      acceptedSynchronously(scenario.authenticate(scenario.token()));
      await scenario.settled();
      expect(scenario.keyStats()).toMatchObject({ state: 'due', failures: 1, lastError: code, keys: 1 });
      expect(scenario.eventsOf('refresh-failed')).toMatchObject([{ document: 'keys', code, failures: 1 }]);
      scenario.clock.advance(2 * hour);
      expect(accepted(await scenario.authenticate(scenario.token())).issuer).toBe(scenario.server.issuer);
      expect(scenario.verifier.ready()).toBe(true);
      await scenario.settled();
      await recovers(scenario);
    },
  );

  it('an issuer that refuses connections changes nothing for requests', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    await scenario.server.stop();
    scenario.clock.advance(530);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    expect(scenario.keyStats()).toMatchObject({ state: 'due', lastError: 'ERR_KEY_SET_UNAVAILABLE' });
    await scenario.server.start();
    await recovers(scenario);
  });
});

// A 304 is an error without a cached copy.
const confirmation = [['304 without a conditional request', faults.status(304), 'ERR_KEY_SET_UNAVAILABLE']] as const;

describe('at the start', () => {
  it.each([...wrongAnswers, ...confirmation])(
    '[KEYS-OUTAGE-AT-START] %s is 503 with Retry-After, and never 401',
    async (name, fault, code) => {
      const scenario = await startScenario({ http: httpFor(name) });
      scenario.server.fail('keys', fault);
      const first = scenario.authenticate(scenario.token());
      expect(await expectUnavailable(scenario, first)).toBeLessThanOrEqual(60);
      expect(await codeOf(first)).toBe(code);
      expect(scenario.verifier.ready()).toBe(false);
      scenario.server.heal();
      scenario.clock.advance(2);
      accepted(await scenario.authenticate(scenario.token()));
      expect(scenario.verifier.ready()).toBe(true);
    },
  );

  it('an issuer that is down does not prevent a start, and is retried with growing back-off', async () => {
    const scenario = await startScenario();
    await scenario.server.stop();
    await expect(scenario.verifier.warmUp()).rejects.toBeInstanceOf(AggregateError);
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_DISCOVERY_FAILED');
    expect(scenario.keyStats()).toMatchObject({ state: 'absent', failures: 1 });
    scenario.clock.advance(1);
    await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
    expect(scenario.keyStats().failures).toBe(2);
    scenario.clock.advance(1);
    await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
    expect(scenario.keyStats().failures).toBe(2);
    await scenario.server.start();
    scenario.clock.advance(1);
    accepted(await scenario.authenticate(scenario.token()));
  });

  it('[KEYS-SHARED-FAILURE] 10,000 requests for an issuer that fails share one fetch and one failure', async () => {
    const scenario = await startScenario();
    scenario.server.fail('metadata', async (exchange) => {
      await faults.slow(0.05)({ ...exchange, serve: () => faults.status(500)(exchange) });
    });
    const token = scenario.token();
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => scenario.authenticate(token)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(0);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 0 });
    const errors = new Set(answers.map((answer) => !answer.ok && answer.error));
    expect(errors.size).toBe(10_000);
    expect([...errors].every((error) => isAuthError(error) && error.status === 503)).toBe(true);
  });
});

describe('an outage of hours', () => {
  it('of 6 hours under steady traffic delays and fails no request, and causes one fetch a minute', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const tokens = Array.from({ length: 5 }, (_, index) => scenario.token(scenario.key, { jti: String(index) }));
    await scenario.server.stop();
    let requests = 0;
    for (let elapsed = 0; elapsed < 6 * hour; elapsed += 5) {
      scenario.clock.advance(5);
      for (const token of tokens) acceptedSynchronously(scenario.authenticate(token));
      requests += tokens.length;
      await scenario.settled();
    }
    const { failures, state } = scenario.keyStats();
    expect({ requests, state }).toEqual({ requests: 21_600, state: 'stale' });
    expect(failures).toBeGreaterThan(300);
    expect(failures).toBeLessThanOrEqual(6 * 60 * 1.25 + 10);
    expect(scenario.eventsOf('outage-entered')).toHaveLength(1);
    await scenario.server.start();
    scenario.clock.advance(60);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', lastError: null });
    expect(scenario.eventsOf('outage-left')).toHaveLength(1);
    expect(scenario.eventsOf('outage-left')[0]?.seconds).toBeGreaterThan(5.7 * hour);
  });

  it('[KEYS-STALE-FOR] is survived for staleFor after the end of life, then the answer is 503', async () => {
    const scenario = await startWarmScenario({ keyCache: { staleFor: 2 * hour } });
    await scenario.server.stop();
    scenario.clock.advance(600 + 2 * hour - 1);
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.verifier.ready()).toBe(true);
    await scenario.settled();
    scenario.clock.advance(1);
    await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
    expect(scenario.verifier.ready()).toBe(false);
    expect(scenario.keyStats().state).toBe('expired');
    await scenario.server.start();
    scenario.clock.advance(60);
    accepted(await scenario.authenticate(scenario.token()));
  });

  it('[KEYS-STALE-FOR] refuses cached tokens too once the keys are no longer trusted', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { staleFor: hour } });
    const token = scenario.token();
    acceptedSynchronously(scenario.authenticate(token));
    await scenario.server.stop();
    scenario.clock.advance(2 * hour);
    await expectUnavailable(scenario, scenario.authenticate(token));
  });

  it('[KEYS-STALE-FOR-ZERO] is not survived if staleFor is 0', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { staleFor: 0 } });
    await scenario.server.stop();
    scenario.clock.advance(599);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    scenario.clock.advance(1);
    await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
  });

  it('is reported immediately, although Retry-After is five minutes', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { ttl: 60 } });
    scenario.server.fail('keys', faults.status(503, { 'retry-after': '300' }));
    scenario.clock.advance(55);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    expect(scenario.eventsOf('outage-entered')).toHaveLength(0);
    scenario.clock.advance(6);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    expect(scenario.eventsOf('outage-entered')).toMatchObject([{ code: 'ERR_KEY_SET_UNAVAILABLE' }]);
  });
});

describe('an issuer that is busy', () => {
  const storms: readonly (readonly [retryAfter: string | undefined, seconds: number])[] = [
    ['120', 120],
    ['300', 300],
    ['99999999999999999999', 300],
    ['Thu, 31 Dec 2099 23:59:59 GMT', 300],
    ['-60', 1],
    ['soon', 1],
    ['1e3', 1],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 1],
    [undefined, 1],
  ];

  it.each(storms)('that answers 429 with Retry-After %s is left alone for %d s', async (retryAfter, seconds) => {
    const scenario = await startScenario();
    scenario.server.fail('keys', faults.status(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }));
    const asked = await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
    expect(asked).toBe(seconds);
    expect(await expectUnavailable(scenario, scenario.authenticate(scenario.token()))).toBe(seconds);
    scenario.clock.advance(seconds * 0.75);
    for (let count = 0; count < 100; count += 1) await scenario.authenticate(scenario.token());
    expect(scenario.server.counts.keys).toBe(1);
    scenario.server.heal();
    scenario.clock.advance(seconds * 0.25);
    accepted(await scenario.authenticate(scenario.token()));
  });

  it('receives no fetch for unknown keys either', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.status(429, { 'retry-after': '120' }));
    await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    for (let count = 0; count < 10; count += 1)
      await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    expect(scenario.server.counts.keys).toBe(1);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
  });
});

describe('a certificate', () => {
  const authority = createCertificateAuthority();

  async function startSecureScenario(
    certificate: { host?: string; expired?: boolean },
    trusted = true,
  ): Promise<Scenario> {
    const { ca, issue } = await authority;
    const dispatcher = new Agent({ connect: trusted ? { ca } : {} });
    return startScenario({ server: { tls: await issue(certificate) }, http: { dispatcher } });
  }

  it('of a configured authority is accepted', async () => {
    const scenario = await startSecureScenario({});
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.server.issuer).toMatch(/^https:/);
  });

  it.each([
    ['that has expired', { expired: true }, true],
    ['for another host', { host: 'issuer.example' }, true],
    ['of an unknown authority', {}, false],
  ] as const)('%s is a typed error, and nothing is fetched', async (_name, certificate, trusted) => {
    const scenario = await startSecureScenario(certificate, trusted);
    const result = scenario.authenticate(scenario.token());
    await expectUnavailable(scenario, result);
    expect(await codeOf(result)).toBe('ERR_DISCOVERY_FAILED');
    expect(scenario.server.counts).toMatchObject({ metadata: 0, keys: 0, other: 0 });
  });
});

async function recovers(scenario: Scenario): Promise<void> {
  const next = generateTestKey('ES256');
  scenario.server.heal();
  scenario.server.publish(keySetOf(scenario.key, next));
  scenario.clock.advance(60);
  acceptedSynchronously(scenario.authenticate(scenario.token()));
  await scenario.settled();
  expect(scenario.keyStats()).toMatchObject({ state: 'fresh', lastError: null, keys: 2 });
  acceptedSynchronously(scenario.authenticate(scenario.token(next)));
}
