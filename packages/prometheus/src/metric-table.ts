import { fetchFailures, proofResults, refusals, results } from './counts.ts';
import type { IssuerTotals } from './issuer-totals.ts';
import { byLabel, durations, type Sample, single } from './sample.ts';
import type { VerifierSnapshot } from './snapshot-source.ts';

/** A published metric. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** The names of its labels, without `verifier` and `le`. */
  readonly labelNames: readonly string[];
  /** How `AggregatorRegistry` joins the values of the workers of a cluster; default `sum`. */
  readonly aggregator?: 'sum' | 'max' | 'min';
  readonly samples: (snapshot: VerifierSnapshot) => Sample[];
}

type PerIssuer = number | null | Readonly<Record<string, number>>;

/** Samples for each issuer: one value, or one for each result. Null is not published. */
function perIssuer(read: (totals: IssuerTotals) => PerIssuer): MetricDefinition['samples'] {
  return ({ issuers }) =>
    [...issuers].flatMap(([issuer, totals]) => {
      const value = read(totals);
      if (value === null) return [];
      return typeof value === 'number' ? [{ value, labels: { issuer } }] : byLabel('result', value, { issuer });
    });
}

const authentications: readonly MetricDefinition[] = [
  {
    name: 'verifier_authentications_total',
    type: 'counter',
    help: 'Accepted and refused tokens by result. A token that a route guard refuses counts as success and as invalid.',
    labelNames: ['result'],
    samples: ({ stats }) => byLabel('result', { ...results(stats) }),
  },
  {
    name: 'verifier_authentication_seconds',
    type: 'histogram',
    help: 'Duration of authentications. cached="true": tokens seen before, of which one in 64 is measured.',
    labelNames: ['cached'],
    samples: ({ stats: { authentications } }) => [
      ...durations('verifier_authentication_seconds', authentications.cached, { cached: 'true' }),
      ...durations('verifier_authentication_seconds', authentications.uncached, { cached: 'false' }),
    ],
  },
  {
    name: 'verifier_refused_total',
    type: 'counter',
    help: 'Refused tokens by error code.',
    labelNames: ['code'],
    samples: ({ stats }) => byLabel('code', refusals(stats)),
  },
  {
    name: 'verifier_signature_check_seconds',
    type: 'histogram',
    help: 'Duration of signature checks, the wait for a pool thread included. One in 16 is measured.',
    labelNames: [],
    samples: ({ stats }) => durations('verifier_signature_check_seconds', stats.signatureChecks),
  },
  {
    name: 'verifier_waiting_signature_checks',
    type: 'gauge',
    help: 'Signature checks that wait for a pool thread.',
    labelNames: [],
    samples: ({ stats }) => single(stats.waitingChecks),
  },
  {
    name: 'verifier_cold_waits_total',
    type: 'counter',
    help: 'Tokens that waited for a fetch.',
    labelNames: [],
    samples: ({ stats }) => single(stats.coldWaits),
  },
];

const proofs: readonly MetricDefinition[] = [
  {
    name: 'verifier_dpop_proofs_total',
    type: 'counter',
    help: 'DPoP proofs by result; verifier_refused_total has the codes.',
    labelNames: ['result'],
    samples: ({ stats }) => byLabel('result', proofResults(stats)),
  },
  {
    name: 'verifier_replay_claims_total',
    type: 'counter',
    help: 'Identifiers of DPoP proofs by answer of the replay store. error: no answer in time.',
    labelNames: ['result'],
    samples: ({
      stats: {
        proofs: { replay },
      },
    }) => byLabel('result', { first: replay.first, repeated: replay.repeated, error: replay.failed }),
  },
];

const fetches: readonly MetricDefinition[] = [
  {
    name: 'verifier_fetch_seconds',
    type: 'histogram',
    help: 'Duration of fetches of metadata and key sets, failed ones included.',
    labelNames: [],
    samples: ({ stats }) => durations('verifier_fetch_seconds', stats.fetches),
  },
  {
    name: 'verifier_fetch_failures_total',
    type: 'counter',
    help: 'Failed fetches by kind.',
    labelNames: ['kind'],
    samples: ({ stats }) => byLabel('kind', fetchFailures(stats)),
  },
];

const tokenCache: readonly MetricDefinition[] = [
  {
    name: 'verifier_token_cache_lookups_total',
    type: 'counter',
    help: 'Look-ups of tokens in the token cache by result.',
    labelNames: ['result'],
    samples: ({ stats: { tokenCache } }) => byLabel('result', { hit: tokenCache.hits, miss: tokenCache.misses }),
  },
  {
    name: 'verifier_token_cache_entries',
    type: 'gauge',
    help: 'Cached tokens of all verifiers of the process.',
    labelNames: [],
    samples: ({ stats }) => single(stats.tokenCache.entries),
  },
  {
    name: 'verifier_token_cache_max_entries',
    type: 'gauge',
    help: 'Maximum number of cached tokens.',
    labelNames: [],
    samples: ({ stats }) => single(stats.tokenCache.maxEntries),
  },
];

const keySets: readonly MetricDefinition[] = [
  {
    name: 'verifier_key_set_age_seconds',
    type: 'gauge',
    help: 'Time since the key set was fetched or confirmed.',
    labelNames: ['issuer'],
    aggregator: 'max',
    samples: perIssuer(({ age }) => age),
  },
  {
    name: 'verifier_key_set_life_seconds',
    type: 'gauge',
    help: 'Cache life of the key set.',
    labelNames: ['issuer'],
    aggregator: 'max',
    samples: perIssuer(({ life }) => life),
  },
  {
    name: 'verifier_key_set_keys',
    type: 'gauge',
    help: 'Usable keys in the key set.',
    labelNames: ['issuer'],
    aggregator: 'min',
    samples: perIssuer(({ keys }) => keys),
  },
  {
    name: 'verifier_key_set_refreshes_total',
    type: 'counter',
    help: 'Fetches of the key set by result.',
    labelNames: ['issuer', 'result'],
    samples: perIssuer(({ counters }) => ({ success: counters.keySetRefreshes, failure: counters.keySetFailures })),
  },
  {
    name: 'verifier_key_set_lookups_total',
    type: 'counter',
    help: 'Uses of the key set. hit: look-ups that needed no fetch. miss: fetches, also those in the background.',
    labelNames: ['issuer', 'result'],
    samples: perIssuer(({ counters }) => ({
      hit: counters.keySetHits,
      miss: counters.keySetRefreshes + counters.keySetFailures,
    })),
  },
  {
    name: 'verifier_metadata_lookups_total',
    type: 'counter',
    help: 'Uses of the metadata. hit: look-ups that needed no fetch. miss: fetches, also those in the background.',
    labelNames: ['issuer', 'result'],
    samples: perIssuer(({ counters }) => ({ hit: counters.metadataHits, miss: counters.metadataFetches })),
  },
  {
    name: 'verifier_outage',
    type: 'gauge',
    help: '1 while the key set cannot be fetched; for issuer="other" the number of such issuers.',
    labelNames: ['issuer'],
    aggregator: 'max',
    samples: perIssuer(({ outages }) => outages),
  },
];

/** Every published metric, in the order of docs/observability.md. */
export const metricTable: readonly MetricDefinition[] = [
  ...authentications,
  ...proofs,
  ...fetches,
  ...tokenCache,
  ...keySets,
];
