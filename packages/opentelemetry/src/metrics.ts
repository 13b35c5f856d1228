/** The instruments of the OpenTelemetry API that the package uses. */
type MetricKind = 'counter' | 'gauge' | 'histogram' | 'updown';

/** One metric: its name is part of the public surface. */
export interface Metric {
  readonly kind: MetricKind;
  /** UCUM, as the semantic conventions of OpenTelemetry require. */
  readonly unit: string;
  readonly description: string;
}

/** The names of the metrics in {@link statsMetrics}. */
export type StatsMetric =
  | 'verifier.authentications'
  | 'verifier.cold_waits'
  | 'verifier.signature_checks.waiting'
  | 'verifier.token_cache.lookups'
  | 'verifier.token_cache.entries'
  | 'verifier.token_cache.limit'
  | 'verifier.dpop.proofs'
  | 'verifier.replay.claims'
  | 'verifier.fetch.failures'
  | 'verifier.key_set.age'
  | 'verifier.key_set.life'
  | 'verifier.key_set.keys'
  | 'verifier.key_set.refreshes'
  | 'verifier.key_set.lookups'
  | 'verifier.outage';

/** The names of the metrics in {@link recordedMetrics}. */
export type RecordedMetric = 'verifier.authentication.duration' | 'verifier.fetch.duration';

/** Metrics that are read from `verifier.stats()` when a reader collects; they cost a request nothing. */
export const statsMetrics: Readonly<Record<StatsMetric, Metric>> = {
  'verifier.authentications': {
    kind: 'counter',
    unit: '{authentication}',
    description: 'Tokens that were verified (without error.type) or refused.',
  },
  'verifier.cold_waits': { kind: 'counter', unit: '{token}', description: 'Tokens that waited for a fetch.' },
  'verifier.signature_checks.waiting': {
    kind: 'updown',
    unit: '{check}',
    description: 'Signature checks that wait for a thread of the pool.',
  },
  'verifier.token_cache.lookups': {
    kind: 'counter',
    unit: '{lookup}',
    description: 'Look-ups in the cache of verified tokens.',
  },
  'verifier.token_cache.entries': {
    kind: 'updown',
    unit: '{token}',
    description: 'Cached tokens of all verifiers of the process.',
  },
  'verifier.token_cache.limit': {
    kind: 'updown',
    unit: '{token}',
    description: 'Tokens that the cache can contain.',
  },
  'verifier.dpop.proofs': {
    kind: 'counter',
    unit: '{proof}',
    description: 'DPoP proofs that were accepted (without error.type) or refused.',
  },
  'verifier.replay.claims': {
    kind: 'counter',
    unit: '{claim}',
    description: 'Identifiers of DPoP proofs by answer of the replay store.',
  },
  'verifier.fetch.failures': { kind: 'counter', unit: '{fetch}', description: 'Failed fetches by kind of failure.' },
  'verifier.key_set.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Time since the key set was fetched or confirmed.',
  },
  'verifier.key_set.life': { kind: 'gauge', unit: 's', description: 'Cache life of the present key set.' },
  'verifier.key_set.keys': { kind: 'updown', unit: '{key}', description: 'Keys in memory.' },
  'verifier.key_set.refreshes': {
    kind: 'counter',
    unit: '{refresh}',
    description: 'Fetches that loaded or confirmed a document of the issuer, or failed.',
  },
  'verifier.key_set.lookups': {
    kind: 'counter',
    unit: '{lookup}',
    description: 'Look-ups in cached documents of the issuer; a miss causes a fetch.',
  },
  'verifier.outage': {
    kind: 'updown',
    unit: '{issuer}',
    description: 'Whether the keys of the issuer cannot be fetched: 1 during an outage.',
  },
};

/** Metrics that are recorded while the verifier works. */
export const recordedMetrics: Readonly<Record<RecordedMetric, Metric>> = {
  'verifier.authentication.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of authentications; the first 1,000 of each second are measured.',
  },
  'verifier.fetch.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of fetches of metadata and key sets, failed ones included.',
  },
};

/** Bounds in seconds. A cached token takes microseconds, so that the default bounds of OpenTelemetry show nothing. */
export const durationBoundaries: number[] = [
  0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
  5,
];
