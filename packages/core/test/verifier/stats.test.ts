import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import { runtime as node } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { codeOf, startScenario, startWarmScenario } from '../support/scenario.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { engines, verifierFor } from '../support/verifiers.ts';

/** A monotonic clock that advances by the given seconds with each reading. */
function steppingClock(step: number): { now(): number; monotonic(): number } {
  let time = 0;
  return {
    now: () => Date.now() / 1000,
    monotonic: () => {
      time += step;
      return time;
    },
  };
}

describe.each(engines)('stats() on the $name engine', (runtime) => {
  it('[STATS-AUTHENTICATIONS] measures every uncached token and one of 16 cached ones', async () => {
    const scenario = await startWarmScenario({ runtime });
    const token = scenario.token();
    for (let count = 0; count < 34; count += 1) await scenario.authenticate(token);
    await scenario.authenticate(scenario.token(scenario.key, { jti: 'another' }));
    const { cached, uncached } = scenario.verifier.stats().authentications;
    expect(cached.count).toBe(3);
    expect(uncached.count).toBe(2);
    expect(uncached.buckets.at(-1)).toEqual({ le: 5, count: 2 });
  });

  it('[STATS-AUTHENTICATIONS] measures refused tokens as well', async () => {
    const scenario = await startWarmScenario({ runtime });
    const forger = { ...generateTestKey('ES256'), kid: scenario.key.kid };
    expect(await codeOf(scenario.authenticate(scenario.token(forger)))).toBe('ERR_SIGNATURE_INVALID');
    expect(scenario.verifier.stats().authentications.uncached.count).toBe(1);
  });

  it('[STATS-FETCHES] counts tokens that waited for keys', async () => {
    const scenario = await startScenario({ runtime });
    await Promise.all([1, 2, 3].map((jti) => scenario.authenticate(scenario.token(scenario.key, { jti: `${jti}` }))));
    await scenario.authenticate(scenario.token());
    expect(scenario.verifier.stats().coldWaits).toBe(3);
    await scenario.authenticate(scenario.unknownKeyToken());
    expect(scenario.verifier.stats().coldWaits).toBe(4);
  });

  it('[STATS-FETCHES] counts failed fetches by kind', async () => {
    const scenario = await startScenario({ runtime });
    scenario.server.fail('keys', faults.status(500));
    await scenario.authenticate(scenario.token());
    expect(scenario.verifier.stats().fetchFailures).toEqual({ status: 1 });
  });
});

describe('stats()', () => {
  it('[STATS-AUTHENTICATIONS] counts durations in cumulative buckets', async () => {
    const scenario = await startScenario({ tokenCache: false });
    const key = generateTestKey('ES256');
    const verifier = verifierFor(key, { clock: steppingClock(0.004), jwks: keySetOf(key) });
    await expect(verifier.verify(scenario.token(key))).rejects.toMatchObject({ code: 'ERR_ISSUER_UNKNOWN' });
    const { buckets, count, sum } = verifier.stats().authentications.uncached;
    expect(buckets.map(({ le }) => le)).toEqual(buckets.map(({ le }) => le).toSorted((left, right) => left - right));
    expect(buckets.find(({ le }) => le === 0.0025)?.count).toBe(0);
    expect(buckets.find(({ le }) => le === 0.005)?.count).toBe(1);
    expect(buckets.at(-1)?.count).toBe(1);
    expect({ count, sum }).toEqual({ count: 1, sum: expect.closeTo(0.004) });
    await verifier.close();
  });

  it('[STATS-AUTHENTICATIONS] has buckets of zero before the first token', async () => {
    const { verifier } = await startScenario();
    const { buckets } = verifier.stats().authentications.cached;
    expect(buckets).toHaveLength(17);
    expect(buckets.every(({ count }) => count === 0)).toBe(true);
  });

  it('[STATS-FETCHES] counts signature checks that wait for a thread', async () => {
    let finish = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const runtime: Runtime = { ...node, maxParallelSignatures: () => ({ fast: 1, slow: 1 }), ...slowKeys(released) };
    const scenario = await startWarmScenario({ runtime });
    const results = [1, 2, 3].map((jti) => scenario.authenticate(scenario.token(scenario.key, { jti: `${jti}` })));
    await expect.poll(() => scenario.verifier.stats().waitingChecks).toBe(2);
    finish();
    await Promise.all(results);
    expect(scenario.verifier.stats().waitingChecks).toBe(0);
  });

  it('[STATS-ISSUERS] has the life of the key set, the outage and the metadata of an issuer', async () => {
    const scenario = await startWarmScenario();
    await scenario.authenticate(scenario.token());
    expect(scenario.keyStats()).toMatchObject({
      outage: false,
      keySetLife: 600,
      metadata: { refreshes: 1, failures: 0, age: 0 },
    });
    scenario.server.fail('keys', faults.status(500));
    scenario.clock.advance(700);
    await scenario.authenticate(scenario.token());
    await scenario.settled();
    expect(scenario.keyStats()).toMatchObject({ outage: true, keySetLife: 600, metadata: { contactsSaved: 1 } });
  });

  it('[STATS-ISSUERS] has no metadata of an issuer whose keys are configured', async () => {
    const verifier = verifierFor(generateTestKey('ES256'));
    const [issuer] = Object.values(verifier.stats().issuers);
    expect(issuer).toMatchObject({ outage: false, keySetLife: null, metadata: null });
    await verifier.close();
  });
});

/** Keys whose signatures are verified only after `released`. */
function slowKeys(released: Promise<void>): Pick<Runtime, 'importKey'> {
  return {
    importKey: (...parameters) => {
      const imported = node.importKey(...parameters);
      if (imported === undefined || imported instanceof Promise) return imported;
      return {
        ...imported,
        verifyInParallel: async (input, signature) => {
          await released;
          return imported.verify(input, signature);
        },
      };
    },
  };
}
