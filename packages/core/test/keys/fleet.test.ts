import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { fetchStarted, fetchSucceeded, initialState } from '../../src/keys/refresh-policy.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { bearerRequest } from '../support/requests.ts';
import {
  accepted,
  acceptedSynchronously,
  addVerifier,
  keyStatsOf,
  startScenario,
  startWarmScenario,
} from '../support/scenario.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const hour = 3600;

describe('10,000 first requests at once', () => {
  it('[KEYS-SINGLE-FLIGHT] cause one discovery and one key fetch, and all succeed', async () => {
    const scenario = await startScenario();
    const tokens = Array.from({ length: 100 }, (_, index) => scenario.token(scenario.key, { jti: String(index) }));
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, (_, index) => scenario.authenticate(tokens[index % 100] ?? '')),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1, connections: 1 });
  });

  it('cause no more with a slow issuer', async () => {
    const scenario = await startScenario();
    scenario.server.fail('metadata', faults.slow(0.25));
    scenario.server.fail('keys', faults.slow(0.25));
    const token = scenario.token();
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => scenario.authenticate(token)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });

  it('cause no more across several verifiers of one process', async () => {
    const scenario = await startScenario();
    const verifiers = Array.from({ length: 20 }, (_, index) => addVerifier(scenario, { realm: `realm ${index}` }));
    const token = scenario.token();
    const answers = await Promise.all(verifiers.map((verifier) => verifier.authenticate(bearerRequest(token))));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });
});

describe('a set of 100 keys', () => {
  it('[KEYS-IMPORT-ONCE] imports a key on first use, once', async () => {
    const imported: string[] = [];
    const runtime: Runtime = {
      ...synchronousRuntime,
      importKey: (jwk, algorithm) => {
        imported.push(algorithm);
        return synchronousRuntime.importKey(jwk, algorithm);
      },
    };
    const scenario = await startScenario({ runtime, tokenCache: false });
    const keys = [scenario.key, ...Array.from({ length: 99 }, () => generateTestKey('ES256'))];
    scenario.server.publish(keySetOf(...keys));
    await scenario.verifier.warmUp();
    expect(scenario.keyStats().keys).toBe(100);
    expect(imported).toHaveLength(0);
    for (let count = 0; count < 50; count += 1) acceptedSynchronously(scenario.authenticate(scenario.token()));
    expect(imported).toHaveLength(1);
    acceptedSynchronously(scenario.authenticate(scenario.token(keys[99])));
    expect(imported).toHaveLength(2);
  });

  it('[KEYS-IMPORT-ONCE] is not imported again by a refresh, whether it is confirmed or replaced', async () => {
    let imports = 0;
    const importKey: Runtime['importKey'] = (jwk, algorithm) => {
      imports += 1;
      return synchronousRuntime.importKey(jwk, algorithm);
    };
    const scenario = await startScenario({ runtime: { ...synchronousRuntime, importKey }, tokenCache: false });
    accepted(await scenario.authenticate(scenario.token()));
    for (const hasEtags of [true, false]) {
      scenario.server.hasEtags = hasEtags;
      scenario.clock.advance(530);
      acceptedSynchronously(scenario.authenticate(scenario.token()));
      await scenario.settled();
      acceptedSynchronously(scenario.authenticate(scenario.token()));
    }
    expect(scenario.keyStats().refreshes).toBe(3);
    expect(imports).toBe(1);
  });

  it('is not parsed again for refused tokens', async () => {
    let parsed = 0;
    const supports: Runtime['supports'] = (algorithm) => {
      parsed += 1;
      return synchronousRuntime.supports(algorithm);
    };
    const scenario = await startWarmScenario({ runtime: { ...synchronousRuntime, supports } });
    const before = parsed;
    const forger = { ...generateTestKey('ES256'), kid: scenario.key.kid };
    for (let count = 0; count < 20; count += 1)
      await scenario.authenticate(scenario.token(forger, { jti: String(count) }));
    expect(parsed).toBe(before);
  });
});

