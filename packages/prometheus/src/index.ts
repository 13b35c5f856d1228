export {
  collectVerifierMetrics,
  type VerifierMetrics,
  type VerifierMetricsOptions,
} from './collect-verifier-metrics.ts';
