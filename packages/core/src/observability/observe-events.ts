import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import { printEvent } from './debug-output.ts';
import type { EventListener } from './events.ts';
import type { Counters } from './stats.ts';
import type { TimingMetrics } from './timing-metrics.ts';

/** The outputs of events. */
export interface EventOutputs {
  readonly publish: EventListener;
  readonly timings: TimingMetrics;
  readonly counters: Counters;
  /** Prints the events; undefined without the option `debug`. */
  readonly runtime: TelemetryRuntime | undefined;
}

/** Returns a listener that counts and prints the events of a verifier before it passes them on. */
export function observeEvents({ publish, timings, counters, runtime }: EventOutputs): EventListener {
  const { fetchFailures } = counters;
  return (event) => {
    if (event.type === 'refreshed' || event.type === 'refresh-failed') timings.record('fetches', event.seconds);
    if (event.type === 'refresh-failed') fetchFailures[event.kind] = (fetchFailures[event.kind] ?? 0) + 1;
    if (runtime !== undefined) printEvent(event, runtime);
    publish(event);
  };
}
