import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { EventListener } from './events.ts';

/**
 * Wraps the application's listener so that an error it throws, or a promise it rejects, becomes a warning instead of the
 * failure of a request. Without a listener, returns one that does nothing.
 */
export function isolateListener(
  onEvent: EventListener | undefined,
  runtime: Pick<TelemetryRuntime, 'warn'>,
): EventListener {
  if (onEvent === undefined) return () => undefined;
  const warn = (error: unknown): void => {
    runtime.warn(`onEvent threw ${error instanceof Error ? error.stack : String(error)}`, 'VERIFIER_LISTENER');
  };
  return (event) => {
    try {
      const result: unknown = onEvent(event);
      if (result instanceof Promise) result.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}
