import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

/** One value of a metric. */
export interface MetricPoint {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** A meter provider whose metrics a test reads. */
export interface TestMeter {
  readonly meterProvider: MeterProvider;
  /** Collects the metrics. */
  read(): Promise<MetricPoint[]>;
  close(): Promise<void>;
}

/** Creates a meter provider that exports to memory. */
export function createTestMeter(): TestMeter {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6, exportTimeoutMillis: 1e5 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    meterProvider,
    read: async () => {
      exporter.reset();
      await reader.forceFlush();
      const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
      return metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({ metric: name, unit, attributes, value })),
      );
    },
    close: () => meterProvider.shutdown(),
  };
}
