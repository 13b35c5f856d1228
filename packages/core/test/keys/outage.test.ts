import { createCertificateAuthority, type Fault, faults } from '@verifier/test-issuer';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { isAuthError } from '../../src/index.ts';
import { createTestKey, keySetOf } from '../fixtures/test-key.ts';
import { openStage, openWarmStage, refusal, type Stage, served, servedAtOnce, unavailable } from './stage.ts';

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
  ['an error page with 200', faults.htmlPage, 'ERR_KEY_SET_INVALID'],
  ['half a document', faults.halfDocument, 'ERR_KEY_SET_INVALID'],
  ['an empty body', faults.answer(''), 'ERR_KEY_SET_INVALID'],
  ['JSON in UTF-16', faults.answer(Buffer.from('{"keys":[]}', 'utf16le')), 'ERR_KEY_SET_INVALID'],
  ['text/plain', faults.answer('{"keys":[]}', { 'content-type': 'text/plain' }), 'ERR_KEY_SET_INVALID'],
  ['a document of 300 KB', faults.answer(bigDocument), 'ERR_KEY_SET_INVALID'],
  ['10 KB of gzip that become 1 GB', bomb.fault, 'ERR_KEY_SET_INVALID'],
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
  it.each([...wrongAnswers, ...cutShort])('%s changes nothing for requests', async (name, fault, code) => {
    const stage = await openWarmStage({ http: httpFor(name) });
    stage.server.fail('keys', fault);
    stage.clock.advance(530);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    expect(stage.keyStats()).toMatchObject({ state: 'due', failures: 1, lastError: code, keys: 1 });
    expect(stage.eventsOf('refresh-failed')).toMatchObject([{ document: 'keys', code, failures: 1 }]);
    stage.clock.advance(2 * hour);
    expect(served(await stage.ask(stage.token())).issuer).toBe(stage.server.issuer);
    expect(stage.verifier.ready()).toBe(true);
    await stage.calm();
    await recovers(stage);
  });

  it('an issuer that refuses connections changes nothing for requests', async () => {
    const stage = await openWarmStage();
    await stage.server.stop();
    stage.clock.advance(530);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    expect(stage.keyStats()).toMatchObject({ state: 'due', lastError: 'ERR_KEY_SET_UNAVAILABLE' });
    await stage.server.start();
    await recovers(stage);
  });
});

// With a copy at hand it is what was asked for.
const confirmation = [['304 that nobody asked for', faults.status(304), 'ERR_KEY_SET_UNAVAILABLE']] as const;

describe('at the start', () => {
  it.each([...wrongAnswers, ...confirmation])(
    '%s is 503 with Retry-After, and never 401',
    async (name, fault, code) => {
      const stage = await openStage({ http: httpFor(name) });
      stage.server.fail('keys', fault);
      const first = stage.ask(stage.token());
      expect(await unavailable(stage, first)).toBeLessThanOrEqual(60);
      expect(await refusal(first)).toBe(code);
      expect(stage.verifier.ready()).toBe(false);
      stage.server.heal();
      stage.clock.advance(2);
      served(await stage.ask(stage.token()));
      expect(stage.verifier.ready()).toBe(true);
    },
  );

  it('an issuer that is down stops nobody from starting, and is asked again with growing pauses', async () => {
    const stage = await openStage();
    await stage.server.stop();
    await expect(stage.verifier.warmUp()).rejects.toBeInstanceOf(AggregateError);
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_DISCOVERY_FAILED');
    expect(stage.keyStats()).toMatchObject({ state: 'absent', failures: 1 });
    stage.clock.advance(1);
    await unavailable(stage, stage.ask(stage.token()));
    expect(stage.keyStats().failures).toBe(2);
    stage.clock.advance(1);
    await unavailable(stage, stage.ask(stage.token()));
    expect(stage.keyStats().failures).toBe(2);
    await stage.server.start();
    stage.clock.advance(1);
    served(await stage.ask(stage.token()));
  });

  it('10,000 requests for an issuer that fails share one fetch and one failure', async () => {
    const stage = await openStage();
    stage.server.fail('metadata', async (exchange) => {
      await faults.slow(0.05)({ ...exchange, serve: () => faults.status(500)(exchange) });
    });
    const token = stage.token();
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => stage.ask(token)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(0);
    expect(stage.server.counts).toMatchObject({ metadata: 1, keys: 0 });
    const errors = new Set(answers.map((answer) => !answer.ok && answer.error));
    expect(errors.size).toBe(10_000);
    expect([...errors].every((error) => isAuthError(error) && error.status === 503)).toBe(true);
  });
});

