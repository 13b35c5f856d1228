import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockedUntil,
  fetchAbandoned,
  fetchFailed,
  fetchStarted,
  fetchSucceeded,
  initialState,
  isIdle,
  lifeOf,
  nextTick,
  onRequest,
  onTick,
  onUnknownKey,
  phaseOf,
  type RefreshSettings,
  type RefreshState,
  refreshLimits,
} from '../../src/keys/refresh-policy.ts';
import { PolicyModel } from './policy-model.ts';

const policy: RefreshSettings = { ttl: undefined, refreshAhead: 0.8, staleFor: 86_400 };

function loaded(now = 0, life = 600, random = 0.5, over: RefreshSettings = policy): RefreshState {
  return fetchSucceeded(fetchStarted(initialState, now, 'life'), over, { now, life, random });
}

function failed(state: RefreshState, now: number, retryAfter?: number, random = 0): RefreshState {
  return fetchFailed(fetchStarted(state, now, 'life'), { now, random, retryAfter });
}

describe('the life of a key set', () => {
  const life = (cacheControl: string | null, age: string | null = null): number => lifeOf(cacheControl, age, policy);

  it.each([
    ['max-age=900', 900],
    ['public, max-age=900, must-revalidate', 900],
    ['MAX-AGE="900"', 900],
    ['max-age=0', 60],
    ['max-age=59', 60],
    ['max-age=3601', 3600],
    ['max-age=9999999999', 3600],
    ['max-age=99999999999999999999', 3600],
  ])('[KEYS-LIFE] is max-age within a minute and an hour: %s', (cacheControl, expected) => {
    expect(life(cacheControl)).toBe(expected);
  });

  it('[KEYS-LIFE] is reduced by the Age of the answer', () => {
    expect(life('max-age=900', '300')).toBe(600);
    expect(life('max-age=900', ' 300 ')).toBe(600);
    expect(life('max-age=900', '900')).toBe(60);
    expect(life('max-age=900', '99999')).toBe(60);
  });

  it.each(['-300', 'soon', '3e2', '', '12345678901'])('ignores an invalid Age: %j', (age) => {
    expect(life('max-age=900', age)).toBe(900);
  });

  it.each([
    null,
    '',
    'no-cache',
    'no-store',
    'no-cache, no-store, must-revalidate, max-age=0',
    'max-age=900, no-store',
    'private',
    'max-age=soon',
    'max-age=-1',
    'x-max-age=900',
  ])('[KEYS-LIFE-DEFAULT] is ten minutes without a usable cache header: %j', (cacheControl) => {
    expect(life(cacheControl)).toBe(600);
  });

  it.each(['no-cache', 'no-store', 'must-revalidate, max-age=0', 'max-age=3600', null])(
    '[KEYS-TTL] is keyCache.ttl whatever the cache headers are: %j',
    (cacheControl) => {
      expect(lifeOf(cacheControl, '500', { ...policy, ttl: 12 })).toBe(12);
      expect(lifeOf(cacheControl, null, { ...policy, ttl: 86_400 }, 700)).toBe(86_400);
    },
  );

  it('is unchanged if a 304 has no cache headers', () => {
    expect(lifeOf(null, null, policy, 1800)).toBe(1800);
    expect(lifeOf('max-age=900', null, policy, 1800)).toBe(900);
  });
});

describe('the phases of a key set', () => {
  it('are absent, fresh, due, stale and expired', () => {
    const state = loaded(100);
    expect(phaseOf(initialState, policy, 0)).toBe('absent');
    expect(phaseOf(state, policy, 100)).toBe('fresh');
    expect(phaseOf(state, policy, 579.9)).toBe('fresh');
    expect(phaseOf(state, policy, 580)).toBe('due');
    expect(phaseOf(state, policy, 700)).toBe('stale');
    expect(phaseOf(state, policy, 700 + 86_399)).toBe('stale');
    expect(phaseOf(state, policy, 700 + 86_400)).toBe('expired');
  });

  it('go from due to expired if staleFor is 0', () => {
    const strict = { ...policy, staleFor: 0 };
    expect(phaseOf(loaded(0, 600, 0.5, strict), strict, 599)).toBe('due');
    expect(phaseOf(loaded(0, 600, 0.5, strict), strict, 600)).toBe('expired');
  });
});

