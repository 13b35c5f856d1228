import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Verifier, VerifierStats } from '@verifier/core';
import { attributeNames } from './attributes.ts';
import { issuerPoints } from './issuer-points.ts';
import { type Metric, type StatsMetric, statsMetrics } from './metrics.ts';
import { OtherIssuers } from './other-issuers.ts';
import type { Point } from './point.ts';
import { tokenPoints } from './token-points.ts';

type Instruments = Readonly<Record<StatsMetric, Observable>>;

// An SDK would warn about a second instrument of the same name.
const instrumentsOf: WeakMap<Meter, Instruments> = new WeakMap();

/**
 * Reads the metrics of a verifier from its statistics, once for each collection.
 *
 * @returns A function that ends it.
 */
export function observeStats(meter: Meter, verifier: Pick<Verifier, 'stats'>, name: string): () => void {
  const instruments = instrumentsOf.get(meter) ?? createInstruments(meter);
  instrumentsOf.set(meter, instruments);
  const others = new OtherIssuers();
  const observe = (result: BatchObservableResult): void => {
    for (const { metric, value, attributes } of pointsOf(verifier.stats(), others)) {
      result.observe(instruments[metric], value, { [attributeNames.name]: name, ...attributes });
    }
  };
  const observables = Object.values(instruments);
  meter.addBatchObservableCallback(observe, observables);
  return () => meter.removeBatchObservableCallback(observe, observables);
}

function pointsOf(stats: VerifierStats, others: OtherIssuers): Point[] {
  const issuers = Object.entries(stats.issuers);
  const configured = issuers.filter(([, one]) => one.configured);
  return [
    ...tokenPoints(stats),
    ...configured.flatMap(([issuer, one]) => issuerPoints(issuer, one)),
    ...others.read(issuers.filter(([, one]) => !one.configured)),
  ];
}

function createInstruments(meter: Meter): Instruments {
  const entries = Object.entries(statsMetrics).map(([name, metric]) => [name, createInstrument(meter, name, metric)]);
  return Object.fromEntries(entries) as Instruments;
}

function createInstrument(meter: Meter, name: string, { kind, unit, description }: Metric): Observable {
  if (kind === 'counter') return meter.createObservableCounter(name, { unit, description });
  if (kind === 'updown') return meter.createObservableUpDownCounter(name, { unit, description });
  return meter.createObservableGauge(name, { unit, description });
}
