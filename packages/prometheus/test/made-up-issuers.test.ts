import { createVerifier } from '@verifier/core';
import { Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { collectVerifierMetrics } from '../src/index.ts';
import { resolveTenant, tenantToken } from './support/local-tenants.ts';
import { readSamples, sampleValue } from './support/read-samples.ts';

const ofOther = { issuer: 'other', result: 'hit' };

function seriesIn(text: string): Set<string> {
  return new Set(readSamples(text).map(({ name, labels }) => JSON.stringify([name, labels])));
}

it('[METRICS-BOUNDED] 10,000 made-up issuers of a resolver, half of them with a valid signature, add no label', async () => {
  const register = new Registry();
  const verifier = createVerifier({ issuers: resolveTenant });
  onTestFinished(() => verifier.close());
  collectVerifierMetrics(verifier, { register });
  await verifier.verify(tenantToken('tenant-known'));
  const first = await register.metrics();
  expect(verifier.stats().issuers).toHaveProperty(['https://tenant-known.example', 'configured'], false);
  let hits = sampleValue(first, 'verifier_key_set_lookups_total', ofOther) ?? 0;
  for (let round = 0; round < 10; round += 1) {
    const tokens = Array.from({ length: 1000 }, (_, index) => tenantToken(`tenant-${round}-${index}`, index % 2 === 1));
    await verifier.verifyAll(tokens);
    const text = await register.metrics();
    const now = sampleValue(text, 'verifier_key_set_lookups_total', ofOther) ?? 0;
    expect(now).toBeGreaterThanOrEqual(hits);
    hits = now;
  }
  const text = await register.metrics();
  expect(seriesIn(text)).toEqual(seriesIn(first));
  expect(text).not.toContain('tenant-');
  expect(Object.keys(verifier.stats().issuers).length).toBeLessThanOrEqual(128);
  expect(sampleValue(text, 'verifier_refused_total', { code: 'ERR_SIGNATURE_INVALID' })).toBe(5000);
  expect(sampleValue(text, 'verifier_authentications_total', { result: 'success' })).toBe(5001);
}, 60_000);