describe('the refresh', () => {
  it('[KEYS-REFRESH-AHEAD] is due at 80 % of life, 10 % earlier or later', () => {
    expect(loaded(0, 600, 0.5).refreshAt).toBeCloseTo(480);
    expect(loaded(0, 600, 0).refreshAt).toBeCloseTo(432);
    expect(loaded(0, 600, 0.999_999).refreshAt).toBeCloseTo(528, 2);
  });

  it('is due before the end of life with any refreshAhead and any jitter', () => {
    const late = { ...policy, refreshAhead: 0.9 };
    expect(loaded(0, 600, 0.999_999, late).refreshAt).toBeLessThan(600);
  });

  it('[KEYS-REFRESH-IN-BACKGROUND] happens in the background: a request continues with the cached set', () => {
    expect(onRequest(loaded(), policy, 100)).toEqual({ act: 'use' });
    expect(onRequest(loaded(), policy, 500)).toEqual({ act: 'refresh' });
    expect(onRequest(fetchStarted(loaded(), 500, 'life'), policy, 501)).toEqual({ act: 'use' });
  });

  it('[KEYS-REFRESH-AFTER-IDLENESS] is awaited once if the set expired during an idle period', () => {
    const idle = loaded();
    expect(onRequest(idle, policy, 5000)).toEqual({ act: 'wait' });
    const waiting = fetchStarted(idle, 5000, 'life');
    expect(onRequest(waiting, policy, 5001)).toEqual({ act: 'wait' });
    const gone = fetchFailed(waiting, { now: 5002, random: 0, retryAfter: undefined });
    expect(onRequest(gone, policy, 5002.5)).toEqual({ act: 'use' });
    expect(onRequest(gone, policy, 5003)).toEqual({ act: 'refresh' });
  });

  it('is not awaited if the life ended during a fetch in flight', () => {
    const slow = fetchStarted(loaded(), 590, 'life');
    expect(onRequest(slow, policy, 601)).toEqual({ act: 'use' });
  });

  it('is not awaited in an outage, and is awaited again after an idle period of a whole life', () => {
    const outage = failed(loaded(), 590);
    expect(onRequest(outage, policy, 640)).toEqual({ act: 'refresh' });
    expect(onRequest(fetchStarted(outage, 640, 'life'), policy, 641)).toEqual({ act: 'use' });
    expect(onRequest(outage, policy, 591 + 601)).toEqual({ act: 'wait' });
  });

  it('is tried by the timer when it is due, and not before', () => {
    expect(onTick(loaded(), policy, 479)).toEqual({ act: 'use' });
    expect(onTick(loaded(), policy, 480)).toEqual({ act: 'refresh' });
    expect(onTick(failed(loaded(), 480), policy, 480.5)).toEqual({ act: 'use' });
    expect(nextTick(loaded())).toBeCloseTo(480);
    expect(nextTick(failed(loaded(), 480))).toBeCloseTo(481);
    expect(nextTick(failed(loaded(), 480, 120))).toBeCloseTo(600);
  });

  it('is left to the next request after an idle period', () => {
    expect(isIdle(loaded(), 0, 600)).toBe(false);
    expect(isIdle(loaded(), 0, 601)).toBe(true);
    expect(isIdle(failed(initialState, 0), 0, 600)).toBe(false);
    expect(isIdle(failed(initialState, 0), 0, 601)).toBe(true);
  });

  it('that was abandoned has no effect', () => {
    const state = loaded();
    expect(fetchAbandoned(fetchStarted(state, 490, 'life'))).toEqual(state);
  });
});

