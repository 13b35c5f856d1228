import { setImmediate } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import {
  accepted,
  acceptedSynchronously,
  codeOf,
  expectUnavailable,
  startScenario,
  startWarmScenario,
} from '../support/scenario.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

describe('a token whose key is not in the set', () => {
  it('[KEYS-UNKNOWN-KID] causes one fetch, and is ERR_KEY_NOT_FOUND if the new set has no such key', async () => {
    const scenario = await startWarmScenario();
    const result = scenario.authenticate(scenario.unknownKeyToken());
    expect(result).toBeInstanceOf(Promise);
    expect(await codeOf(result)).toBe('ERR_KEY_NOT_FOUND');
    expect(scenario.server.counts).toMatchObject({ keys: 1, metadata: 0 });
  });

  it('[KEYS-UNKNOWN-KID-BUDGET] causes at most two fetches in 30 seconds, not counting the first load', async () => {
    const scenario = await startScenario();
    accepted(await scenario.authenticate(scenario.token()));
    const codes: (string | undefined)[] = [];
    for (let count = 0; count < 20; count += 1) {
      codes.push(await codeOf(scenario.authenticate(scenario.unknownKeyToken())));
      scenario.clock.advance(1);
    }
    expect(scenario.server.counts.keys).toBe(1 + 2);
    expect(codes.slice(0, 2)).toEqual(['ERR_KEY_NOT_FOUND', 'ERR_KEY_NOT_FOUND']);
    expect(new Set(codes.slice(2))).toEqual(new Set(['ERR_KEY_SET_UNAVAILABLE']));
    scenario.clock.advance(11);
    expect(await codeOf(scenario.authenticate(scenario.unknownKeyToken()))).toBe('ERR_KEY_NOT_FOUND');
    expect(scenario.server.counts.keys).toBe(1 + 3);
  });

  it('is answered immediately when the budget is spent', async () => {
    const scenario = await startWarmScenario();
    await scenario.authenticate(scenario.unknownKeyToken());
    await scenario.authenticate(scenario.unknownKeyToken());
    expect(scenario.authenticate(scenario.unknownKeyToken())).not.toBeInstanceOf(Promise);
  });

  it('[KEYS-UNKNOWN-KID-UNAVAILABLE] is 503 if other tokens spent the budget, so that a good token is kept', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const next = generateTestKey('ES256');
    await scenario.authenticate(scenario.unknownKeyToken());
    await scenario.authenticate(scenario.unknownKeyToken());
    scenario.server.publish(keySetOf(scenario.key, next));
    const seconds = await expectUnavailable(scenario, scenario.authenticate(scenario.token(next)));
    expect(seconds).toBeLessThanOrEqual(30);
    scenario.clock.advance(seconds);
    accepted(await scenario.authenticate(scenario.token(next)));
  });

  it('[KEYS-UNKNOWN-KID-UNAVAILABLE] is 401 while the budget is spent if the issuer answered without this key', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const old = scenario.token(generateTestKey('ES256'));
    expect(await codeOf(scenario.authenticate(old))).toBe('ERR_KEY_NOT_FOUND');
    await scenario.authenticate(scenario.unknownKeyToken());
    expect(await codeOf(scenario.authenticate(old))).toBe('ERR_KEY_NOT_FOUND');
    await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    expect(scenario.server.counts.keys).toBe(2);
  });

  it('[KEYS-UNKNOWN-KID-UNAVAILABLE] is 503 if the fetch failed, or if the budget was spent on a failed one', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.status(500));
    await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    const spent = await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    expect(spent).toBeGreaterThan(25);
    expect(spent).toBeLessThanOrEqual(30);
    expect(scenario.server.counts.keys).toBe(2);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
  });

  it('is found if its key was published during an earlier fetch in flight', async () => {
    const scenario = await startWarmScenario();
    const next = generateTestKey('ES256');
    scenario.server.fail('keys', faults.slow(0.1), 1);
    const first = scenario.authenticate(scenario.unknownKeyToken());
    while (scenario.server.counts.keys === 0) await setImmediate();
    scenario.server.publish(keySetOf(scenario.key, next));
    const second = scenario.authenticate(scenario.token(next));
    expect(await codeOf(first)).toBe('ERR_KEY_NOT_FOUND');
    accepted(await second);
    expect(scenario.server.counts.keys).toBe(2);
  });
});