describe('an outage of hours', () => {
  it('of 6 hours under steady traffic delays and fails no request, and contacts the issuer once a minute', async () => {
    const stage = await openWarmStage();
    const tokens = Array.from({ length: 5 }, (_, index) => stage.token(stage.key, { jti: String(index) }));
    await stage.server.stop();
    let requests = 0;
    for (let elapsed = 0; elapsed < 6 * hour; elapsed += 5) {
      stage.clock.advance(5);
      for (const token of tokens) servedAtOnce(stage.ask(token));
      requests += tokens.length;
      await stage.calm();
    }
    const { failures, state } = stage.keyStats();
    expect({ requests, state }).toEqual({ requests: 21_600, state: 'stale' });
    expect(failures).toBeGreaterThan(300);
    expect(failures).toBeLessThanOrEqual(6 * 60 * 1.25 + 10);
    expect(stage.eventsOf('outage-entered')).toHaveLength(1);
    await stage.server.start();
    stage.clock.advance(60);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', lastError: null });
    expect(stage.eventsOf('outage-left')).toHaveLength(1);
    expect(stage.eventsOf('outage-left')[0]?.seconds).toBeGreaterThan(5.7 * hour);
  });

  it('is survived for staleFor after the end of life, and then refused with 503', async () => {
    const stage = await openWarmStage({ keyCache: { staleFor: 2 * hour } });
    await stage.server.stop();
    stage.clock.advance(600 + 2 * hour - 1);
    served(await stage.ask(stage.token()));
    expect(stage.verifier.ready()).toBe(true);
    await stage.calm();
    stage.clock.advance(1);
    await unavailable(stage, stage.ask(stage.token()));
    expect(stage.verifier.ready()).toBe(false);
    expect(stage.keyStats().state).toBe('expired');
    await stage.server.start();
    stage.clock.advance(60);
    served(await stage.ask(stage.token()));
  });

  it('refuses a token that was verified before, too, once the keys are trusted no more', async () => {
    const stage = await openWarmStage({ keyCache: { staleFor: hour } });
    const token = stage.token();
    servedAtOnce(stage.ask(token));
    await stage.server.stop();
    stage.clock.advance(2 * hour);
    await unavailable(stage, stage.ask(token));
  });

  it('is survived not at all where staleFor is 0', async () => {
    const stage = await openWarmStage({ keyCache: { staleFor: 0 } });
    await stage.server.stop();
    stage.clock.advance(599);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    stage.clock.advance(1);
    await unavailable(stage, stage.ask(stage.token()));
  });

  it('shows as an outage at once, although the issuer forbids to ask again for five minutes', async () => {
    const stage = await openWarmStage({ keyCache: { ttl: 60 } });
    stage.server.fail('keys', faults.status(503, { 'retry-after': '300' }));
    stage.clock.advance(55);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    expect(stage.eventsOf('outage-entered')).toHaveLength(0);
    stage.clock.advance(6);
    servedAtOnce(stage.ask(stage.token()));
    expect(stage.eventsOf('outage-entered')).toMatchObject([{ code: 'ERR_KEY_SET_UNAVAILABLE' }]);
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
    const stage = await openStage();
    stage.server.fail('keys', faults.status(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }));
    const asked = await unavailable(stage, stage.ask(stage.token()));
    expect(asked).toBe(seconds);
    expect(await unavailable(stage, stage.ask(stage.token()))).toBe(seconds);
    stage.clock.advance(seconds * 0.75);
    for (let count = 0; count < 100; count += 1) await stage.ask(stage.token());
    expect(stage.server.counts.keys).toBe(1);
    stage.server.heal();
    stage.clock.advance(seconds * 0.25);
    served(await stage.ask(stage.token()));
  });

  it('is not asked for unknown keys either', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.status(429, { 'retry-after': '120' }));
    await unavailable(stage, stage.ask(stage.strayToken()));
    for (let count = 0; count < 10; count += 1) await unavailable(stage, stage.ask(stage.strayToken()));
    expect(stage.server.counts.keys).toBe(1);
    servedAtOnce(stage.ask(stage.token()));
  });
});

describe('a certificate', () => {
  const authority = createCertificateAuthority();

  async function secureStage(certificate: { host?: string; expired?: boolean }, trusted = true): Promise<Stage> {
    const { ca, issue } = await authority;
    const dispatcher = new Agent({ connect: trusted ? { ca } : {} });
    return openStage({ server: { tls: await issue(certificate) }, http: { dispatcher } });
  }

  it('of an authority that was given is accepted', async () => {
    const stage = await secureStage({});
    served(await stage.ask(stage.token()));
    expect(stage.server.issuer).toMatch(/^https:/);
  });

  it.each([
    ['that has expired', { expired: true }, true],
    ['for another host', { host: 'issuer.example' }, true],
    ['of an unknown authority', {}, false],
  ] as const)('%s is a typed error, and nothing is fetched', async (_name, certificate, trusted) => {
    const stage = await secureStage(certificate, trusted);
    const result = stage.ask(stage.token());
    await unavailable(stage, result);
    expect(await refusal(result)).toBe('ERR_DISCOVERY_FAILED');
    expect(stage.server.counts).toMatchObject({ metadata: 0, keys: 0, other: 0 });
  });
});

async function recovers(stage: Stage): Promise<void> {
  const next = createTestKey('ES256');
  stage.server.heal();
  stage.server.publish(keySetOf(stage.key, next));
  stage.clock.advance(60);
  servedAtOnce(stage.ask(stage.token()));
  await stage.calm();
  expect(stage.keyStats()).toMatchObject({ state: 'fresh', lastError: null, keys: 2 });
  servedAtOnce(stage.ask(stage.token(next)));
}
