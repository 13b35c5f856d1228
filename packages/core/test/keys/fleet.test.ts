import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { fetchStarted, fetchSucceeded, initialState } from '../../src/keys/refresh-policy.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { onThisThread } from '../fixtures/on-this-thread.ts';
import { bearerRequest } from '../fixtures/requests.ts';
import { createTestKey, keySetOf } from '../fixtures/test-key.ts';
import { another, openStage, openWarmStage, served, servedAtOnce, statsOf } from './stage.ts';

const hour = 3600;

describe('10,000 first requests at once', () => {
  it('make one discovery and one key fetch, and all succeed', async () => {
    const stage = await openStage();
    const tokens = Array.from({ length: 100 }, (_, index) => stage.token(stage.key, { jti: String(index) }));
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, (_, index) => stage.ask(tokens[index % 100] ?? '')),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(stage.server.counts).toMatchObject({ metadata: 1, keys: 1, connections: 1 });
  });

  it('of a slow issuer make no more', async () => {
    const stage = await openStage();
    stage.server.fail('metadata', faults.slow(0.25));
    stage.server.fail('keys', faults.slow(0.25));
    const token = stage.token();
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => stage.ask(token)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(stage.server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });

  it('over several verifiers of one process make no more', async () => {
    const stage = await openStage();
    const verifiers = Array.from({ length: 20 }, (_, index) => another(stage, { realm: `realm ${index}` }));
    const token = stage.token();
    const answers = await Promise.all(verifiers.map((verifier) => verifier.authenticate(bearerRequest(token))));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(stage.server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });
});

describe('a set of 100 keys', () => {
  it('costs nothing until a key is used, which is then imported once', async () => {
    const imported: string[] = [];
    const runtime: Runtime = {
      ...onThisThread,
      importKey: (jwk, algorithm) => {
        imported.push(algorithm);
        return onThisThread.importKey(jwk, algorithm);
      },
    };
    const stage = await openStage({ runtime, tokenCache: false });
    const keys = [stage.key, ...Array.from({ length: 99 }, () => createTestKey('ES256'))];
    stage.server.publish(keySetOf(...keys));
    await stage.verifier.warmUp();
    expect(stage.keyStats().keys).toBe(100);
    expect(imported).toHaveLength(0);
    for (let count = 0; count < 50; count += 1) servedAtOnce(stage.ask(stage.token()));
    expect(imported).toHaveLength(1);
    servedAtOnce(stage.ask(stage.token(keys[99])));
    expect(imported).toHaveLength(2);
  });

  it('is imported no second time by a refresh, whether it is confirmed or sent again', async () => {
    let imports = 0;
    const importKey: Runtime['importKey'] = (jwk, algorithm) => {
      imports += 1;
      return onThisThread.importKey(jwk, algorithm);
    };
    const stage = await openStage({ runtime: { ...onThisThread, importKey }, tokenCache: false });
    served(await stage.ask(stage.token()));
    for (const hasEtags of [true, false]) {
      stage.server.hasEtags = hasEtags;
      stage.clock.advance(530);
      servedAtOnce(stage.ask(stage.token()));
      await stage.calm();
      servedAtOnce(stage.ask(stage.token()));
    }
    expect(stage.keyStats().refreshes).toBe(3);
    expect(imports).toBe(1);
  });

  it('with tokens that are refused is not read again', async () => {
    let parsed = 0;
    const supports: Runtime['supports'] = (algorithm) => {
      parsed += 1;
      return onThisThread.supports(algorithm);
    };
    const stage = await openWarmStage({ runtime: { ...onThisThread, supports } });
    const before = parsed;
    const forger = { ...createTestKey('ES256'), kid: stage.key.kid };
    for (let count = 0; count < 20; count += 1) await stage.ask(stage.token(forger, { jti: String(count) }));
    expect(parsed).toBe(before);
  });
});

describe('50 instances that start together', () => {
  it('spread their refreshes over the window of the jitter', () => {
    const policy = { ttl: undefined, refreshAhead: 0.8, staleFor: 0 };
    const times = Array.from({ length: 50 }, () => {
      const state = fetchStarted(initialState, 0, 'life');
      return fetchSucceeded(state, policy, { now: 0, life: 600, random: Math.random() }).refreshAt;
    });
    expect(Math.min(...times)).toBeGreaterThanOrEqual(432);
    expect(Math.max(...times)).toBeLessThanOrEqual(528);
    const seconds = new Set(times.map((time) => Math.floor(time / 5)));
    expect(seconds.size).toBeGreaterThanOrEqual(10);
  });

  it('really do, each by a timer of its own', async () => {
    const delays: number[] = [];
    const runtime: Runtime = {
      ...onThisThread,
      schedule: (seconds) => {
        delays.push(seconds);
        return { cancel: () => undefined };
      },
    };
    const stage = await openStage({ runtime });
    for (let count = 0; count < 50; count += 1) {
      stage.verifier.clear();
      await stage.verifier.warmUp();
    }
    expect(delays).toHaveLength(50);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(40);
    expect(Math.max(...delays)).toBeLessThanOrEqual(528);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(432);
  });
});

describe('the timer', () => {
  it('refreshes without any request, for as long as the keys were used within their last life', async () => {
    const timers: { seconds: number; work: () => void; isCancelled: boolean }[] = [];
    const runtime: Runtime = {
      ...onThisThread,
      schedule: (seconds, work) => {
        const timer = { seconds, work, isCancelled: false };
        timers.push(timer);
        return { cancel: () => void Object.assign(timer, { isCancelled: true }) };
      },
    };
    const stage = await openWarmStage({ runtime });
    servedAtOnce(stage.ask(stage.token()));
    let elapsed = 0;
    for (let next = timers.pop(); next !== undefined && elapsed < 24 * hour; next = timers.pop()) {
      if (next.isCancelled) continue;
      stage.clock.advance(next.seconds);
      elapsed += next.seconds;
      next.work();
      await stage.calm();
    }
    expect(stage.server.counts.keys).toBe(1);
    expect(elapsed).toBeLessThan(2 * 600);
  });

  it('does not keep a process alive', async () => {
    const stage = await openWarmStage();
    expect(stage.keyStats().state).toBe('fresh');
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    const before = timers.length;
    stage.verifier.clear();
    await stage.verifier.warmUp();
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThanOrEqual(before);
  });
});

describe('a process that was frozen', () => {
  it('for an hour waits for one fetch when it is thawed', async () => {
    const stage = await openWarmStage();
    stage.clock.advance(hour);
    const [first, second] = [stage.ask(stage.token()), stage.ask(stage.token())];
    expect(first).toBeInstanceOf(Promise);
    served(await first);
    served(await second);
    expect(stage.server.counts.keys).toBe(1);
    servedAtOnce(stage.ask(stage.token()));
  });

  it('for an hour falls back to the keys at hand where the issuer is down when it is thawed', async () => {
    const stage = await openWarmStage();
    await stage.server.stop();
    stage.clock.advance(hour);
    served(await stage.ask(stage.token()));
    servedAtOnce(stage.ask(stage.token()));
    expect(stage.eventsOf('outage-entered')).toHaveLength(1);
  });

  it('beyond staleFor trusts nothing until it has fetched', async () => {
    const stage = await openWarmStage();
    stage.clock.advance(26 * hour);
    expect(stage.keyStats().state).toBe('expired');
    served(await stage.ask(stage.token()));
    expect(stage.server.counts.keys).toBe(1);
  });

  it('in the middle of a fetch gives that up, and waits for a new one', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.slow(0.3), 1);
    stage.clock.advance(530);
    servedAtOnce(stage.ask(stage.token()));
    while (stage.server.counts.keys === 0) await delay(2);
    const next = createTestKey('ES256');
    stage.server.publish(keySetOf(next));
    stage.clock.advance(hour);
    served(await stage.ask(stage.token(next)));
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
    await delay(350);
    servedAtOnce(stage.ask(stage.token(next)));
  });

  it('in the middle of a fetch takes its answer for as old as the question', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.slow(0.1), 1);
    stage.clock.advance(530);
    servedAtOnce(stage.ask(stage.token()));
    while (stage.server.counts.keys === 0) await delay(2);
    stage.clock.advance(hour);
    await stage.calm();
    expect(stage.keyStats()).toMatchObject({ state: 'stale', age: hour, failures: 0 });
  });
});

describe('clocks', () => {
  it('that are set forward or back leave the keys as old as they are', async () => {
    const stage = await openStage();
    let wall = stage.clock.now();
    const clock = { now: () => wall, monotonic: stage.clock.monotonic };
    const verifier = createVerifier({ ...stage.options, clock });
    await verifier.warmUp();
    const exp = wall + 10 * hour;
    const token = stage.token(stage.key, { exp });
    for (const jump of [hour, -2 * hour, 365 * 24 * hour]) {
      wall += jump;
      expect(statsOf(verifier, stage.server.issuer)).toMatchObject({ state: 'fresh', age: 0 });
      const answer = await verifier.authenticate(bearerRequest(token));
      expect(answer.ok).toBe(wall < exp);
    }
    expect(stage.server.counts.keys).toBe(1);
    await verifier.close();
  });
});
