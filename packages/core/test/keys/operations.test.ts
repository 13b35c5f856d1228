import { spawnSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createVerifier, type IssuerOptions, isAuthError, type Verifier, type VerifierEvent } from '../../src/index.ts';
import { createFakeClock } from '../fixtures/fake-clock.ts';
import { audience } from '../fixtures/mint.ts';
import { createTestKey, keySetOf } from '../fixtures/test-key.ts';
import { another, openStage, openWarmStage, type Stage, served, servedAtOnce, statsOf } from './stage.ts';

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

async function refresh(stage: Stage): Promise<void> {
  stage.clock.advance(530);
  await stage.ask(stage.token());
  await stage.calm();
}

describe('warmUp()', () => {
  async function openMany(): Promise<{ verifier: Verifier; good: Stage; bad: Stage; worse: Stage }> {
    const [good, bad, worse] = await Promise.all([openStage(), openStage(), openStage()]);
    const issuers: IssuerOptions[] = [good, bad, worse].map(({ server }) => ({ issuer: server.issuer, audience }));
    const verifier = createVerifier({ issuers, clock: createFakeClock() });
    onTestFinished(() => verifier.close());
    return { verifier, good, bad, worse };
  }

  it('has the keys of every issuer in memory, fetched at the same time', async () => {
    const { verifier, good, bad, worse } = await openMany();
    for (const { server } of [good, bad, worse]) server.fail('keys', faults.slow(0.3));
    const startedAt = performance.now();
    await verifier.warmUp();
    expect(performance.now() - startedAt).toBeLessThan(850);
    expect(verifier.ready()).toBe(true);
  });

  it('names those that failed, says why, and keeps the others', async () => {
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
    expect(statsOf(verifier, good.server.issuer).state).toBe('fresh');
    expect(verifier.ready()).toBe(false);
  });

  it('succeeds with the keys at hand where they cannot be refreshed', async () => {
    const stage = await openWarmStage();
    await stage.server.stop();
    stage.clock.advance(3600);
    await stage.verifier.warmUp();
    expect(stage.keyStats().state).toBe('stale');
  });

  it('does nothing where the keys are fresh', async () => {
    const stage = await openWarmStage();
    await Promise.all([stage.verifier.warmUp(), stage.verifier.warmUp()]);
    expect(stage.server.counts).toMatchObject({ metadata: 0, keys: 0 });
  });
});

