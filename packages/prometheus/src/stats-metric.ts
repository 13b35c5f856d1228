import type { MetricDefinition } from './metric-table.ts';
import type { Sample } from './sample.ts';
import type { VerifierSnapshots } from './verifier-snapshots.ts';

/** The values of a metric, in the form that a registry reads. */
interface MetricValues {
  readonly name: string;
  readonly help: string;
  readonly type: MetricDefinition['type'];
  readonly aggregator: string;
  readonly values: readonly Sample[];
}

/**
 * A metric whose values are read from statistics. The classes of prom-client cannot be used: a `Histogram` cannot take
 * bucket counts over.
 */
export class StatsMetric {
  // Writable: a registry in OpenMetrics format renames its counters.
  name: string;
  readonly help: string;
  readonly type: MetricDefinition['type'];
  readonly aggregator: string;
  readonly verifierSnapshots: VerifierSnapshots;
  readonly #samples: MetricDefinition['samples'];

  constructor({ name, help, type, aggregator = 'sum', samples }: MetricDefinition, snapshots: VerifierSnapshots) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.aggregator = aggregator;
    this.verifierSnapshots = snapshots;
    this.#samples = samples;
  }

  /** Called by the registry, at each scrape. */
  async get(): Promise<MetricValues> {
    const { name, help, type, aggregator } = this;
    const values = this.verifierSnapshots
      .read()
      .flatMap(([verifier, snapshot]) => this.#samples(snapshot).map((sample) => labelled(sample, verifier)));
    return { name, help, type, aggregator, values };
  }

  /** Called by `resetMetrics()` of the registry. The counters belong to the verifier. */
  reset(): void {}
}

function labelled(sample: Sample, verifier: string): Sample {
  return { ...sample, labels: { verifier, ...sample.labels } };
}

/** The verifiers that a registered metric publishes, also one of another copy of this package; else undefined. */
export function snapshotsOf(metric: object | undefined): VerifierSnapshots | undefined {
  return metric !== undefined && 'verifierSnapshots' in metric ? (metric as StatsMetric).verifierSnapshots : undefined;
}
