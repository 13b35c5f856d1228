import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { type Verifier, version } from '@verifier/core';
import { describeAuthentications } from './describe-authentications.ts';
import { IssuerNames } from './issuer-names.ts';
import { Leases } from './leases.ts';
import { observeStats } from './observe-stats.ts';
import { recordDurations } from './record-durations.ts';
import { traceFetches } from './trace-fetches.ts';

/** Options of {@link instrumentVerifier}. */
export interface InstrumentationOptions {
  /**
   * The attribute `verifier.name` of the metrics. Give each of several verifiers a name of its own.
   *
   * @default 'default'
   */
  readonly name?: string;
  /** Receives the metrics. By default the global provider, which must be registered before. */
  readonly meterProvider?: MeterProvider;
  /** Receives the spans of fetches. By default the global provider. */
  readonly tracerProvider?: TracerProvider;
}

/** The telemetry of one verifier. */
export interface VerifierInstrumentation {
  /** Ends the telemetry. What other verifiers share with this one continues. May be called more than once. */
  disable(): void;
}

const scope = '@verifier/opentelemetry';
const issuers = new IssuerNames();
const shared = new Leases();
const namesInUse: WeakMap<MeterProvider, Set<string>> = new WeakMap();

/**
 * Reports a verifier to OpenTelemetry: metrics, attributes on the span of each request, and spans of fetches. Durations,
 * attributes and spans include every verifier of the process; they exist while one is instrumented.
 *
 * @throws TypeError if another verifier has the same name.
 *
 * @example
 * ```ts
 * import { createVerifier } from '@verifier/core';
 * import { instrumentVerifier } from '@verifier/opentelemetry';
 *
 * const verifier = createVerifier({ issuer: 'https://example.okta.com/oauth2/default', audience: 'api://default' });
 * const telemetry = instrumentVerifier(verifier);
 *
 * telemetry.disable(); // before the verifier is closed
 * ```
 */
export function instrumentVerifier(verifier: Verifier, options: InstrumentationOptions = {}): VerifierInstrumentation {
  const {
    name = 'default',
    meterProvider = metrics.getMeterProvider(),
    tracerProvider = trace.getTracerProvider(),
  } = options;
  const meter = meterProvider.getMeter(scope, version);
  const tracer = tracerProvider.getTracer(scope, version);
  const ends = [
    reserveName(meterProvider, name),
    issuers.add(Object.keys(verifier.stats().issuers)),
    observeStats(meter, verifier, name),
    shared.acquire(meterProvider, () => recordDurations(meter, issuers)),
    shared.acquire(tracerProvider, () => traceFetches(tracer, issuers)),
    shared.acquire(describeAuthentications, describeAuthentications),
  ];
  return {
    disable: () => {
      for (const end of ends.splice(0)) end();
    },
  };
}

function reserveName(provider: MeterProvider, name: string): () => void {
  const names = namesInUse.get(provider) ?? new Set();
  if (names.has(name)) {
    throw new TypeError(`Another verifier is instrumented as ${JSON.stringify(name)}: give each one a \`name\``);
  }
  namesInUse.set(provider, names.add(name));
  return () => names.delete(name);
}
