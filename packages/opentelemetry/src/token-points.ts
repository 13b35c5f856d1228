import type { Attributes } from '@opentelemetry/api';
import type { VerifierStats } from '@verifier/core';
import { attributeNames } from './attributes.ts';
import type { StatsMetric } from './metrics.ts';
import type { Point } from './point.ts';

/** Returns what the statistics say about tokens. */
export function tokenPoints(stats: VerifierStats): Point[] {
  const { hits, misses, entries, maxEntries } = stats.tokenCache;
  return [
    { metric: 'verifier.authentications', value: stats.verified, attributes: {} },
    ...byError('verifier.authentications', stats.refused),
    { metric: 'verifier.cold_waits', value: stats.coldWaits, attributes: {} },
    { metric: 'verifier.signature_checks.waiting', value: stats.waitingChecks, attributes: {} },
    { metric: 'verifier.token_cache.lookups', value: hits, attributes: withResult('hit') },
    { metric: 'verifier.token_cache.lookups', value: misses, attributes: withResult('miss') },
    { metric: 'verifier.token_cache.entries', value: entries, attributes: {} },
    { metric: 'verifier.token_cache.limit', value: maxEntries, attributes: {} },
    ...proofPoints(stats.proofs),
    ...byError('verifier.fetch.failures', stats.fetchFailures),
  ];
}

function proofPoints({ accepted, refused, replay }: VerifierStats['proofs']): Point[] {
  return [
    { metric: 'verifier.dpop.proofs', value: accepted, attributes: {} },
    ...byError('verifier.dpop.proofs', refused),
    { metric: 'verifier.replay.claims', value: replay.first, attributes: withResult('first') },
    { metric: 'verifier.replay.claims', value: replay.repeated, attributes: withResult('repeated') },
    { metric: 'verifier.replay.claims', value: replay.failed, attributes: withResult('error') },
  ];
}

function byError(metric: StatsMetric, counts: Readonly<Partial<Record<string, number>>>): Point[] {
  return Object.entries(counts).map(([error, value = 0]) => {
    return { metric, value, attributes: { [attributeNames.error]: error } };
  });
}

function withResult(result: string): Attributes {
  return { [attributeNames.result]: result };
}
