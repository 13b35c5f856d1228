import { printable } from '../../lib/printable.ts';
import { LogHistogram } from '../log-histogram.ts';
import type { TelemetryRuntime } from '../telemetry-runtime.ts';

const globals = globalThis as unknown as { readonly console: { warn(message: string): void } };

/** Warnings on the console; no events and no debug log. */
export const webTelemetry: TelemetryRuntime = {
  createHistogram: () => new LogHistogram(),
  trace: () => undefined,
  warn: (message, code) => {
    try {
      globals.console.warn(`[${code}] ${printable(message)}`);
    } catch {
      // Applications replace the methods of the console. No request depends on them.
    }
  },
  debug: () => undefined,
};
