import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { EventListener } from './events.ts';

/** A user's listener, if there is one. What it throws, at once or later, is its own fault, and not a client's. */
export function guardedListener(
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