describe('ready()', () => {
  it('starts to fetch what is missing, so that a process that gets no requests becomes ready', async () => {
    const stage = await openStage();
    expect(stage.verifier.ready()).toBe(false);
    while (!stage.verifier.ready()) await delay(2);
    expect(stage.server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });

  it('becomes true after an outage at the start, by probes alone, with growing pauses', async () => {
    const stage = await openStage();
    stage.server.fail('metadata', faults.status(500));
    for (let elapsed = 0; elapsed < 600; elapsed += 10) {
      expect(stage.verifier.ready()).toBe(false);
      await stage.calm();
      stage.clock.advance(10);
    }
    expect(stage.server.counts.metadata).toBeLessThanOrEqual(20);
    stage.server.heal();
    stage.clock.advance(60);
    stage.verifier.ready();
    await stage.calm();
    expect(stage.verifier.ready()).toBe(true);
  });

  it('keeps the keys of a process without requests, so that it does not stop being ready', async () => {
    const stage = await openWarmStage();
    for (let elapsed = 0; elapsed < 48 * 3600; elapsed += 60) {
      stage.clock.advance(60);
      expect(stage.verifier.ready()).toBe(true);
      await stage.calm();
    }
    expect(stage.server.counts.keys).toBeGreaterThan(200);
  });

  it('stays true in an outage, until the keys are trusted no more', async () => {
    const stage = await openWarmStage({ keyCache: { staleFor: 3600 } });
    await stage.server.stop();
    stage.clock.advance(4000);
    expect(stage.verifier.ready()).toBe(true);
    await stage.calm();
    stage.clock.advance(201);
    expect(stage.verifier.ready()).toBe(false);
  });
});

describe('stats()', () => {
  it('says of each issuer what it has, how old it is, and what became of its fetches', async () => {
    const stage = await openStage();
    expect(stage.keyStats()).toEqual({
      state: 'absent',
      refreshing: false,
      keys: 0,
      skipped: 0,
      age: null,
      refreshes: 0,
      failures: 0,
      lastError: null,
      contactsSaved: 0,
    });
    stage.server.publish({ keys: [stage.key.jwk, { kty: 'oct', k: 'AQAB' }] });
    served(await stage.ask(stage.token()));
    stage.clock.advance(100);
    for (let count = 0; count < 5; count += 1) servedAtOnce(stage.ask(stage.token(stage.key, { jti: String(count) })));
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', keys: 1, skipped: 1, age: 100, contactsSaved: 5 });
    stage.server.fail('keys', faults.status(500));
    stage.clock.advance(430);
    servedAtOnce(stage.ask(stage.token()));
    expect(stage.keyStats()).toMatchObject({ state: 'due', refreshing: true });
    await stage.calm();
    expect(stage.keyStats()).toMatchObject({ refreshing: false, failures: 1, lastError: 'ERR_KEY_SET_UNAVAILABLE' });
  });

  it('counts hits and misses of the token cache, and verifications by code', async () => {
    const stage = await openWarmStage();
    const token = stage.token();
    for (let count = 0; count < 4; count += 1) await stage.ask(token);
    const forger = { ...createTestKey('ES256'), kid: stage.key.kid };
    await stage.ask(stage.token(forger));
    await stage.ask(stage.token(stage.key, { exp: 1 }));
    const { verified, refused, tokenCache } = stage.verifier.stats();
    expect({ verified, refused }).toEqual({ verified: 4, refused: { ERR_SIGNATURE_INVALID: 1, ERR_TOKEN_EXPIRED: 1 } });
    expect(tokenCache).toMatchObject({ hits: 3, misses: 3, hitRate: 0.5, maxEntries: 5000 });
  });

  it('knows how long fetches and signature checks take', async () => {
    const stage = await openStage({ tokenCache: false });
    const real = another(stage, { clock: { now: () => stage.clock.now(), monotonic: () => performance.now() / 1000 } });
    stage.server.fail('keys', faults.slow(0.1));
    await real.warmUp();
    for (let count = 0; count < 160; count += 1) real.verifySync(stage.token());
    const { fetches, signatureChecks } = real.stats();
    expect(fetches.count).toBe(2);
    expect(fetches.p99).toBeGreaterThan(0.09);
    expect(fetches.p99).toBeLessThan(5);
    expect(fetches.p50).toBeLessThanOrEqual(fetches.p95);
    expect(signatureChecks.count).toBe(10);
    expect(signatureChecks.p50).toBeGreaterThan(1e-6);
    expect(signatureChecks.p50).toBeLessThan(0.1);
    expect(signatureChecks.p95).toBeLessThanOrEqual(signatureChecks.p99);
  });

  it('is plain JSON', async () => {
    const stage = await openWarmStage();
    await stage.ask(stage.token());
    const stats = stage.verifier.stats();
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });
});

describe('clear()', () => {
  it('of one issuer forgets its keys, and leaves the others', async () => {
    const [one, two] = await Promise.all([openStage(), openStage()]);
    const issuers = [one, two].map(({ server }) => ({ issuer: server.issuer, audience }));
    const verifier = createVerifier({ issuers, clock: createFakeClock() });
    onTestFinished(() => verifier.close());
    await verifier.warmUp();
    verifier.clear(one.server.issuer);
    expect(statsOf(verifier, one.server.issuer)).toMatchObject({ state: 'absent', keys: 0 });
    expect(statsOf(verifier, two.server.issuer)).toMatchObject({ state: 'fresh', keys: 1 });
    verifier.clear();
    expect(statsOf(verifier, two.server.issuer).state).toBe('absent');
  });

  it('withdraws a key at once: its tokens are refused as soon as the issuer has taken it away', async () => {
    const stage = await openWarmStage();
    const token = stage.token();
    servedAtOnce(stage.ask(token));
    stage.server.publish(keySetOf(createTestKey('ES256')));
    stage.verifier.clear();
    const answer = await stage.ask(token);
    expect(answer.ok).toBe(false);
    expect(stage.verifier.stats().tokenCache.entries).toBe(0);
  });
});

describe('events', () => {
  it('tell the story of an outage and of a rotation, to onEvent and to the diagnostics channel alike', async () => {
    const traced = watchChannel();
    const stage = await openStage();
    const { issuer } = stage.server;
    await stage.verifier.warmUp();
    await stage.server.stop();
    await refresh(stage);
    stage.clock.advance(100);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    await stage.server.start();
    const next = createTestKey('ES256');
    stage.server.publish(keySetOf(next));
    stage.clock.advance(60);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    await stage.ask(stage.token());
    const told = stage.events.map(({ type, ...rest }) => [type, 'document' in rest ? rest.document : '']);
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
    expect(traced).toEqual(stage.events);
    expect(stage.eventsOf('token-refused')).toEqual([{ type: 'token-refused', issuer, code: 'ERR_KEY_NOT_FOUND' }]);
    expect(stage.events.every((event) => event.issuer === issuer)).toBe(true);
  });

  it('reach every verifier of an issuer, and the channel once', async () => {
    const traced = watchChannel();
    const stage = await openStage();
    const others: VerifierEvent[] = [];
    another(stage, { onEvent: (event) => others.push(event) });
    await stage.verifier.warmUp();
    expect(others).toEqual(stage.events);
    expect(traced).toEqual(stage.events);
  });

  it('hold no token, no key and no claim', async () => {
    const traced = watchChannel();
    const stage = await openWarmStage();
    const token = stage.token(stage.key, { sub: 'a-private-subject', exp: 1 });
    await stage.ask(token);
    const text = JSON.stringify([stage.events, traced]);
    for (const part of [...token.split('.'), 'a-private-subject', String(stage.key.jwk['x'])])
      expect(text).not.toContain(part);
  });

  it('whose listener throws harm no request, and become a warning', async () => {
    const warnings = watchWarnings();
    const stage = await openStage({
      onEvent: () => {
        throw new Error('listener');
      },
    });
    served(await stage.ask(stage.token()));
    expect(warnings.map(({ code }) => code)).toContain('VERIFIER_LISTENER');
  });

  it('whose listener asks the verifier again do no harm', async () => {
    const answers: unknown[] = [];
    let stage: Stage | undefined;
    const onEvent = (): void => {
      if (answers.length < 20 && stage !== undefined) answers.push(stage.verifier.stats(), stage.ask(stage.token()));
    };
    stage = await openStage({ onEvent });
    await stage.ask(stage.token());
    stage.server.fail('keys', faults.status(500));
    await refresh(stage);
    await stage.ask(stage.strayToken());
    await Promise.all(answers);
    expect(stage.keyStats().keys).toBe(1);
  });
});

describe('warnings', () => {
  it('come once for each change of state: outage, and its end', async () => {
    const stage = await openWarmStage();
    const warnings = watchWarnings();
    await stage.server.stop();
    for (let elapsed = 0; elapsed < 3600; elapsed += 10) {
      stage.clock.advance(10);
      await stage.ask(stage.token());
      await stage.calm();
    }
    await stage.server.start();
    stage.clock.advance(60);
    await stage.ask(stage.token());
    await stage.calm();
    expect(warnings.map(({ code }) => code)).toEqual(['VERIFIER_OUTAGE', 'VERIFIER_OUTAGE_ENDED']);
    expect(warnings[0]?.message).toContain(stage.server.issuer);
    expect(warnings[0]?.message).toContain('ECONNREFUSED');
  });

  it('name both issuers where the metadata name another one', async () => {
    const warnings = watchWarnings();
    const stage = await openStage();
    stage.server.announce({ issuer: `${stage.server.issuer}/` });
    for (let count = 0; count < 3; count += 1) {
      await stage.ask(stage.token());
      stage.clock.advance(60);
    }
    const mismatches = warnings.filter(({ code }) => code === 'VERIFIER_ISSUER_MISMATCH');
    expect(mismatches).toHaveLength(1);
    expect(mismatches[0]?.message).toContain(`"${stage.server.issuer}"`);
    expect(mismatches[0]?.message).toContain(`"${stage.server.issuer}/"`);
  });

  it('say at once that a key set is not usable, although the one at hand still is', async () => {
    const stage = await openWarmStage();
    const warnings = watchWarnings();
    stage.server.publish('{"keys":[]}');
    await refresh(stage);
    stage.clock.advance(10);
    await stage.ask(stage.token());
    await stage.calm();
    expect(warnings.map(({ code }) => code)).toEqual(['VERIFIER_KEY_SET_INVALID']);
    expect(stage.keyStats()).toMatchObject({ state: 'due', failures: 2 });
  });

  it('suspect the clocks once, where tokens are not valid yet', async () => {
    const stage = await openWarmStage();
    const warnings = watchWarnings();
    for (let count = 0; count < 3; count += 1) await stage.ask(stage.token(stage.key, { nbf: 3_000_000_000 }));
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
