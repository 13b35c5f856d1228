import { type FaultServer, faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
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
import { generateTestKey, keySetOf, type TestKey } from '../support/test-key.ts';

const hour = 3600;
const step = 10;

describe('a warm process', () => {
  it('[KEYS-REFRESH-IN-BACKGROUND] handles 24 rotations in 24 hours without a failed or delayed request, with one fetch an interval', async () => {
    const interval = 600;
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, server: { path: '/oauth2/default' } });
    scenario.server.headers = { 'cache-control': `max-age=${interval}` };
    const rota = new Rota(scenario.server, scenario.key);
    const day = 24 * hour;
    let requests = 0;
    for (let elapsed = step; elapsed <= day; elapsed += step) {
      scenario.clock.advance(step);
      rota.at(elapsed, hour, interval);
      acceptedSynchronously(scenario.authenticate(scenario.token(rota.signing, { jti: String(elapsed) })));
      requests += 1;
      await scenario.settled();
    }
    const { keys, metadata, connections } = scenario.server.counts;
    expect(requests).toBe(8640);
    expect(rota.rotations).toBe(24);
    expect(keys).toBeGreaterThan(day / interval);
    expect(keys).toBeLessThanOrEqual(day / (interval * 0.72) + 1);
    expect(metadata).toBe(1);
    expect(connections).toBeLessThanOrEqual(1);
    expect(scenario.verifier.stats().refused).toEqual({});
    expect(scenario.keyStats()).toMatchObject({ failures: 0, keys: 2 });
    expect(scenario.keyStats().contactsSaved).toBeGreaterThanOrEqual(requests);
  });

  it('fetches no more often if the issuer forbids caching and a ttl is set', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { ttl: 300 } });
    scenario.server.headers = { 'cache-control': 'no-cache, no-store, must-revalidate, max-age=0', pragma: 'no-cache' };
    const token = scenario.token();
    for (let elapsed = 0; elapsed < hour; elapsed += step) {
      scenario.clock.advance(step);
      for (let count = 0; count < 20; count += 1) acceptedSynchronously(scenario.authenticate(token));
      await scenario.settled();
    }
    expect(scenario.server.counts.keys).toBeLessThanOrEqual(hour / (300 * 0.72) + 1);
  });

  it.each([
    [{}, 600],
    [{ ttl: 10 }, 10],
    [{ ttl: 10, refreshAhead: 0.1 }, 1.25],
  ])(
    '[KEYS-NEVER-PER-REQUEST] never fetches for each request, for any cache headers and options: %o',
    async (keyCache, interval) => {
      const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache, tokenCache: false });
      scenario.server.headers = { 'cache-control': 'no-cache, no-store, max-age=0', age: '4000000000', vary: '*' };
      const token = scenario.token();
      for (let elapsed = 0; elapsed < 60; elapsed += 0.1) {
        scenario.clock.advance(0.1);
        acceptedSynchronously(scenario.authenticate(token));
        await scenario.settled();
      }
      expect(scenario.server.counts.keys).toBeLessThanOrEqual(60 / (interval * 0.72) + 1);
    },
  );
});

describe('a rotation without overlap', () => {
  it('is detected by the first token of the new key, which waits for one fetch and is accepted', async () => {
    const scenario = await startWarmScenario();
    const next = rotate(scenario);
    accepted(await scenario.authenticate(scenario.token(next)));
    expect(scenario.server.counts).toMatchObject({ keys: 1, metadata: 0 });
  });

  it('[KEYS-REMOVED] refuses the tokens of the old key from then on, also cached ones', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const old = scenario.token();
    acceptedSynchronously(scenario.authenticate(old));
    const next = rotate(scenario);
    acceptedSynchronously(scenario.authenticate(old));
    accepted(await scenario.authenticate(scenario.token(next)));
    expect(await codeOf(scenario.authenticate(old))).toBe('ERR_KEY_NOT_FOUND');
    expect(scenario.eventsOf('key-removed')).toMatchObject([{ kid: scenario.key.kid }]);
    expect(scenario.eventsOf('key-added')).toMatchObject([{ kid: next.kid }]);
  });

  it('[KEYS-REPLACED] that only removes a key is detected by the next refresh, and the sets are never merged', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const remaining = generateTestKey('ES256');
    scenario.server.publish(keySetOf(remaining));
    const token = scenario.token();
    scenario.clock.advance(430);
    acceptedSynchronously(scenario.authenticate(token));
    scenario.clock.advance(100);
    acceptedSynchronously(scenario.authenticate(token));
    await scenario.settled();
    expect(await codeOf(scenario.authenticate(token))).toBe('ERR_KEY_NOT_FOUND');
    expect(scenario.keyStats().keys).toBe(1);
  });
});

