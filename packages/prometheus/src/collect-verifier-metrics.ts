import { ConfigurationError, copyOptions, type Verifier } from '@verifier/core';
import { register as globalRegistry, type Metric, type OpenMetricsContentType, type Registry } from 'prom-client';
import { metricTable } from './metric-table.ts';
import { StatsMetric, snapshotsOf } from './stats-metric.ts';
import { VerifierSnapshots } from './verifier-snapshots.ts';

/** The name and the registry under which the metrics of a verifier are published. */
export interface VerifierMetricsOptions {
  /**
   * The value of the label `verifier`. Each verifier of a registry needs a name of its own.
   *
   * @default 'default'
   */
  readonly name?: string;
  /**
   * The registry of prom-client.
   *
   * @default the global registry
   */
  readonly register?: Registry | Registry<OpenMetricsContentType>;
}

/** The published metrics of one verifier. */
export interface VerifierMetrics {
  /** Stops publishing them. The verifier itself stays open. May be called more than once. */
  close(): void;
}

type AnyRegistry = Pick<Registry, 'registerMetric' | 'getSingleMetric' | 'removeSingleMetric'>;

const optionNames: readonly string[] = ['name', 'register'];

/**
 * Publishes the statistics of a verifier in a registry of prom-client. They are read from `verifier.stats()` at each
 * scrape; a request costs nothing more than without them.
 *
 * @throws ConfigurationError if the name is taken, or an option is wrong.
 *
 * @example
 * ```ts
 * import { createVerifier } from '@verifier/core';
 * import { collectVerifierMetrics } from '@verifier/prometheus';
 * import { register } from 'prom-client';
 *
 * const verifier = createVerifier({ issuer: 'https://issuer.example', audience: 'api://orders' });
 * collectVerifierMetrics(verifier, { name: 'orders' });
 * console.log(await register.metrics());
 * ```
 */
export function collectVerifierMetrics(
  verifier: Pick<Verifier, 'stats'>,
  options: VerifierMetricsOptions = {},
): VerifierMetrics {
  const own = copyOptions(options);
  const { name = 'default', register = globalRegistry } = own;
  validate(verifier, own, name);
  const registry = register as AnyRegistry;
  const snapshots = snapshotsIn(registry);
  if (!snapshots.add(name, verifier)) {
    const advice = "give each verifier a name of its own: collectVerifierMetrics(verifier, { name: 'orders' })";
    throw new ConfigurationError(`A verifier named "${name}" is already published in this registry; ${advice}`);
  }
  let isClosed = false;
  return {
    close: () => {
      if (isClosed) return;
      isClosed = true;
      if (snapshots.remove(name) === 0) removeMetrics(registry, snapshots);
    },
  };
}

function validate(verifier: Pick<Verifier, 'stats'>, options: VerifierMetricsOptions, name: unknown): void {
  if (typeof (verifier as Partial<Verifier> | undefined)?.stats !== 'function') {
    throw new ConfigurationError('The first argument must be a verifier, such as the member "verifier" of a guard');
  }
  const unknown = Object.keys(options).find((key) => !optionNames.includes(key));
  if (unknown !== undefined) {
    throw new ConfigurationError(`"${unknown}" is not an option; the options are ${optionNames.join(' and ')}`);
  }
  if (typeof name !== 'string' || name === '') throw new ConfigurationError('"name" must be a non-empty string');
}

/** Returns the verifiers of a registry. Registers the metrics with the first one, and again after `registry.clear()`. */
function snapshotsIn(registry: AnyRegistry): VerifierSnapshots {
  const [first] = metricTable;
  const present = first && snapshotsOf(registry.getSingleMetric(first.name));
  if (present !== undefined) return present;
  const taken = metricTable.find(({ name }) => registry.getSingleMetric(name) !== undefined);
  if (taken !== undefined) throw new ConfigurationError(`This registry contains another metric named ${taken.name}`);
  const snapshots = new VerifierSnapshots();
  for (const definition of metricTable) {
    // Registries read `name`, `help`, `type`, `aggregator`, `get` and `reset` of a metric only.
    registry.registerMetric(new StatsMetric(definition, snapshots) as unknown as Metric);
  }
  return snapshots;
}

function removeMetrics(registry: AnyRegistry, snapshots: VerifierSnapshots): void {
  for (const { name } of metricTable) {
    if (snapshotsOf(registry.getSingleMetric(name)) === snapshots) registry.removeSingleMetric(name);
  }
}
