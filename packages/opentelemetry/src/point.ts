import type { Attributes } from '@opentelemetry/api';
import type { StatsMetric } from './metrics.ts';

/** One value of a metric. */
export interface Point {
  readonly metric: StatsMetric;
  readonly value: number;
  readonly attributes: Attributes;
}