describe('a failed fetch', () => {
  it('[KEYS-BACK-OFF] is followed by a back-off of 1, 2, 4 … 60 seconds', () => {
    let state: RefreshState = initialState;
    const pauses = Array.from({ length: 9 }, () => {
      state = failed(state, 0);
      return state.retryAt;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    for (let count = 0; count < 2000; count += 1) state = failed(state, 0);
    expect(state.retryAt).toBe(60);
  });

  it('[KEYS-BACK-OFF] is followed by a back-off that jitter shortens by up to a fifth', () => {
    const times = (random: number): number => failed(failed(failed(initialState, 0), 0), 0, undefined, random).retryAt;
    expect(times(0)).toBe(4);
    expect(times(0.999_999)).toBeCloseTo(3.2, 4);
  });

  it('refuses requests that need the set, with the time until the next attempt', () => {
    const state = failed(failed(initialState, 0), 1);
    expect(onRequest(state, policy, 1.5)).toEqual({ act: 'refuse', retryAfter: 1.5 });
    expect(onRequest(state, policy, 3)).toEqual({ act: 'wait' });
  });

  it.each([
    [120, 120],
    [300, 300],
    [301, 300],
    [Number.POSITIVE_INFINITY, 300],
    [0, 0],
    [-5, 0],
    [undefined, 0],
  ])('[KEYS-RETRY-AFTER] honors Retry-After, up to 300 s: %s', (retryAfter, expected) => {
    expect(failed(initialState, 0, retryAfter).throttledUntil).toBe(expected);
  });

  it('[KEYS-RETRY-AFTER] with Retry-After delays every fetch, also for unknown keys', () => {
    const state = failed(loaded(), 10, 120);
    expect(onUnknownKey(state, 100)).toEqual({ act: 'refuse', retryAfter: 30 });
    expect(onUnknownKey(state, 130)).toEqual({ act: 'wait' });
    expect(onTick(state, policy, 100)).toEqual({ act: 'use' });
    expect(onRequest(failed(initialState, 10, 120), policy, 100)).toEqual({ act: 'refuse', retryAfter: 30 });
    expect(blockedUntil(state)).toBe(130);
  });

  it('without Retry-After does not delay a fetch for an unknown key', () => {
    expect(onUnknownKey(failed(loaded(), 10), 10.1)).toEqual({ act: 'wait' });
  });

  it('leaves the set unchanged, and a successful one ends the back-off', () => {
    const state = failed(loaded(), 490, 120);
    expect(state.loadedAt).toBe(0);
    const again = fetchSucceeded(state, policy, { now: 495, life: 600, random: 0.5 });
    expect(again).toMatchObject({ failures: 0, retryAt: 0, throttledUntil: 0, loadedAt: 495 });
  });
});

describe('an unknown key', () => {
  const lookUp = (state: RefreshState, now: number): RefreshState =>
    fetchSucceeded(fetchStarted(state, now, 'unknown-key'), policy, { now, life: 600, random: 0.5 });

  it('causes two fetches in 30 seconds, not counting the first load', () => {
    const twice = lookUp(lookUp(loaded(0), 1), 11);
    expect(onUnknownKey(lookUp(loaded(0), 1), 11)).toEqual({ act: 'wait' });
    expect(onUnknownKey(twice, 12)).toEqual({ act: 'refuse', retryAfter: 19 });
    expect(onUnknownKey(twice, 31)).toEqual({ act: 'wait' });
    expect(onUnknownKey(lookUp(twice, 31), 32)).toEqual({ act: 'refuse', retryAfter: 9 });
  });

  it('joins a fetch in flight', () => {
    expect(onUnknownKey(fetchStarted(lookUp(lookUp(loaded(), 1), 2), 3, 'life'), 4)).toEqual({ act: 'wait' });
  });

  it('does not change the decision for other requests', () => {
    expect(onRequest(fetchStarted(loaded(), 5, 'unknown-key'), policy, 6)).toEqual({ act: 'use' });
  });
});

describe('any sequence of events', () => {
  const event = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('wait' as const),
        seconds: fc.double({ min: 0.01, max: 90, noNaN: true }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('wait' as const),
        seconds: fc.double({ min: 100, max: 9000, noNaN: true }),
      }),
    },
    { weight: 4, arbitrary: fc.constant({ type: 'request' as const }) },
    { weight: 3, arbitrary: fc.constant({ type: 'unknown-key' as const }) },
    { weight: 3, arbitrary: fc.constant({ type: 'fetched' as const }) },
    { weight: 2, arbitrary: fc.constant({ type: 'failed' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('throttled' as const),
        seconds: fc.double({ min: -10, max: 1e6, noNaN: true }),
      }),
    },
  );
  const settings = fc.record({
    life: fc.integer({ min: 10, max: 4000 }),
    refreshAhead: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    staleFor: fc.constantFrom(0, 60, 3600, 86_400),
    random: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  });

  it('satisfies the invariants of the policy', () => {
    fc.assert(
      fc.property(settings, fc.array(event, { minLength: 20, maxLength: 120 }), (chosen, events) => {
        const model = new PolicyModel(chosen);
        for (const next of events) model.apply(next);
      }),
      { numRuns: 1000, interruptAfterTimeLimit: 10_000 },
    );
  });

  it('accepts a rotation within one interval once the endpoint answers', () => {
    fc.assert(
      fc.property(settings, fc.array(event, { maxLength: 60 }), (chosen, events) => {
        const model = new PolicyModel(chosen);
        for (const next of events) model.apply(next);
        model.recover();
        expect(model.secondsUntilRotationIsSeen()).toBeLessThanOrEqual(refreshLimits.lookupInterval + 0.001);
      }),
      { numRuns: 500, interruptAfterTimeLimit: 10_000 },
    );
  });
});