describe('a token with a bad signature', () => {
  it('[KEYS-BAD-SIGNATURE] never causes a fetch', async () => {
    const scenario = await startWarmScenario();
    const forger = { ...generateTestKey('ES256'), kid: scenario.key.kid };
    for (let count = 0; count < 50; count += 1) {
      expect(await codeOf(scenario.authenticate(scenario.token(forger, { jti: String(count) })))).toBe(
        'ERR_SIGNATURE_INVALID',
      );
    }
    expect(scenario.server.counts).toMatchObject({ keys: 0, metadata: 0 });
  });

  it.each([
    ['of another issuer', { iss: 'https://other.example' }, 'ERR_ISSUER_UNKNOWN'],
    ['whose issuer differs by a slash', {}, 'ERR_ISSUER_UNKNOWN'],
  ])('nor does %s', async (name, claims, code) => {
    const scenario = await startWarmScenario();
    const changed = name.includes('slash') ? { iss: `${scenario.server.issuer}/` } : claims;
    const stranger = generateTestKey('ES256');
    expect(await codeOf(scenario.authenticate(scenario.token(stranger, changed)))).toBe(code);
    expect(scenario.server.counts).toMatchObject({ keys: 0, metadata: 0, other: 0 });
  });
});

describe('a flood of tokens with random key identifiers', () => {
  it('[KEYS-UNKNOWN-KID] of 10,000 in 30 s causes two fetches and delays no valid request', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const good = scenario.token();
    const pending: unknown[] = [];
    for (let count = 0; count < 10_000; count += 1) {
      scenario.clock.advance(0.003);
      pending.push(scenario.authenticate(scenario.unknownKeyToken()));
      acceptedSynchronously(scenario.authenticate(good));
      if (count % 100 === 0) await setImmediate();
    }
    await Promise.all(pending);
    expect(scenario.server.counts.keys).toBeLessThanOrEqual(2);
    const { verified, refused } = scenario.verifier.stats();
    expect(verified).toBe(10_000);
    expect((refused.ERR_KEY_NOT_FOUND ?? 0) + (refused.ERR_KEY_SET_UNAVAILABLE ?? 0)).toBe(10_000);
    expect(refused.ERR_KEY_NOT_FOUND).toBeGreaterThan(0);
  });

  it('of 10,000 concurrent requests causes two fetches', async () => {
    const scenario = await startWarmScenario();
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, () => scenario.authenticate(scenario.unknownKeyToken())),
    );
    expect(answers.every(({ ok }) => !ok)).toBe(true);
    expect(scenario.server.counts.keys).toBeLessThanOrEqual(2);
  });

  it('does not block the tokens of a genuine rotation beyond one interval', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const next = generateTestKey('ES256');
    const genuine = scenario.token(next);
    let acceptedAfter = Number.POSITIVE_INFINITY;
    for (let elapsed = 0; elapsed < 60; elapsed += 0.1) {
      scenario.clock.advance(0.1);
      await scenario.authenticate(scenario.unknownKeyToken());
      if (elapsed > 5) scenario.server.publish(keySetOf(scenario.key, next));
      acceptedSynchronously(scenario.authenticate(scenario.token()));
      if (elapsed > 5 && (await scenario.authenticate(genuine)).ok)
        acceptedAfter = Math.min(acceptedAfter, elapsed - 5);
    }
    expect(acceptedAfter).toBeLessThanOrEqual(30.5);
    expect(scenario.server.counts.keys).toBeLessThanOrEqual(2 * 2 + 1);
  });
});
