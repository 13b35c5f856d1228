import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { KeyStats, Verifier, VerifierStats } from '@verifier/core';
import { attributeNames, otherIssuer } from './attributes.ts';
import { type Metric, type StatsMetric, statsMetrics } from './metrics.ts';

/** Adds one value to a metric. Values with equal attributes are summed. */
type Add = (metric: StatsMetric, value: number, attributes?: Attributes) => void;

/**
 * Reads the metrics of a verifier from its statistics, once for each collection.
 *
 * @returns A function that ends it.
 */
export function observeStats(meter: Meter, verifier: Verifier, name: string): () => void {
  const instruments = createInstruments(meter);
  // A resolver's issuers are not known yet: they are tenants, whose number has no bound.
  const configured = new Set(Object.keys(verifier.stats().issuers));
  const observe = (result: BatchObservableResult): void => {
    for (const { metric, value, attributes } of sumsOf(verifier.stats(), configured)) {
      result.observe(instruments[metric], value, { [attributeNames.name]: name, ...attributes });
    }
  };
  const observables = Object.values(instruments);
  meter.addBatchObservableCallback(observe, observables);
  return () => meter.removeBatchObservableCallback(observe, observables);
}

function createInstruments(meter: Meter): Record<StatsMetric, Observable> {
  const entries = Object.entries(statsMetrics).map(([name, metric]) => [name, createInstrument(meter, name, metric)]);
  return Object.fromEntries(entries) as Record<StatsMetric, Observable>;
}

function createInstrument(meter: Meter, name: string, { kind, unit, description }: Metric): Observable {
  if (kind === 'counter') return meter.createObservableCounter(name, { unit, description });
  if (kind === 'updown') return meter.createObservableUpDownCounter(name, { unit, description });
  return meter.createObservableGauge(name, { unit, description });
}

interface Sum {
  readonly metric: StatsMetric;
  readonly attributes: Attributes;
  value: number;
}

function sumsOf(stats: VerifierStats, configured: ReadonlySet<string>): Iterable<Sum> {
  const sums = new Map<string, Sum>();
  const add: Add = (metric, value, attributes = {}) => {
    const key = `${metric} ${Object.values(attributes).join(' ')}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { metric, value, attributes });
    // The oldest key set of many tenants tells the operator more than the sum of all ages.
    else sum.value = statsMetrics[metric].kind === 'gauge' ? Math.max(sum.value, value) : sum.value + value;
  };
  addTokens(stats, add);
  for (const [issuer, keys] of Object.entries(stats.issuers)) {
    addIssuer(configured.has(issuer) ? issuer : otherIssuer, keys, add);
  }
  return sums.values();
}

function addTokens(stats: VerifierStats, add: Add): void {
  const { tokenCache } = stats;
  add('verifier.authentications', stats.verified);
  for (const [code, count] of Object.entries(stats.refused)) {
    add('verifier.authentications', count, { [attributeNames.error]: code });
  }
  add('verifier.cold_waits', stats.coldWaits);
  add('verifier.signature_checks.waiting', stats.waitingChecks);
  add('verifier.token_cache.lookups', tokenCache.hits, { [attributeNames.result]: 'hit' });
  add('verifier.token_cache.lookups', tokenCache.misses, { [attributeNames.result]: 'miss' });
  add('verifier.token_cache.entries', tokenCache.entries);
  add('verifier.token_cache.limit', tokenCache.maxEntries);
  for (const [kind, count] of Object.entries(stats.fetchFailures)) {
    if (count !== undefined) add('verifier.fetch.failures', count, { [attributeNames.error]: kind });
  }
}

function addIssuer(issuer: string, keys: KeyStats, add: Add): void {
  const attributes = { [attributeNames.issuer]: issuer };
  if (keys.age !== null) add('verifier.key_set.age', keys.age, attributes);
  if (keys.keySetLife !== null) add('verifier.key_set.life', keys.keySetLife, attributes);
  add('verifier.key_set.keys', keys.keys, attributes);
  add('verifier.outage', keys.outage ? 1 : 0, attributes);
  addDocument('keys', keys, attributes, add);
  if (keys.metadata !== null) addDocument('metadata', keys.metadata, attributes, add);
}

type DocumentCounts = Pick<KeyStats, 'contactsSaved' | 'failures' | 'refreshes'>;

function addDocument(document: 'keys' | 'metadata', counts: DocumentCounts, issuer: Attributes, add: Add): void {
  const withResult = (result: string): Attributes => ({
    ...issuer,
    [attributeNames.document]: document,
    [attributeNames.result]: result,
  });
  add('verifier.key_set.refreshes', counts.refreshes, withResult('success'));
  add('verifier.key_set.refreshes', counts.failures, withResult('failure'));
  add('verifier.key_set.lookups', counts.contactsSaved, withResult('hit'));
  add('verifier.key_set.lookups', counts.refreshes + counts.failures, withResult('miss'));
}
