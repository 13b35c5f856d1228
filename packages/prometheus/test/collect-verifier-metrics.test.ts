import { withPollution } from '@verifier/conformance';
import { isConfigurationError } from '@verifier/core';
import { Counter, register as globalRegistry, type OpenMetricsContentType, Registry } from 'prom-client';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { collectVerifierMetrics } from '../src/index.ts';
import { metricTable } from '../src/metric-table.ts';
import { FakeVerifier, issuerStats, timing } from './support/fake-verifier.ts';
import { readSamples, sampleValue } from './support/read-samples.ts';

const issuer = 'https://issuer.example';

let register: Registry;

beforeEach(() => {
  register = new Registry();
});

function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    if (isConfigurationError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const busy = {
  verified: 7,
  refused: { ERR_TOKEN_EXPIRED: 2, ERR_SIGNATURE_INVALID: 3, ERR_SCOPE_INSUFFICIENT: 1, ERR_KEY_SET_UNAVAILABLE: 4 },
  issuers: { [issuer]: issuerStats({ outage: true }) },
  fetches: timing(0.02, 0.5),
  fetchFailures: { timeout: 1, status: 2 },
  signatureChecks: timing(0.0005),
  authentications: { cached: timing(0.000007, 0.000008), uncached: timing(0.0006, 2) },
  coldWaits: 5,
  waitingChecks: 6,
  proofs: {
    accepted: 11,
    refused: { ERR_PROOF_TIME: 3, ERR_BINDING_MISMATCH: 1, ERR_REPLAY_STORE_UNAVAILABLE: 2 },
    replay: { first: 12, repeated: 3, failed: 2 },
  },
  tokenCache: { hits: 8, misses: 2, hitRate: 0.8, entries: 9, maxEntries: 5000 },
};

describe('the published values', () => {
  let text: string;

  beforeEach(async () => {
    collectVerifierMetrics(new FakeVerifier(busy), { register });
    text = await register.metrics();
  });

  it.each([
    ['verifier_authentications_total', { result: 'success' }, 7],
    ['verifier_authentications_total', { result: 'expired' }, 2],
    ['verifier_authentications_total', { result: 'invalid' }, 4],
    ['verifier_authentications_total', { result: 'error' }, 4],
    ['verifier_refused_total', { code: 'ERR_SIGNATURE_INVALID' }, 3],
    ['verifier_refused_total', { code: 'ERR_AUDIENCE_MISMATCH' }, 0],
    ['verifier_fetch_failures_total', { kind: 'status' }, 2],
    ['verifier_fetch_failures_total', { kind: 'network' }, 0],
    ['verifier_dpop_proofs_total', { result: 'success' }, 11],
    ['verifier_dpop_proofs_total', { result: 'invalid' }, 4],
    ['verifier_dpop_proofs_total', { result: 'error' }, 2],
    ['verifier_replay_claims_total', { result: 'first' }, 12],
    ['verifier_replay_claims_total', { result: 'repeated' }, 3],
    ['verifier_replay_claims_total', { result: 'error' }, 2],
    ['verifier_cold_waits_total', {}, 5],
    ['verifier_waiting_signature_checks', {}, 6],
    ['verifier_token_cache_lookups_total', { result: 'hit' }, 8],
    ['verifier_token_cache_lookups_total', { result: 'miss' }, 2],
    ['verifier_token_cache_entries', {}, 9],
    ['verifier_token_cache_max_entries', {}, 5000],
    ['verifier_key_set_age_seconds', { issuer }, 30],
    ['verifier_key_set_life_seconds', { issuer }, 600],
    ['verifier_key_set_keys', { issuer }, 1],
    ['verifier_key_set_refreshes_total', { issuer, result: 'success' }, 2],
    ['verifier_key_set_refreshes_total', { issuer, result: 'failure' }, 1],
    ['verifier_key_set_lookups_total', { issuer, result: 'hit' }, 40],
    ['verifier_key_set_lookups_total', { issuer, result: 'miss' }, 3],
    ['verifier_metadata_lookups_total', { issuer, result: 'hit' }, 3],
    ['verifier_metadata_lookups_total', { issuer, result: 'miss' }, 1],
    ['verifier_outage', { issuer }, 1],
    ['verifier_authentication_seconds_bucket', { cached: 'true', le: '0.00001' }, 2],
    ['verifier_authentication_seconds_bucket', { cached: 'false', le: '0.00001' }, 0],
    ['verifier_authentication_seconds_bucket', { cached: 'false', le: '1' }, 1],
    ['verifier_authentication_seconds_bucket', { cached: 'false', le: '+Inf' }, 2],
    ['verifier_authentication_seconds_sum', { cached: 'false' }, 2.0006],
    ['verifier_authentication_seconds_count', { cached: 'true' }, 2],
    ['verifier_fetch_seconds_bucket', { le: '0.1' }, 1],
    ['verifier_fetch_seconds_count', {}, 2],
    ['verifier_signature_check_seconds_count', {}, 1],
  ])('[METRICS-VALUES] %s %o is %d', (name, labels, value) => {
    expect(sampleValue(text, name, { verifier: 'default', ...labels })).toBeCloseTo(value);
  });

  it('[METRICS-VALUES] every metric has its help and type, and its documented labels only', () => {
    for (const { name, help, type, labelNames } of metricTable) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
      const own = readSamples(text).filter((sample) => sample.name.replace(/_(bucket|sum|count)$/, '') === name);
      expect(own.length, name).toBeGreaterThan(0);
      const names = new Set(own.flatMap(({ labels }) => Object.keys(labels)));
      expect([...names].filter((label) => label !== 'le').sort(), name).toEqual([...labelNames, 'verifier'].sort());
    }
  });

  it('[METRICS-VALUES] a key set that is not loaded has no age and no life', async () => {
    const absent = issuerStats({ state: 'absent', age: null, keySetLife: null, keys: 0, metadata: null });
    collectVerifierMetrics(new FakeVerifier({ issuers: { [issuer]: absent } }), { register, name: 'cold' });
    const later = await register.metrics();
    expect(sampleValue(later, 'verifier_key_set_age_seconds', { verifier: 'cold' })).toBeUndefined();
    expect(sampleValue(later, 'verifier_key_set_life_seconds', { verifier: 'cold' })).toBeUndefined();
    expect(sampleValue(later, 'verifier_key_set_keys', { verifier: 'cold' })).toBe(0);
    expect(sampleValue(later, 'verifier_metadata_lookups_total', { verifier: 'cold', result: 'miss' })).toBe(0);
  });
});

