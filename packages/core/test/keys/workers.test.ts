import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { onThisThread } from '../fixtures/on-this-thread.ts';
import { bearerRequest } from '../fixtures/requests.ts';
import { createTestKey } from '../fixtures/test-key.ts';
import { openStage, openWarmStage, refusal, served, servedAtOnce } from './stage.ts';

// A runtime that lets no request await the promise of another, and has no timers between requests.
const runtime: Runtime = { ...onThisThread, sharesPromises: false, schedule: () => undefined };

describe('where requests may not wait for each other', () => {
  it('each cold request fetches for itself, and they share what has arrived', async () => {
    const stage = await openStage({ runtime });
    const answers = await Promise.all(Array.from({ length: 5 }, () => stage.ask(stage.token())));
    for (const answer of answers) served(answer);
    expect(stage.server.counts).toMatchObject({ keys: 5, metadata: 5 });
    servedAtOnce(stage.ask(stage.token()));
    expect(stage.server.counts.keys).toBe(5);
  });

  it('a background refresh is handed to waitUntil', async () => {
    const stage = await openWarmStage({ runtime });
    stage.clock.advance(530);
    const handed: Promise<unknown>[] = [];
    const request = { ...bearerRequest(stage.token()), waitUntil: (work: Promise<unknown>) => void handed.push(work) };
    servedAtOnce(stage.verifier.authenticate(request));
    servedAtOnce(stage.verifier.authenticate(request));
    expect(handed).toHaveLength(1);
    await Promise.all(handed);
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', refreshes: 2 });
  });

  it('a refresh that ended with its request is begun again by a later one', async () => {
    const stage = await openWarmStage({ runtime, http: { timeout: 0.2 } });
    stage.server.fail('keys', faults.silence, 1);
    stage.clock.advance(530);
    servedAtOnce(stage.ask(stage.token()));
    while (stage.server.counts.keys === 0) await delay(2);
    servedAtOnce(stage.ask(stage.token()));
    expect(stage.server.counts.keys).toBe(1);
    stage.clock.advance(2);
    servedAtOnce(stage.ask(stage.token()));
    await stage.calm();
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', refreshes: 2 });
  });

  it('a flood of unknown keys makes two fetches all the same', async () => {
    const stage = await openWarmStage({ runtime });
    const answers = await Promise.all(Array.from({ length: 200 }, () => refusal(stage.ask(stage.strayToken()))));
    expect(new Set(answers)).toEqual(new Set(['ERR_KEY_NOT_FOUND']));
    expect(stage.server.counts.keys).toBe(2);
  });

  it('the older of two answers never replaces the newer one', async () => {
    const stage = await openStage({ runtime });
    await stage.verifier.warmUp();
    stage.verifier.clear();
    stage.server.hasEtags = false;
    stage.server.resetCounts();
    stage.server.fail('keys', holdBody, 1);
    const slow = stage.ask(stage.token());
    while (stage.server.counts.keys === 0) await delay(2);
    const next = createTestKey('ES256');
    stage.server.publish({ keys: [next.jwk] });
    served(await stage.ask(stage.token(next)));
    expect(await refusal(slow)).toBe('ERR_KEY_NOT_FOUND');
    servedAtOnce(stage.ask(stage.token(next)));
    expect(stage.keyStats().keys).toBe(1);
  });

  it('asking whether it is ready starts nothing', async () => {
    const stage = await openStage({ runtime });
    expect(stage.verifier.ready()).toBe(false);
    await delay(20);
    expect(stage.server.counts).toMatchObject({ metadata: 0, keys: 0 });
  });
});

// The answer as it was when it was asked for, sent later.
const holdBody = faults.slow(0.15);
