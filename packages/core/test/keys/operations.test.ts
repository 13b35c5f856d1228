import { spawnSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createVerifier, type IssuerOptions, isAuthError, type Verifier, type VerifierEvent } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import {
  accepted,
  acceptedSynchronously,
  addVerifier,
  keyStatsOf,
  type Scenario,
  startScenario,
  startWarmScenario,
} from '../support/scenario.ts';
import { audience } from '../support/sign-token.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

interface Warning {
  readonly code: string;
  readonly message: string;
}

function watchWarnings(): Warning[] {
  const warnings: Warning[] = [];
  const emit = vi.spyOn(process, 'emitWarning');
  emit.mockImplementation((message: string | Error, options?: unknown) => {
    warnings.push({ message: String(message), code: (options as { code: string }).code });
  });
  return warnings;
}

function watchChannel(): VerifierEvent[] {
  const events: VerifierEvent[] = [];
  const listen = (event: unknown): void => void events.push(event as VerifierEvent);
  channel('verifier:event').subscribe(listen);
  onTestFinished(() => void channel('verifier:event').unsubscribe(listen));
  return events;
}

async function refresh(scenario: Scenario): Promise<void> {
  scenario.clock.advance(530);
  await scenario.authenticate(scenario.token());
  await scenario.settled();
}

describe('warmUp()', () => {
  async function openMany(): Promise<{ verifier: Verifier; good: Scenario; bad: Scenario; worse: Scenario }> {
    const [good, bad, worse] = await Promise.all([startScenario(), startScenario(), startScenario()]);
    const issuers: IssuerOptions[] = [good, bad, worse].map(({ server }) => ({ issuer: server.issuer, audience }));
    const verifier = createVerifier({ issuers, clock: new FakeClock() });
    onTestFinished(() => verifier.close());
    return { verifier, good, bad, worse };
  }

  it('[PROCESS-WARM-UP] loads the keys of every issuer in parallel', async () => {
    const { verifier, good, bad, worse } = await openMany();
    for (const { server } of [good, bad, worse]) server.fail('keys', faults.slow(0.3));
    const startedAt = performance.now();
    await verifier.warmUp();
    expect(performance.now() - startedAt).toBeLessThan(850);
    expect(verifier.ready()).toBe(true);
  });

  it('[PROCESS-WARM-UP] names the issuers that failed with the reason, and keeps the others', async () => {
    const { verifier, good, bad, worse } = await openMany();
    bad.server.fail('keys', faults.status(500));
    worse.server.fail('metadata', faults.htmlPage);
    const error: unknown = await verifier.warmUp().catch((reason: unknown) => reason);
    if (!(error instanceof AggregateError)) throw error;
    expect(error.message).toContain(bad.server.issuer);
    expect(error.message).toContain(worse.server.issuer);
    expect(error.message).not.toContain(`${good.server.issuer},`);
    expect(error.errors.map((each) => isAuthError(each) && each.code)).toEqual([
      'ERR_KEY_SET_UNAVAILABLE',
      'ERR_DISCOVERY_FAILED',
    ]);
    expect(keyStatsOf(verifier, good.server.issuer).state).toBe('fresh');
    expect(verifier.ready()).toBe(false);
  });

  it('succeeds with the cached keys if they cannot be refreshed', async () => {
    const scenario = await startWarmScenario();
    await scenario.server.stop();
    scenario.clock.advance(3600);
    await scenario.verifier.warmUp();
    expect(scenario.keyStats().state).toBe('stale');
  });

  it('does nothing while the keys are fresh', async () => {
    const scenario = await startWarmScenario();
    await Promise.all([scenario.verifier.warmUp(), scenario.verifier.warmUp()]);
    expect(scenario.server.counts).toMatchObject({ metadata: 0, keys: 0 });
  });
});

