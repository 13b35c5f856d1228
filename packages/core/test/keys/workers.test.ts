import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { IssuerOptions } from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { bearerRequest } from '../support/requests.ts';
import { accepted, acceptedSynchronously, codeOf, startScenario, startWarmScenario } from '../support/scenario.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

// A runtime that lets no request await the promise of another, and has no timers between requests.
const runtime: Runtime = { ...synchronousRuntime, sharesPromises: false, schedule: () => undefined };

describe('if requests must not await each other', () => {
  it('[KEYS-WORKERS] each cold request fetches for itself, and settled values are shared', async () => {
    const scenario = await startScenario({ runtime });
    const answers = await Promise.all(Array.from({ length: 5 }, () => scenario.authenticate(scenario.token())));
    for (const answer of answers) accepted(answer);
    expect(scenario.server.counts).toMatchObject({ keys: 5, metadata: 5 });
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    expect(scenario.server.counts.keys).toBe(5);
  });

  it('[KEYS-WORKERS] a background refresh is passed to waitUntil', async () => {
    const scenario = await startWarmScenario({ runtime });
    scenario.clock.advance(530);
    const handed: Promise<unknown>[] = [];
    const request = {
      ...bearerRequest(scenario.token()),
      waitUntil: (work: Promise<unknown>) => void handed.push(work),
    };
    acceptedSynchronously(scenario.verifier.authenticate(request));
    acceptedSynchronously(scenario.verifier.authenticate(request));
    expect(handed).toHaveLength(1);
    await Promise.all(handed);
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', refreshes: 2 });
  });

  it('a refresh that ended with its request is started again by a later one', async () => {
    const scenario = await startWarmScenario({ runtime, http: { timeout: 0.2 } });
    scenario.server.fail('keys', faults.silence, 1);
    scenario.clock.advance(530);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    while (scenario.server.counts.keys === 0) await delay(2);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    expect(scenario.server.counts.keys).toBe(1);
    scenario.clock.advance(2);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', refreshes: 2 });
  });

  it('a flood of unknown keys causes two fetches too', async () => {
    const scenario = await startWarmScenario({ runtime });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => codeOf(scenario.authenticate(scenario.unknownKeyToken()))),
    );
    // The others share no fetch, and the budget allows none of their own.
    expect(new Set(answers)).toEqual(new Set(['ERR_KEY_NOT_FOUND', 'ERR_KEY_SET_UNAVAILABLE']));
    expect(scenario.server.counts.keys).toBe(2);
  });

  it('[KEYS-WORKERS] each cold request calls the resolver for itself, and its settled decision is shared', async () => {
    const fake = new FakeIssuer([key]);
    let calls = 0;
    const issuers = async (issuer: string): Promise<IssuerOptions> => {
      calls += 1;
      await delay(1);
      return { issuer, audience };
    };
    const options = { issuers, clock: new FakeClock(), http: { fetch: fake.fetch } };
    const verifier = verifierOn(runtime, options);
    onTestFinished(() => verifier.close());
    const ask = () => verifier.authenticate(bearerRequest(signToken(key, { jti: crypto.randomUUID() })));
    for (const answer of await Promise.all(Array.from({ length: 500 }, ask))) accepted(answer);
    expect(calls).toBe(500);
    acceptedSynchronously(ask());
    expect(calls).toBe(500);
  });

  it('the older of two answers never replaces the newer one', async () => {
    const scenario = await startScenario({ runtime });
    await scenario.verifier.warmUp();
    scenario.verifier.clear();
    scenario.server.hasEtags = false;
    scenario.server.resetCounts();
    scenario.server.fail('keys', delayBody, 1);
    const slow = scenario.authenticate(scenario.token());
    while (scenario.server.counts.keys === 0) await delay(2);
    const next = generateTestKey('ES256');
    scenario.server.publish({ keys: [next.jwk] });
    accepted(await scenario.authenticate(scenario.token(next)));
    expect(await codeOf(slow)).toBe('ERR_KEY_NOT_FOUND');
    acceptedSynchronously(scenario.authenticate(scenario.token(next)));
    expect(scenario.keyStats().keys).toBe(1);
  });

  it('ready() starts no fetch', async () => {
    const scenario = await startScenario({ runtime });
    expect(scenario.verifier.ready()).toBe(false);
    await delay(20);
    expect(scenario.server.counts).toMatchObject({ metadata: 0, keys: 0 });
  });
});

// The answer as of the request, sent later.
const delayBody = faults.slow(0.15);
