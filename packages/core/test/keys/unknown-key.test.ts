import { setImmediate } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import { createTestKey, keySetOf } from '../fixtures/test-key.ts';
import { openStage, openWarmStage, refusal, served, servedAtOnce, unavailable } from './stage.ts';

describe('a token whose key is not in the set', () => {
  it('makes one fetch that it waits for, and is ERR_KEY_NOT_FOUND where that does not bring the key', async () => {
    const stage = await openWarmStage();
    const result = stage.ask(stage.strayToken());
    expect(result).toBeInstanceOf(Promise);
    expect(await refusal(result)).toBe('ERR_KEY_NOT_FOUND');
    expect(stage.server.counts).toMatchObject({ keys: 1, metadata: 0 });
  });

  it('makes two fetches in 30 seconds at most, the first load not counted', async () => {
    const stage = await openStage();
    served(await stage.ask(stage.token()));
    for (let count = 0; count < 20; count += 1) {
      expect(await refusal(stage.ask(stage.strayToken()))).toBe('ERR_KEY_NOT_FOUND');
      stage.clock.advance(1);
    }
    expect(stage.server.counts.keys).toBe(1 + 2);
    stage.clock.advance(11);
    await stage.ask(stage.strayToken());
    expect(stage.server.counts.keys).toBe(1 + 3);
  });

  it('is refused at once when the budget is spent', async () => {
    const stage = await openWarmStage();
    await stage.ask(stage.strayToken());
    await stage.ask(stage.strayToken());
    expect(stage.ask(stage.strayToken())).not.toBeInstanceOf(Promise);
  });

  it('is 503 where the fetch failed, and where the budget was spent on a failed one', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.status(500));
    await unavailable(stage, stage.ask(stage.strayToken()));
    await unavailable(stage, stage.ask(stage.strayToken()));
    const spent = await unavailable(stage, stage.ask(stage.strayToken()));
    expect(spent).toBeGreaterThan(25);
    expect(spent).toBeLessThanOrEqual(30);
    expect(stage.server.counts.keys).toBe(2);
    servedAtOnce(stage.ask(stage.token()));
  });

  it('is found where it was published while a fetch was under way that had been asked for before', async () => {
    const stage = await openWarmStage();
    const next = createTestKey('ES256');
    stage.server.fail('keys', faults.slow(0.1), 1);
    const first = stage.ask(stage.strayToken());
    while (stage.server.counts.keys === 0) await setImmediate();
    stage.server.publish(keySetOf(stage.key, next));
    const second = stage.ask(stage.token(next));
    expect(await refusal(first)).toBe('ERR_KEY_NOT_FOUND');
    served(await second);
    expect(stage.server.counts.keys).toBe(2);
  });
});

describe('a token with a bad signature', () => {
  it('never makes a fetch', async () => {
    const stage = await openWarmStage();
    const forger = { ...createTestKey('ES256'), kid: stage.key.kid };
    for (let count = 0; count < 50; count += 1) {
      expect(await refusal(stage.ask(stage.token(forger, { jti: String(count) })))).toBe('ERR_SIGNATURE_INVALID');
    }
    expect(stage.server.counts).toMatchObject({ keys: 0, metadata: 0 });
  });

  it.each([
    ['of another issuer', { iss: 'https://other.example' }, 'ERR_ISSUER_UNKNOWN'],
    ['whose issuer differs by a slash', {}, 'ERR_ISSUER_UNKNOWN'],
  ])('or %s neither', async (name, claims, code) => {
    const stage = await openWarmStage();
    const changed = name.includes('slash') ? { iss: `${stage.server.issuer}/` } : claims;
    const stranger = createTestKey('ES256');
    expect(await refusal(stage.ask(stage.token(stranger, changed)))).toBe(code);
    expect(stage.server.counts).toMatchObject({ keys: 0, metadata: 0, other: 0 });
  });
});

describe('a flood of tokens with random key identifiers', () => {
  it('of 10,000 in 30 s makes two fetches and delays no good request', async () => {
    const stage = await openWarmStage();
    const good = stage.token();
    const pending: unknown[] = [];
    for (let count = 0; count < 10_000; count += 1) {
      stage.clock.advance(0.003);
      pending.push(stage.ask(stage.strayToken()));
      servedAtOnce(stage.ask(good));
      if (count % 100 === 0) await setImmediate();
    }
    await Promise.all(pending);
    expect(stage.server.counts.keys).toBeLessThanOrEqual(2);
    expect(stage.verifier.stats()).toMatchObject({ verified: 10_000, refused: { ERR_KEY_NOT_FOUND: 10_000 } });
  });

  it('of 10,000 at once makes two fetches', async () => {
    const stage = await openWarmStage();
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => stage.ask(stage.strayToken())));
    expect(answers.every(({ ok }) => !ok)).toBe(true);
    expect(stage.server.counts.keys).toBeLessThanOrEqual(2);
  });

  it('does not keep out the tokens of a genuine rotation beyond one interval', async () => {
    const stage = await openWarmStage();
    const next = createTestKey('ES256');
    const genuine = stage.token(next);
    let acceptedAfter = Number.POSITIVE_INFINITY;
    for (let elapsed = 0; elapsed < 60; elapsed += 0.1) {
      stage.clock.advance(0.1);
      await stage.ask(stage.strayToken());
      if (elapsed > 5) stage.server.publish(keySetOf(stage.key, next));
      servedAtOnce(stage.ask(stage.token()));
      if (elapsed > 5 && (await stage.ask(genuine)).ok) acceptedAfter = Math.min(acceptedAfter, elapsed - 5);
    }
    expect(acceptedAfter).toBeLessThanOrEqual(30.5);
    expect(stage.server.counts.keys).toBeLessThanOrEqual(2 * 2 + 1);
  });
});