describe('ready()', () => {
  it('[PROCESS-READY] fetches missing keys, so that a process without requests becomes ready', async () => {
    const scenario = await startScenario();
    expect(scenario.verifier.ready()).toBe(false);
    while (!scenario.verifier.ready()) await delay(2);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });

  it('becomes true after an outage at the start, by probes alone, with growing back-off', async () => {
    const scenario = await startScenario();
    scenario.server.fail('metadata', faults.status(500));
    for (let elapsed = 0; elapsed < 600; elapsed += 10) {
      expect(scenario.verifier.ready()).toBe(false);
      await scenario.settled();
      scenario.clock.advance(10);
    }
    expect(scenario.server.counts.metadata).toBeLessThanOrEqual(20);
    scenario.server.heal();
    scenario.clock.advance(60);
    scenario.verifier.ready();
    await scenario.settled();
    expect(scenario.verifier.ready()).toBe(true);
  });

  it('keeps the keys of a process without requests, so that it does not stop being ready', async () => {
    const scenario = await startWarmScenario();
    for (let elapsed = 0; elapsed < 48 * 3600; elapsed += 60) {
      scenario.clock.advance(60);
      expect(scenario.verifier.ready()).toBe(true);
      await scenario.settled();
    }
    expect(scenario.server.counts.keys).toBeGreaterThan(200);
  });

  it('[PROCESS-READY] stays true in an outage until the keys are no longer trusted', async () => {
    const scenario = await startWarmScenario({ keyCache: { staleFor: 3600 } });
    await scenario.server.stop();
    scenario.clock.advance(4000);
    expect(scenario.verifier.ready()).toBe(true);
    await scenario.settled();
    scenario.clock.advance(201);
    expect(scenario.verifier.ready()).toBe(false);
  });
});

describe('stats()', () => {
  it('has the keys, the age and the fetches of each issuer', async () => {
    const scenario = await startScenario({ runtime: synchronousRuntime });
    expect(scenario.keyStats()).toEqual({
      state: 'absent',
      refreshing: false,
      keys: 0,
      skipped: 0,
      age: null,
      refreshes: 0,
      failures: 0,
      lastError: null,
      contactsSaved: 0,
      configured: true,
      keySetLife: null,
      outage: false,
      metadata: { refreshes: 0, failures: 0, contactsSaved: 0, age: null },
    });
    scenario.server.publish({ keys: [scenario.key.jwk, { kty: 'oct', k: 'AQAB' }] });
    accepted(await scenario.authenticate(scenario.token()));
    scenario.clock.advance(100);
    for (let count = 0; count < 5; count += 1)
      acceptedSynchronously(scenario.authenticate(scenario.token(scenario.key, { jti: String(count) })));
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', keys: 1, skipped: 1, age: 100, contactsSaved: 5 });
    scenario.server.fail('keys', faults.status(500));
    scenario.clock.advance(430);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    expect(scenario.keyStats()).toMatchObject({ state: 'due', refreshing: true });
    await scenario.settled();
    expect(scenario.keyStats()).toMatchObject({ refreshing: false, failures: 1, lastError: 'ERR_KEY_SET_UNAVAILABLE' });
  });

  it('counts hits and misses of the token cache, and verifications by code', async () => {
    const scenario = await startWarmScenario();
    const token = scenario.token();
    for (let count = 0; count < 4; count += 1) await scenario.authenticate(token);
    const forger = { ...generateTestKey('ES256'), kid: scenario.key.kid };
    await scenario.authenticate(scenario.token(forger));
    await scenario.authenticate(scenario.token(scenario.key, { exp: 1 }));
    const { verified, refused, tokenCache } = scenario.verifier.stats();
    expect({ verified, refused }).toEqual({ verified: 4, refused: { ERR_SIGNATURE_INVALID: 1, ERR_TOKEN_EXPIRED: 1 } });
    expect(tokenCache).toMatchObject({ hits: 3, misses: 3, hitRate: 0.5, maxEntries: 5000 });
  });

  it('has the durations of fetches and signature checks', async () => {
    const scenario = await startScenario({ tokenCache: false });
    const real = addVerifier(scenario, {
      clock: { now: () => scenario.clock.now(), monotonic: () => performance.now() / 1000 },
    });
    scenario.server.fail('keys', faults.slow(0.1));
    await real.warmUp();
    for (let count = 0; count < 160; count += 1) real.verifySync(scenario.token());
    const { fetches, signatureChecks } = real.stats();
    expect(fetches.count).toBe(2);
    expect(fetches.p99).toBeGreaterThan(0.09);
    expect(fetches.p99).toBeLessThan(5);
    expect(fetches.p50).toBeLessThanOrEqual(fetches.p95);
    for (const { count, sum, p50, p99 } of [fetches, signatureChecks]) {
      // Percentiles are accurate to 5 %: the smaller half of the measurements and the largest one bound the sum.
      expect(sum).toBeGreaterThan(0);
      expect(sum).toBeLessThanOrEqual(count * p99 * 1.1);
      expect(p50).toBeLessThanOrEqual(p99);
    }
    expect(signatureChecks.count).toBe(10);
    expect(signatureChecks.p50).toBeGreaterThan(1e-6);
    expect(signatureChecks.p50).toBeLessThan(0.1);
    expect(signatureChecks.p95).toBeLessThanOrEqual(signatureChecks.p99);
  });

  it('[STATS-JSON] is plain JSON', async () => {
    const scenario = await startWarmScenario();
    await scenario.authenticate(scenario.token());
    const stats = scenario.verifier.stats();
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });
});

