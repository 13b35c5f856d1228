import type { Clock } from '../runtime/clock.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import { describeThrown } from './describe-thrown.ts';

// After this many seconds without a failure, the next failure is reported again.
const quietPeriod = 600;

/**
 * Wraps the application's listener so that an error it throws, or a promise it rejects, becomes a warning instead of the
 * failure of a request: one warning until the listener has not failed for 10 minutes, because clients cause most events.
 * Without a listener, returns one that does nothing.
 */
export function isolateListener<TEvent>(
  name: 'onEvent' | 'log',
  listener: ((event: TEvent) => void) | undefined,
  runtime: Pick<TelemetryRuntime, 'warn'>,
  clock: Pick<Clock, 'monotonic'>,
): (event: TEvent) => void {
  if (listener === undefined) return () => undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  const failed = (error: unknown): void => {
    const now = clock.monotonic();
    const isReported = now - failedAt < quietPeriod;
    failedAt = now;
    if (!isReported) runtime.warn(`${name} threw ${describeThrown(error)}`, 'VERIFIER_LISTENER');
  };
  return (event) => {
    try {
      const result: unknown = listener(event);
      // A thenable of another library rejects as well.
      if (isThenable(result)) Promise.resolve(result).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value;
}
