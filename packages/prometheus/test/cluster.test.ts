import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AggregatorRegistry, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { collectVerifierMetrics } from '../src/index.ts';
import { metricTable } from '../src/metric-table.ts';
import { FakeVerifier, issuerStats, timing } from './support/fake-verifier.ts';
import { readSamples, sampleValue } from './support/read-samples.ts';

const issuer = 'https://issuer.example';
const primary = fileURLToPath(new URL('children/cluster-primary.ts', import.meta.url));

async function metricsOf(verifier: FakeVerifier): Promise<object[]> {
  const register = new Registry();
  collectVerifierMetrics(verifier, { register });
  // As between processes: plain JSON.
  return JSON.parse(JSON.stringify(await register.getMetricsAsJSON()));
}

describe('a cluster', () => {
  it('[METRICS-CLUSTER] publishes the metrics of its workers once', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [primary], { timeout: 15_000 });
    expect(stderr).toBe('');
    const names = new Set(readSamples(stdout).map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    const unloaded = ['verifier_key_set_age_seconds', 'verifier_key_set_life_seconds'];
    expect([...names].sort()).toEqual(
      metricTable
        .map(({ name }) => name)
        .filter((name) => !unloaded.includes(name))
        .sort(),
    );
    const labels = { verifier: 'default' };
    expect(sampleValue(stdout, 'verifier_refused_total', { ...labels, code: 'ERR_CREDENTIALS_MISSING' })).toBe(3);
    expect(sampleValue(stdout, 'verifier_outage', { ...labels, issuer })).toBe(0);
    expect(sampleValue(stdout, 'verifier_token_cache_max_entries', labels)).toBe(10_000);
  });

  it('[METRICS-CLUSTER] shows the worst key set, the sum of counts, and joined histograms', async () => {
    const workers = [
      new FakeVerifier({
        issuers: { [issuer]: issuerStats({ keys: 2, age: 10, keySetLife: 600, outage: false }) },
        fetches: timing(0.05),
        waitingChecks: 2,
        coldWaits: 1,
      }),
      new FakeVerifier({
        issuers: { [issuer]: issuerStats({ keys: 1, age: 900, keySetLife: 600, outage: true }) },
        fetches: timing(0.05, 0.5, 9),
        waitingChecks: 3,
        coldWaits: 4,
      }),
    ];
    const text = await AggregatorRegistry.aggregate(await Promise.all(workers.map(metricsOf))).metrics();
    expect(sampleValue(text, 'verifier_key_set_age_seconds', { issuer })).toBe(900);
    expect(sampleValue(text, 'verifier_key_set_keys', { issuer })).toBe(1);
    expect(sampleValue(text, 'verifier_outage', { issuer })).toBe(1);
    expect(sampleValue(text, 'verifier_waiting_signature_checks')).toBe(5);
    expect(sampleValue(text, 'verifier_cold_waits_total')).toBe(5);
    expect(sampleValue(text, 'verifier_fetch_seconds_bucket', { le: '0.1' })).toBe(2);
    expect(sampleValue(text, 'verifier_fetch_seconds_bucket', { le: '+Inf' })).toBe(4);
    expect(sampleValue(text, 'verifier_fetch_seconds_count')).toBe(4);
  });
});
