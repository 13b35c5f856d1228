// Starts an SDK with the instrumentations of http and undici, and reports what it exported.
import { register } from 'node:module';
import { metrics } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import {
  InMemorySpanExporter as InMemorySpanExporter2,
  NodeTracerProvider,
  SimpleSpanProcessor as SimpleSpanProcessor2,
} from '@opentelemetry/sdk-trace-node';

/** An exported span. */
export interface ReportedSpan {
  readonly id: string;
  readonly parent: string | undefined;
  readonly trace: string;
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One value of a metric. */
export interface ReportedPoint {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** Everything that was exported so far. */
export interface Report {
  readonly spans: readonly ReportedSpan[];
  readonly points: readonly ReportedPoint[];
}

/** The major version of the SDK for traces. */
export type Sdk = '2' | '3';

// Without it, the instrumentation of http sees no ES module.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

/** Starts the SDK. Returns a function that reports. */
export function startSdk(sdk: Sdk): () => Promise<Report> {
  const instrumentations: Instrumentations = [new HttpInstrumentation(), new UndiciInstrumentation()];
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6, exportTimeoutMillis: 1e5 });
  const spans = sdk === '3' ? startSdk3(reader, instrumentations) : startSdk2(reader, instrumentations);
  return async () => {
    await reader.forceFlush();
    return { spans: spans().map(reportSpan), points: exporter.getMetrics().slice(-1).flatMap(reportPoints) };
  };
}

type Instrumentations = [HttpInstrumentation, UndiciInstrumentation];

function startSdk3(reader: PeriodicExportingMetricReader, instrumentations: Instrumentations): () => SpanLike[] {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  new NodeSDK({ spanProcessors, metricReaders: [reader], instrumentations }).start();
  return () => exporter.getFinishedSpans();
}

function startSdk2(reader: PeriodicExportingMetricReader, instrumentations: Instrumentations): () => SpanLike[] {
  const exporter = new InMemorySpanExporter2();
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor2(exporter)] }).register();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  registerInstrumentations({ instrumentations });
  return () => exporter.getFinishedSpans();
}

type SpanLike =
  | ReturnType<InMemorySpanExporter['getFinishedSpans']>[number]
  | ReturnType<InMemorySpanExporter2['getFinishedSpans']>[number];

function reportSpan(span: SpanLike): ReportedSpan {
  const { spanId: id, traceId: trace } = span.spanContext();
  const { name, kind, status, attributes, parentSpanContext } = span;
  return { id, parent: parentSpanContext?.spanId, trace, name, kind, status: status.code, attributes };
}

function reportPoints({ scopeMetrics }: ReturnType<InMemoryMetricExporter['getMetrics']>[number]): ReportedPoint[] {
  return scopeMetrics
    .flatMap(({ metrics: all }) => all)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => {
        return { metric: descriptor.name, unit: descriptor.unit, attributes, value };
      }),
    );
}
