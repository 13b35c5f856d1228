import { type MeterProvider, metrics, ProxyTracerProvider, type TracerProvider, trace } from '@opentelemetry/api';
import { ConfigurationError, copyOptions, type Verifier, version } from '@verifier/core';
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
const optionNames: readonly string[] = ['name', 'meterProvider', 'tracerProvider'];
const issuers = new IssuerNames();
const shared = new Leases();
const namesInUse: WeakMap<MeterProvider, Set<string>> = new WeakMap();

/**
 * Reports a verifier to OpenTelemetry: metrics, attributes on the span of each request, and spans of fetches. Durations,
 * attributes and spans include every verifier of the process; they exist while one is instrumented.
 *
 * @throws ConfigurationError if another verifier has the same name, or an option is wrong.
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
export function instrumentVerifier(
  verifier: Pick<Verifier, 'stats'>,
  options: InstrumentationOptions = {},
): VerifierInstrumentation {
  const { name, meterProvider, tracerProvider } = validate(verifier, options);
  const ends = [
    reserveName(meterProvider, name),
    ...startMetrics(verifier, name, meterProvider),
    ...(hasSdk(tracerProvider) ? startTraces(tracerProvider) : []),
  ];
  return {
    disable: () => {
      for (const end of ends.splice(0)) end();
    },
  };
}

type End = () => void;

function startMetrics(verifier: Pick<Verifier, 'stats'>, name: string, provider: MeterProvider): End[] {
  const meter = provider.getMeter(scope, version);
  return [
    issuers.add(configuredIssuers(verifier)),
    observeStats(meter, verifier, name),
    shared.acquire(provider, () => recordDurations(meter, issuers)),
  ];
}

function startTraces(provider: TracerProvider): End[] {
  const tracer = provider.getTracer(scope, version);
  return [
    shared.acquire(provider, () => traceFetches(tracer, issuers)),
    shared.acquire(describeAuthentications, describeAuthentications),
  ];
}

// Without an SDK there is no active span, and looking for one on each request would cost time.
function hasSdk(provider: TracerProvider): boolean {
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(scope) !== undefined;
}

function validate(
  verifier: Pick<Verifier, 'stats'>,
  options: InstrumentationOptions,
): Required<InstrumentationOptions> {
  if (typeof (verifier as Partial<Verifier> | undefined)?.stats !== 'function') {
    throw new ConfigurationError('The first argument must be a verifier, such as the member "verifier" of a guard');
  }
  const own = copyOptions(options);
  const unknown = Object.keys(own).find((key) => !optionNames.includes(key));
  if (unknown !== undefined) {
    throw new ConfigurationError(`"${unknown}" is not an option; the options are ${optionNames.join(', ')}`);
  }
  const {
    name = 'default',
    meterProvider = metrics.getMeterProvider(),
    tracerProvider = trace.getTracerProvider(),
  } = own;
  if (typeof name !== 'string' || name === '') throw new ConfigurationError('"name" must be a non-empty string');
  return { name, meterProvider, tracerProvider };
}

function configuredIssuers(verifier: Pick<Verifier, 'stats'>): string[] {
  const all = Object.entries(verifier.stats().issuers);
  return all.filter(([, { configured }]) => configured).map(([issuer]) => issuer);
}

function reserveName(provider: MeterProvider, name: string): () => void {
  const names = namesInUse.get(provider) ?? new Set();
  if (names.has(name)) {
    const advice = "give each verifier a name of its own: instrumentVerifier(verifier, { name: 'orders' })";
    throw new ConfigurationError(`A verifier named "${name}" is already instrumented; ${advice}`);
  }
  namesInUse.set(provider, names.add(name));
  return () => names.delete(name);
}