describe('the same key identifier with other key material', () => {
  it('[KEYS-REMOVED] refuses the tokens of the old key immediately, and imports the new one', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const old = scenario.token();
    acceptedSynchronously(scenario.authenticate(old));
    const next = generateTestKey('ES256', scenario.key.kid);
    scenario.server.publish(keySetOf(next));
    scenario.clock.advance(530);
    acceptedSynchronously(scenario.authenticate(old));
    await scenario.settled();
    expect(await codeOf(scenario.authenticate(old))).toBe('ERR_SIGNATURE_INVALID');
    acceptedSynchronously(scenario.authenticate(scenario.token(next)));
    expect(scenario.server.counts.keys).toBe(1);
    expect(scenario.eventsOf('key-removed')).toHaveLength(1);
    expect(scenario.eventsOf('key-added')).toHaveLength(1);
  });
});

describe('a key set', () => {
  it('in another order is no change', async () => {
    const other = generateTestKey('ES256');
    const scenario = await startWarmScenario();
    await publishAndRefresh(scenario, keySetOf(scenario.key, other));
    scenario.events.length = 0;
    await publishAndRefresh(scenario, keySetOf(other, scenario.key));
    expect(scenario.eventsOf('refreshed')).toHaveLength(1);
    expect([...scenario.eventsOf('key-added'), ...scenario.eventsOf('key-removed')]).toEqual([]);
  });

  it('[KEYS-UNUSABLE-MEMBERS] with invalid members still serves its valid key', async () => {
    const scenario = await startScenario();
    const { jwk } = generateTestKey('RS256');
    scenario.server.publish({
      keys: [
        { kty: 'RSA', kid: 'garbage', n: '!!!', e: 'AQAB' },
        { kty: 'quantum', kid: 'unknown' },
        { kty: 'oct', kid: 'symmetric', k: 'c2VjcmV0' },
        { ...jwk, d: 'AQAB', kid: 'private' },
        { ...jwk, use: 'enc', kid: 'encryption' },
        { ...scenario.key.jwk, kid: 'off-curve', y: scenario.key.jwk['x'] },
        ...[null, 7, 'key', []].map((member) => member as unknown as object),
        scenario.key.jwk,
      ],
    });
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.keyStats()).toMatchObject({ keys: 2, skipped: 9 });
    expect(await codeOf(scenario.authenticate(scenario.token({ ...scenario.key, kid: 'off-curve' })))).toBe(
      'ERR_KEY_NOT_FOUND',
    );
    expect(await codeOf(scenario.authenticate(scenario.token({ ...scenario.key, kid: 'symmetric' })))).toBe(
      'ERR_KEY_NOT_FOUND',
    );
  });

  it('with one kid for two keys refuses both, and repeated keys count once', async () => {
    const scenario = await startScenario({ runtime: synchronousRuntime });
    const twin = generateTestKey('ES256', scenario.key.kid);
    scenario.server.publish(keySetOf(scenario.key, twin));
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_KEY_AMBIGUOUS');
    await publishAndRefresh(scenario, keySetOf(scenario.key, scenario.key));
    acceptedSynchronously(scenario.authenticate(scenario.token()));
  });

  it('with one kid for two algorithms selects by the algorithm', async () => {
    const scenario = await startScenario({ runtime: synchronousRuntime });
    const rsa = generateTestKey('RS256', scenario.key.kid);
    scenario.server.publish(keySetOf(scenario.key, rsa));
    accepted(await scenario.authenticate(scenario.token()));
    acceptedSynchronously(scenario.authenticate(scenario.token(rsa)));
  });

  it('without kids serves a token without a kid if one key fits, and refuses it if two do', async () => {
    const scenario = await startScenario();
    const { kid: _kid, ...jwk } = scenario.key.jwk;
    scenario.server.publish({ keys: [jwk] });
    const nameless = { ...scenario.key, kid: undefined } as unknown as TestKey;
    accepted(await scenario.authenticate(scenario.token(nameless)));
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_KEY_NOT_FOUND');
    const { kid: _other, ...second } = generateTestKey('ES256').jwk;
    await publishAndRefresh(scenario, { keys: [jwk, second] });
    expect(await codeOf(scenario.authenticate(scenario.token(nameless)))).toBe('ERR_KEY_AMBIGUOUS');
  });
});

