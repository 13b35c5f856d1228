import { type Context, context } from '@opentelemetry/api';

interface Scope {
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * A store for a diagnostics channel that makes the value of the channel the active context of OpenTelemetry. It replaces
 * the `AsyncLocalStorage` of the SDK, which is private.
 */
export class ContextStore {
  /** Called by Node.js 22 and 24. */
  run<TResult>(active: Context, run: () => TResult): TResult {
    return context.with(active, run);
  }

  /** Called by Node.js 26. */
  withScope(active: Context): Scope {
    // Since version 1.10 of the API.
    const token = (context as Partial<typeof context>).attach?.call(context, active);
    const dispose = (): void => token?.dispose();
    return { dispose, [Symbol.dispose]: dispose };
  }
}