describe('a scrape', () => {
  it('[METRICS-SCRAPE] reads each verifier once, and nothing reads it between scrapes', async () => {
    const verifiers = [new FakeVerifier(), new FakeVerifier()] as const;
    collectVerifierMetrics(verifiers[0], { register });
    collectVerifierMetrics(verifiers[1], { register, name: 'other' });
    expect(verifiers.map(({ reads }) => reads)).toEqual([0, 0]);
    await register.metrics();
    expect(verifiers.map(({ reads }) => reads)).toEqual([1, 1]);
    await register.getMetricsAsJSON();
    expect(verifiers.map(({ reads }) => reads)).toEqual([2, 2]);
  });

  it('[METRICS-SCRAPE] publishes the values of its moment', async () => {
    const verifier = new FakeVerifier({ verified: 1 });
    collectVerifierMetrics(verifier, { register });
    await register.metrics();
    verifier.current = { ...verifier.current, verified: 2 };
    const text = await register.metrics();
    expect(sampleValue(text, 'verifier_authentications_total', { result: 'success' })).toBe(2);
  });

  it('[METRICS-SCRAPE] resetMetrics of the registry leaves the counters of the verifier as they are', async () => {
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 3 }), { register });
    register.resetMetrics();
    expect(sampleValue(await register.metrics(), 'verifier_cold_waits_total')).toBe(3);
  });
});

