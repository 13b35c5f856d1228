import { type FaultServer, faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import { createTestKey, keySetOf, type TestKey } from '../fixtures/test-key.ts';
import { openStage, openWarmStage, refusal, type Stage, served, servedAtOnce, unavailable } from './stage.ts';

const hour = 3600;
const step = 10;

describe('a warm process', () => {
  it('sees 24 rotations in 24 hours without a failed or delayed request, and asks once an interval', async () => {
    const interval = 600;
    const stage = await openWarmStage({ server: { path: '/oauth2/default' } });
    stage.server.headers = { 'cache-control': `max-age=${interval}` };
    const rota = new Rota(stage.server, stage.key);
    const day = 24 * hour;
    let requests = 0;
    for (let elapsed = step; elapsed <= day; elapsed += step) {
      stage.clock.advance(step);
      rota.at(elapsed, hour, interval);
      servedAtOnce(stage.ask(stage.token(rota.signing, { jti: String(elapsed) })));
      requests += 1;
      await stage.calm();
    }
    const { keys, metadata, connections } = stage.server.counts;
    expect(requests).toBe(8640);
    expect(rota.rotations).toBe(24);
    expect(keys).toBeGreaterThan(day / interval);
    expect(keys).toBeLessThanOrEqual(day / (interval * 0.72) + 1);
    expect(metadata).toBe(1);
    expect(connections).toBeLessThanOrEqual(1);
    expect(stage.verifier.stats().refused).toEqual({});
    expect(stage.keyStats()).toMatchObject({ failures: 0, keys: 2 });
    expect(stage.keyStats().contactsSaved).toBeGreaterThanOrEqual(requests);
  });

  it('asks no more often where the issuer forbids every caching and a ttl was given', async () => {
    const stage = await openWarmStage({ keyCache: { ttl: 300 } });
    stage.server.headers = { 'cache-control': 'no-cache, no-store, must-revalidate, max-age=0', pragma: 'no-cache' };
    const token = stage.token();
    for (let elapsed = 0; elapsed < hour; elapsed += step) {
      stage.clock.advance(step);
      for (let count = 0; count < 20; count += 1) servedAtOnce(stage.ask(token));
      await stage.calm();
    }
    expect(stage.server.counts.keys).toBeLessThanOrEqual(hour / (300 * 0.72) + 1);
  });

  it.each([
    [{}, 600],
    [{ ttl: 10 }, 10],
    [{ ttl: 10, refreshAhead: 0.1 }, 1.25],
  ])('never asks once a request, whatever the issuer and the options say: %o', async (keyCache, interval) => {
    const stage = await openWarmStage({ keyCache, tokenCache: false });
    stage.server.headers = { 'cache-control': 'no-cache, no-store, max-age=0', age: '4000000000', vary: '*' };
    const token = stage.token();
    for (let elapsed = 0; elapsed < 60; elapsed += 0.1) {
      stage.clock.advance(0.1);
      servedAtOnce(stage.ask(token));
      await stage.calm();
    }
    expect(stage.server.counts.keys).toBeLessThanOrEqual(60 / (interval * 0.72) + 1);
  });
});

describe('a rotation without overlap', () => {
  it('is noticed by the first token of the new key, which waits for one fetch and is accepted', async () => {
    const stage = await openWarmStage();
    const next = rotate(stage);
    served(await stage.ask(stage.token(next)));
    expect(stage.server.counts).toMatchObject({ keys: 1, metadata: 0 });
  });

  it('refuses the tokens of the old key from then on, those verified before too', async () => {
    const stage = await openWarmStage();
    const old = stage.token();
    servedAtOnce(stage.ask(old));
    const next = rotate(stage);
    servedAtOnce(stage.ask(old));
    served(await stage.ask(stage.token(next)));
    expect(await refusal(stage.ask(old))).toBe('ERR_KEY_NOT_FOUND');
    expect(stage.eventsOf('key-removed')).toMatchObject([{ kid: stage.key.kid }]);
    expect(stage.eventsOf('key-added')).toMatchObject([{ kid: next.kid }]);
  });

  it('that only takes a key away is noticed by the next refresh, and the old set is never merged in', async () => {
    const stage = await openWarmStage();
    const remaining = createTestKey('ES256');
    stage.server.publish(keySetOf(remaining));
    const token = stage.token();
    stage.clock.advance(430);
    servedAtOnce(stage.ask(token));
    stage.clock.advance(100);
    servedAtOnce(stage.ask(token));
    await stage.calm();
    expect(await refusal(stage.ask(token))).toBe('ERR_KEY_NOT_FOUND');
    expect(stage.keyStats().keys).toBe(1);
  });
});

describe('the same key identifier with other key material', () => {
  it('drops the tokens of the old key at once, and imports the new one', async () => {
    const stage = await openWarmStage();
    const old = stage.token();
    servedAtOnce(stage.ask(old));
    const next = createTestKey('ES256', stage.key.kid);
    stage.server.publish(keySetOf(next));
    stage.clock.advance(530);
    servedAtOnce(stage.ask(old));
    await stage.calm();
    expect(await refusal(stage.ask(old))).toBe('ERR_SIGNATURE_INVALID');
    servedAtOnce(stage.ask(stage.token(next)));
    expect(stage.server.counts.keys).toBe(1);
    expect(stage.eventsOf('key-removed')).toHaveLength(1);
    expect(stage.eventsOf('key-added')).toHaveLength(1);
  });
});

describe('a key set', () => {
  it('in another order is no change', async () => {
    const other = createTestKey('ES256');
    const stage = await openWarmStage();
    await publishAndRefresh(stage, keySetOf(stage.key, other));
    stage.events.length = 0;
    await publishAndRefresh(stage, keySetOf(other, stage.key));
    expect(stage.eventsOf('refreshed')).toHaveLength(1);
    expect([...stage.eventsOf('key-added'), ...stage.eventsOf('key-removed')]).toEqual([]);
  });

  it('poisoned with keys that are none still serves its good one', async () => {
    const stage = await openStage();
    const { jwk } = createTestKey('RS256');
    stage.server.publish({
      keys: [
        { kty: 'RSA', kid: 'garbage', n: '!!!', e: 'AQAB' },
        { kty: 'quantum', kid: 'unknown' },
        { kty: 'oct', kid: 'symmetric', k: 'c2VjcmV0' },
        { ...jwk, d: 'AQAB', kid: 'private' },
        { ...jwk, use: 'enc', kid: 'encryption' },
        { ...stage.key.jwk, kid: 'off-curve', y: stage.key.jwk['x'] },
        ...[null, 7, 'key', []].map((member) => member as unknown as object),
        stage.key.jwk,
      ],
    });
    served(await stage.ask(stage.token()));
    expect(stage.keyStats()).toMatchObject({ keys: 2, skipped: 9 });
    expect(await refusal(stage.ask(stage.token({ ...stage.key, kid: 'off-curve' })))).toBe('ERR_KEY_NOT_FOUND');
    expect(await refusal(stage.ask(stage.token({ ...stage.key, kid: 'symmetric' })))).toBe('ERR_KEY_NOT_FOUND');
  });

  it('with one identifier for two keys refuses both, and repeated keys are one', async () => {
    const stage = await openStage();
    const twin = createTestKey('ES256', stage.key.kid);
    stage.server.publish(keySetOf(stage.key, twin));
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_KEY_AMBIGUOUS');
    await publishAndRefresh(stage, keySetOf(stage.key, stage.key));
    servedAtOnce(stage.ask(stage.token()));
  });

  it('with one identifier for two algorithms is told apart by the algorithm', async () => {
    const stage = await openStage();
    const rsa = createTestKey('RS256', stage.key.kid);
    stage.server.publish(keySetOf(stage.key, rsa));
    served(await stage.ask(stage.token()));
    servedAtOnce(stage.ask(stage.token(rsa)));
  });

  it('without identifiers serves a token that names none where one key fits, and refuses where two do', async () => {
    const stage = await openStage();
    const { kid: _kid, ...jwk } = stage.key.jwk;
    stage.server.publish({ keys: [jwk] });
    const nameless = { ...stage.key, kid: undefined } as unknown as TestKey;
    served(await stage.ask(stage.token(nameless)));
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_KEY_NOT_FOUND');
    const { kid: _other, ...second } = createTestKey('ES256').jwk;
    await publishAndRefresh(stage, { keys: [jwk, second] });
    expect(await refusal(stage.ask(stage.token(nameless)))).toBe('ERR_KEY_AMBIGUOUS');
  });
});

describe('ETag and 304', () => {
  it('confirm the set at hand without sending it again, and keep what was imported', async () => {
    const stage = await openWarmStage();
    const token = stage.token();
    servedAtOnce(stage.ask(token));
    stage.clock.advance(530);
    servedAtOnce(stage.ask(token));
    await stage.calm();
    expect(stage.server.counts).toMatchObject({ keys: 1, notModified: 1 });
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', refreshes: 2, age: 0 });
    expect(stage.verifier.stats().tokenCache.hits).toBe(1);
    servedAtOnce(stage.ask(token));
    expect(stage.verifier.stats().tokenCache.hits).toBe(2);
  });

  it('of a 304 without cache headers leave the life as it was', async () => {
    const stage = await openStage();
    stage.server.headers = { 'cache-control': 'max-age=3000' };
    await stage.verifier.warmUp();
    stage.server.headers = {};
    stage.clock.advance(2700);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    expect(stage.server.counts.notModified).toBe(1);
    stage.clock.advance(2000);
    servedAtOnce(stage.ask(stage.token()));
    expect(stage.keyStats().state).toBe('fresh');
  });

  it('are not sent to another address than the one that the ETag came from', async () => {
    const stage = await openWarmStage();
    const next = createTestKey('ES256');
    stage.server.keysPath = '/new-keys';
    stage.server.publish(keySetOf(next));
    served(await stage.ask(stage.token(next)));
    const [gone, , moved] = stage.server.requests;
    expect(gone?.headers['if-none-match']).toBeDefined();
    expect(moved).toMatchObject({ url: '/new-keys' });
    expect(moved?.headers['if-none-match']).toBeUndefined();
  });

  it('of an answer that was not usable are not kept', async () => {
    const stage = await openStage();
    stage.server.publish('{"keys":[]}');
    await unavailable(stage, stage.ask(stage.token()));
    stage.clock.advance(1);
    await stage.ask(stage.token());
    expect(stage.server.counts).toMatchObject({ keys: 2, notModified: 0 });
  });
});

describe('the life of a key set on the wire', () => {
  it.each([
    ['max-age=1200', undefined, undefined, 1200],
    ['max-age=1200', '600', undefined, 600],
    ['max-age=5', undefined, undefined, 60],
    ['max-age=31536000', undefined, undefined, 3600],
    ['no-cache', undefined, undefined, 600],
    [undefined, undefined, undefined, 600],
    ['no-store', undefined, 7200, 7200],
    ['max-age=1200', undefined, 30, 30],
  ])('%s, Age %s, ttl %s: %d s', async (cacheControl, age, ttl, life) => {
    const stage = await openStage({ keyCache: ttl === undefined ? {} : { ttl } });
    stage.server.headers = {
      ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
      ...(age === undefined ? {} : { age }),
    };
    await stage.verifier.warmUp();
    stage.clock.advance(life * 0.71);
    expect(stage.keyStats().state).toBe('fresh');
    stage.clock.advance(life * 0.18);
    expect(stage.keyStats().state).toBe('due');
    stage.clock.advance(life * 0.12);
    expect(stage.keyStats().state).toBe('stale');
  });
});

describe('an answer that comes late', () => {
  it('never overwrites a newer one', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.slow(0.2), 1);
    stage.clock.advance(530);
    servedAtOnce(stage.ask(stage.token()));
    while (stage.server.counts.keys === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stage.verifier.clear();
    const next = rotate(stage);
    served(await stage.ask(stage.token(next)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    servedAtOnce(stage.ask(stage.token(next)));
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_KEY_NOT_FOUND');
  });
});

/** The keys of an issuer that rotates by the clock, and publishes the next key ahead. */
class Rota {
  signing: TestKey;
  rotations = 0;
  readonly #server: FaultServer;
  #next: TestKey | undefined;

  constructor(server: FaultServer, first: TestKey) {
    this.#server = server;
    this.signing = first;
  }

  at(elapsed: number, every: number, ahead: number): void {
    if ((elapsed + ahead) % every === 0) {
      this.#next = createTestKey('ES256');
      this.#server.publish(keySetOf(this.signing, this.#next));
    }
    if (elapsed % every !== 0 || this.#next === undefined) return;
    this.#server.publish(keySetOf(this.#next, this.signing));
    this.signing = this.#next;
    this.rotations += 1;
  }
}

function rotate(stage: Stage): TestKey {
  const next = createTestKey('ES256');
  stage.server.publish(keySetOf(next));
  return next;
}

async function publishAndRefresh(stage: Stage, keySet: { readonly keys: readonly object[] }): Promise<void> {
  stage.server.publish(keySet);
  stage.clock.advance(530);
  await stage.ask(stage.token());
  await stage.calm();
}