describe('50 instances that start together', () => {
  it('[KEYS-JITTER] distribute their refreshes over the jitter window', () => {
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

  it('do so with real timers', async () => {
    const delays: number[] = [];
    const runtime: Runtime = {
      ...synchronousRuntime,
      schedule: (seconds) => {
        delays.push(seconds);
        return { cancel: () => undefined };
      },
    };
    const scenario = await startScenario({ runtime });
    for (let count = 0; count < 50; count += 1) {
      scenario.verifier.clear();
      await scenario.verifier.warmUp();
    }
    expect(delays).toHaveLength(50);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(40);
    expect(Math.max(...delays)).toBeLessThanOrEqual(528);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(432);
  });
});

describe('the timer', () => {
  it('[KEYS-TIMER] refreshes without a request if the keys were used within their last life', async () => {
    const timers: { seconds: number; work: () => void; isCancelled: boolean }[] = [];
    const runtime: Runtime = {
      ...synchronousRuntime,
      schedule: (seconds, work) => {
        const timer = { seconds, work, isCancelled: false };
        timers.push(timer);
        return { cancel: () => void Object.assign(timer, { isCancelled: true }) };
      },
    };
    const scenario = await startWarmScenario({ runtime });
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    let elapsed = 0;
    for (let next = timers.pop(); next !== undefined && elapsed < 24 * hour; next = timers.pop()) {
      if (next.isCancelled) continue;
      scenario.clock.advance(next.seconds);
      elapsed += next.seconds;
      next.work();
      await scenario.settled();
    }
    expect(scenario.server.counts.keys).toBe(1);
    expect(elapsed).toBeLessThan(2 * 600);
  });

  it('[KEYS-TIMER-UNREF] does not keep a process alive', async () => {
    const scenario = await startWarmScenario();
    expect(scenario.keyStats().state).toBe('fresh');
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    const before = timers.length;
    scenario.verifier.clear();
    await scenario.verifier.warmUp();
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThanOrEqual(before);
  });
});

describe('a process that was frozen', () => {
  it('for an hour waits for one fetch after it resumes', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.clock.advance(hour);
    const [first, second] = [scenario.authenticate(scenario.token()), scenario.authenticate(scenario.token())];
    expect(first).toBeInstanceOf(Promise);
    accepted(await first);
    accepted(await second);
    expect(scenario.server.counts.keys).toBe(1);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
  });

  it('[KEYS-REFRESH-AFTER-IDLENESS] for an hour falls back to the cached keys if the issuer is down after it resumes', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    await scenario.server.stop();
    scenario.clock.advance(hour);
    accepted(await scenario.authenticate(scenario.token()));
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    expect(scenario.eventsOf('outage-entered')).toHaveLength(1);
  });

  it('beyond staleFor trusts no key until it has fetched', async () => {
    const scenario = await startWarmScenario();
    scenario.clock.advance(26 * hour);
    expect(scenario.keyStats().state).toBe('expired');
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.server.counts.keys).toBe(1);
  });

  it('during a fetch abandons it, and waits for a new one', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.slow(0.3), 1);
    scenario.clock.advance(530);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    while (scenario.server.counts.keys === 0) await delay(2);
    const next = generateTestKey('ES256');
    scenario.server.publish(keySetOf(next));
    scenario.clock.advance(hour);
    accepted(await scenario.authenticate(scenario.token(next)));
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
    await delay(350);
    acceptedSynchronously(scenario.authenticate(scenario.token(next)));
  });

  it('during a fetch dates the document from the request', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.slow(0.1), 1);
    scenario.clock.advance(530);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    while (scenario.server.counts.keys === 0) await delay(2);
    scenario.clock.advance(hour);
    await scenario.settled();
    expect(scenario.keyStats()).toMatchObject({ state: 'stale', age: hour, failures: 0 });
  });
});

describe('clocks', () => {
  it('[KEYS-MONOTONIC] that are changed do not affect the age of the keys', async () => {
    const scenario = await startScenario();
    let wall = scenario.clock.now();
    const clock = { now: () => wall, monotonic: scenario.clock.monotonic };
    const verifier = createVerifier({ ...scenario.options, clock });
    await verifier.warmUp();
    const exp = wall + 10 * hour;
    const token = scenario.token(scenario.key, { exp });
    for (const jump of [hour, -2 * hour, 365 * 24 * hour]) {
      wall += jump;
      expect(keyStatsOf(verifier, scenario.server.issuer)).toMatchObject({ state: 'fresh', age: 0 });
      const answer = await verifier.authenticate(bearerRequest(token));
      expect(answer.ok).toBe(wall < exp);
    }
    expect(scenario.server.counts.keys).toBe(1);
    await verifier.close();
  });
});