describe('clear()', () => {
  it('of one issuer discards its keys, and keeps the others', async () => {
    const [one, two] = await Promise.all([startScenario(), startScenario()]);
    const issuers = [one, two].map(({ server }) => ({ issuer: server.issuer, audience }));
    const verifier = createVerifier({ issuers, clock: new FakeClock() });
    onTestFinished(() => verifier.close());
    await verifier.warmUp();
    verifier.clear(one.server.issuer);
    expect(keyStatsOf(verifier, one.server.issuer)).toMatchObject({ state: 'absent', keys: 0 });
    expect(keyStatsOf(verifier, two.server.issuer)).toMatchObject({ state: 'fresh', keys: 1 });
    verifier.clear();
    expect(keyStatsOf(verifier, two.server.issuer).state).toBe('absent');
  });

  it('[PROCESS-CLEAR] withdraws a key immediately: its tokens are refused once the issuer removed it', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    const token = scenario.token();
    acceptedSynchronously(scenario.authenticate(token));
    scenario.server.publish(keySetOf(generateTestKey('ES256')));
    scenario.verifier.clear();
    const answer = await scenario.authenticate(token);
    expect(answer.ok).toBe(false);
    expect(scenario.verifier.stats().tokenCache.entries).toBe(0);
  });
});

describe('events', () => {
  it('[EVENTS-CHANNEL] report an outage and a rotation, to onEvent and to the diagnostics channel alike', async () => {
    const traced = watchChannel();
    const scenario = await startScenario({ runtime: synchronousRuntime });
    const { issuer } = scenario.server;
    await scenario.verifier.warmUp();
    await scenario.server.stop();
    await refresh(scenario);
    scenario.clock.advance(100);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    await scenario.server.start();
    const next = generateTestKey('ES256');
    scenario.server.publish(keySetOf(next));
    scenario.clock.advance(60);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
    await scenario.settled();
    await scenario.authenticate(scenario.token());
    const told = scenario.events.map(({ type, ...rest }) => [type, 'document' in rest ? rest.document : '']);
    expect(told).toEqual([
      ['refreshed', 'metadata'],
      ['key-added', ''],
      ['refreshed', 'keys'],
      ['refresh-failed', 'keys'],
      ['outage-entered', ''],
      ['refresh-failed', 'keys'],
      ['key-added', ''],
      ['key-removed', ''],
      ['refreshed', 'keys'],
      ['outage-left', ''],
      ['refreshed', 'keys'],
      ['token-refused', ''],
    ]);
    expect(traced).toEqual(scenario.events);
    expect(scenario.eventsOf('token-refused')).toEqual([{ type: 'token-refused', issuer, code: 'ERR_KEY_NOT_FOUND' }]);
    expect(scenario.events.every((event) => event.issuer === issuer)).toBe(true);
  });

  it('reach every verifier of an issuer, and the channel once', async () => {
    const traced = watchChannel();
    const scenario = await startScenario();
    const others: VerifierEvent[] = [];
    addVerifier(scenario, { onEvent: (event) => others.push(event) });
    await scenario.verifier.warmUp();
    expect(others).toEqual(scenario.events);
    expect(traced).toEqual(scenario.events);
  });

  it('[EVENTS-NO-SECRETS] contain no token, no key and no claim', async () => {
    const traced = watchChannel();
    const scenario = await startWarmScenario();
    const token = scenario.token(scenario.key, { sub: 'a-private-subject', exp: 1 });
    await scenario.authenticate(token);
    const text = JSON.stringify([scenario.events, traced]);
    for (const part of [...token.split('.'), 'a-private-subject', String(scenario.key.jwk['x'])])
      expect(text).not.toContain(part);
  });

  it('[EVENTS-LISTENER] whose listener throws fail no request, and become a warning', async () => {
    const warnings = watchWarnings();
    const scenario = await startScenario({
      onEvent: () => {
        throw new Error('listener');
      },
    });
    accepted(await scenario.authenticate(scenario.token()));
    expect(warnings.map(({ code }) => code)).toContain('VERIFIER_LISTENER');
  });

  it('may call the verifier from their listener', async () => {
    const answers: unknown[] = [];
    let scenario: Scenario | undefined;
    const onEvent = (): void => {
      if (answers.length < 20 && scenario !== undefined)
        answers.push(scenario.verifier.stats(), scenario.authenticate(scenario.token()));
    };
    scenario = await startScenario({ onEvent });
    await scenario.authenticate(scenario.token());
    scenario.server.fail('keys', faults.status(500));
    await refresh(scenario);
    await scenario.authenticate(scenario.unknownKeyToken());
    await Promise.all(answers);
    expect(scenario.keyStats().keys).toBe(1);
  });
});