describe('ETag and 304', () => {
  it('[KEYS-ETAG] confirm the cached set without sending it again, and keep its imports', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const token = scenario.token();
    acceptedSynchronously(scenario.authenticate(token));
    scenario.clock.advance(530);
    acceptedSynchronously(scenario.authenticate(token));
    await scenario.settled();
    expect(scenario.server.counts).toMatchObject({ keys: 1, notModified: 1 });
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', refreshes: 2, age: 0 });
    expect(scenario.verifier.stats().tokenCache.hits).toBe(1);
    acceptedSynchronously(scenario.authenticate(token));
    expect(scenario.verifier.stats().tokenCache.hits).toBe(2);
  });

  it('of a 304 without cache headers leave the life unchanged', async () => {
    const scenario = await startScenario({ runtime: synchronousRuntime });
    scenario.server.headers = { 'cache-control': 'max-age=3000' };
    await scenario.verifier.warmUp();
    scenario.server.headers = {};
    scenario.clock.advance(2700);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    expect(scenario.server.counts.notModified).toBe(1);
    scenario.clock.advance(2000);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    expect(scenario.keyStats().state).toBe('fresh');
  });

  it('are sent only to the URL that the ETag came from', async () => {
    const scenario = await startWarmScenario();
    const next = generateTestKey('ES256');
    scenario.server.keysPath = '/new-keys';
    scenario.server.publish(keySetOf(next));
    accepted(await scenario.authenticate(scenario.token(next)));
    const [gone, , moved] = scenario.server.requests;
    expect(gone?.headers['if-none-match']).toBeDefined();
    expect(moved).toMatchObject({ url: '/new-keys' });
    expect(moved?.headers['if-none-match']).toBeUndefined();
  });

  it('of an unusable answer are not kept', async () => {
    const scenario = await startScenario();
    scenario.server.publish('{"keys":[]}');
    await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
    scenario.clock.advance(1);
    await scenario.authenticate(scenario.token());
    expect(scenario.server.counts).toMatchObject({ keys: 2, notModified: 0 });
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
    const scenario = await startScenario({ keyCache: ttl === undefined ? {} : { ttl } });
    scenario.server.headers = {
      ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
      ...(age === undefined ? {} : { age }),
    };
    await scenario.verifier.warmUp();
    scenario.clock.advance(life * 0.71);
    expect(scenario.keyStats().state).toBe('fresh');
    scenario.clock.advance(life * 0.18);
    expect(scenario.keyStats().state).toBe('due');
    scenario.clock.advance(life * 0.12);
    expect(scenario.keyStats().state).toBe('stale');
  });
});

describe('a late answer', () => {
  it('[KEYS-LATE-ANSWER] never overwrites a newer one', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.slow(0.2), 1);
    scenario.clock.advance(530);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    while (scenario.server.counts.keys === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    scenario.verifier.clear();
    const next = rotate(scenario);
    accepted(await scenario.authenticate(scenario.token(next)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    acceptedSynchronously(scenario.authenticate(scenario.token(next)));
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_KEY_NOT_FOUND');
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
      this.#next = generateTestKey('ES256');
      this.#server.publish(keySetOf(this.signing, this.#next));
    }
    if (elapsed % every !== 0 || this.#next === undefined) return;
    this.#server.publish(keySetOf(this.#next, this.signing));
    this.signing = this.#next;
    this.rotations += 1;
  }
}

function rotate(scenario: Scenario): TestKey {
  const next = generateTestKey('ES256');
  scenario.server.publish(keySetOf(next));
  return next;
}

async function publishAndRefresh(scenario: Scenario, keySet: { readonly keys: readonly object[] }): Promise<void> {
  scenario.server.publish(keySet);
  scenario.clock.advance(530);
  await scenario.authenticate(scenario.token());
  await scenario.settled();
}