describe('several verifiers', () => {
  it('[METRICS-VERIFIERS] have one metric with a label each', async () => {
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 1 }), { register, name: 'orders' });
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 2 }), { register, name: 'admin "2"\n' });
    const text = await register.metrics();
    expect(text.match(/# TYPE verifier_cold_waits_total counter/g)).toHaveLength(1);
    expect(sampleValue(text, 'verifier_cold_waits_total', { verifier: 'orders' })).toBe(1);
    expect(sampleValue(text, 'verifier_cold_waits_total', { verifier: String.raw`admin \"2\"\n` })).toBe(2);
  });

  it('[METRICS-VERIFIERS] with one name are an error that says what to write', async () => {
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 1 }), { register });
    const { message } = thrownBy(() => collectVerifierMetrics(new FakeVerifier(), { register }));
    expect(message).toMatch(/"default" is already published in this registry.*name: 'orders'/);
    expect(sampleValue(await register.metrics(), 'verifier_cold_waits_total')).toBe(1);
  });

  it('[METRICS-VERIFIERS] with one name in two registries are none', async () => {
    const another = new Registry();
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 1 }), { register });
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 2 }), { register: another });
    expect(sampleValue(await another.metrics(), 'verifier_cold_waits_total')).toBe(2);
  });

  it('[METRICS-VERIFIERS] close() removes one, and the metrics with the last one', async () => {
    const first = collectVerifierMetrics(new FakeVerifier(), { register, name: 'first' });
    const second = collectVerifierMetrics(new FakeVerifier(), { register, name: 'second' });
    first.close();
    first.close();
    expect([...new Set(readSamples(await register.metrics()).map(({ labels }) => labels['verifier']))]).toEqual([
      'second',
    ]);
    second.close();
    expect(register.getMetricsAsArray()).toEqual([]);
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 4 }), { register, name: 'first' });
    first.close();
    expect(sampleValue(await register.metrics(), 'verifier_cold_waits_total', { verifier: 'first' })).toBe(4);
  });

  it('[METRICS-VERIFIERS] are published again after the registry was cleared', async () => {
    collectVerifierMetrics(new FakeVerifier(), { register });
    register.clear();
    collectVerifierMetrics(new FakeVerifier({ coldWaits: 2 }), { register });
    expect(sampleValue(await register.metrics(), 'verifier_cold_waits_total')).toBe(2);
  });
});

describe('the registry', () => {
  it('[METRICS-REGISTRY] is the global one by default', async () => {
    const metrics = collectVerifierMetrics(new FakeVerifier({ coldWaits: 1 }));
    onTestFinished(() => metrics.close());
    expect(sampleValue(await globalRegistry.metrics(), 'verifier_cold_waits_total', { verifier: 'default' })).toBe(1);
  });

  it('[METRICS-REGISTRY] adds its default labels', async () => {
    register.setDefaultLabels({ region: 'eu' });
    collectVerifierMetrics(new FakeVerifier(), { register });
    for (const { labels } of readSamples(await register.metrics())) expect(labels['region']).toBe('eu');
    const [first] = await register.getMetricsAsJSON();
    expect(first?.values[0]?.labels).toMatchObject({ region: 'eu', verifier: 'default' });
  });

  it('[METRICS-REGISTRY] writes OpenMetrics', async () => {
    const openMetrics = new Registry<OpenMetricsContentType>();
    openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    collectVerifierMetrics(new FakeVerifier(busy), { register: openMetrics });
    for (const text of [await openMetrics.metrics(), await openMetrics.metrics()]) {
      expect(text).toContain('# TYPE verifier_refused counter\n');
      expect(text).toContain('verifier_refused_total{verifier="default",code="ERR_SIGNATURE_INVALID"} 3\n');
      expect(text).toContain('verifier_fetch_seconds_bucket{verifier="default",le="+Inf"} 2\n');
      expect(text).toMatch(/\n# EOF\n$/);
    }
  });

  it('[METRICS-REGISTRY] contains another metric of one of the names: an error, and nothing is registered', () => {
    const other = new Counter({ name: 'verifier_cold_waits_total', help: 'Another.', registers: [register] });
    const { message } = thrownBy(() => collectVerifierMetrics(new FakeVerifier(), { register }));
    expect(message).toContain('verifier_cold_waits_total');
    expect(register.getMetricsAsArray()).toEqual([other]);
  });
});

describe('options', () => {
  it.each([
    ['name', 'polluted'],
    ['register', {}],
  ])('[OPTIONS-OWN] are not read from Object.prototype: %s', async (name, value) => {
    const text = await withPollution([name, value], async () => {
      const metrics = collectVerifierMetrics(new FakeVerifier(), name === 'name' ? { register } : {});
      onTestFinished(() => metrics.close());
      return (name === 'name' ? register : globalRegistry).metrics();
    });
    expect(new Set(readSamples(text).map(({ labels }) => labels['verifier']))).toEqual(new Set(['default']));
  });
});

describe('a wrong argument', () => {
  it.each([
    [
      'an unknown option',
      () => collectVerifierMetrics(new FakeVerifier(), { registry: register } as object),
      'registry',
    ],
    ['an empty name', () => collectVerifierMetrics(new FakeVerifier(), { register, name: '' }), 'name'],
    ['no verifier', () => collectVerifierMetrics({} as FakeVerifier, { register }), 'verifier'],
  ])('[METRICS-REGISTRY] %s is an error', (_, call, name) => {
    expect(thrownBy(call).message).toContain(`"${name}"`);
    expect(register.getMetricsAsArray()).toEqual([]);
  });
});