describe('warnings', () => {
  it('[WARNINGS-ONCE] are emitted once for each change of state: outage, and its end', async () => {
    const scenario = await startWarmScenario();
    const warnings = watchWarnings();
    await scenario.server.stop();
    for (let elapsed = 0; elapsed < 3600; elapsed += 10) {
      scenario.clock.advance(10);
      await scenario.authenticate(scenario.token());
      await scenario.settled();
    }
    await scenario.server.start();
    scenario.clock.advance(60);
    await scenario.authenticate(scenario.token());
    await scenario.settled();
    expect(warnings.map(({ code }) => code)).toEqual(['VERIFIER_OUTAGE', 'VERIFIER_OUTAGE_ENDED']);
    expect(warnings[0]?.message).toContain(scenario.server.issuer);
    expect(warnings[0]?.message).toContain('ECONNREFUSED');
  });

  it('[WARNINGS-MISMATCH] name both issuers if the metadata name another one', async () => {
    const warnings = watchWarnings();
    const scenario = await startScenario();
    scenario.server.announce({ issuer: `${scenario.server.issuer}/` });
    for (let count = 0; count < 3; count += 1) {
      await scenario.authenticate(scenario.token());
      scenario.clock.advance(60);
    }
    const mismatches = warnings.filter(({ code }) => code === 'VERIFIER_ISSUER_MISMATCH');
    expect(mismatches).toHaveLength(1);
    expect(mismatches[0]?.message).toContain(`"${scenario.server.issuer}"`);
    expect(mismatches[0]?.message).toContain(`"${scenario.server.issuer}/"`);
  });

  it('report an unusable key set immediately, although the cached one stays in use', async () => {
    const scenario = await startWarmScenario();
    const warnings = watchWarnings();
    scenario.server.publish('{"keys":[]}');
    await refresh(scenario);
    scenario.clock.advance(10);
    await scenario.authenticate(scenario.token());
    await scenario.settled();
    expect(warnings.map(({ code }) => code)).toEqual(['VERIFIER_KEY_SET_INVALID']);
    expect(scenario.keyStats()).toMatchObject({ state: 'due', failures: 2 });
  });

  it('[WARNINGS-ONCE] report a clock difference once if tokens are not valid yet', async () => {
    const scenario = await startWarmScenario();
    const warnings = watchWarnings();
    for (let count = 0; count < 3; count += 1)
      await scenario.authenticate(scenario.token(scenario.key, { nbf: 3_000_000_000 }));
    expect(warnings.map(({ code }) => code)).toEqual(['VERIFIER_CLOCK_SKEW']);
  });
});

describe('NODE_DEBUG=verifier', () => {
  it('shows codes and claim names, and no token', () => {
    const script = `
      import { runtime } from ${JSON.stringify(new URL('../../src/runtime/node.ts', import.meta.url).href)};
      runtime.debug('https://a.example: refused, ERR_TOKEN_EXPIRED (exp)');
    `;
    const run = (env: NodeJS.ProcessEnv): string =>
      spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, ...env },
      }).stderr.toString();
    expect(run({ NODE_DEBUG: 'verifier' })).toMatch(
      /VERIFIER \d+: https:\/\/a\.example: refused, ERR_TOKEN_EXPIRED \(exp\)/,
    );
    expect(run({ NODE_DEBUG: '' })).not.toContain('VERIFIER');
  });
});
