import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { VerifierEvent } from './events.ts';

/** The debug log of one verifier. */
export type DebugOutput = Pick<TelemetryRuntime, 'debug' | 'isDebugging'>;

/** Returns the debug log of the process, or one that is always enabled if the verifier has the option `debug`. */
export function debugOutput(runtime: TelemetryRuntime, isForced: boolean): DebugOutput {
  if (!isForced) return runtime;
  return {
    isDebugging: () => true,
    debug: (line) => (runtime.isDebugging() ? runtime.debug(line) : runtime.print(line)),
  };
}

/** Writes the debug line of a fetch for a verifier with the option `debug`, unless the process writes it already. */
export function printEvent(event: VerifierEvent, runtime: TelemetryRuntime): void {
  if (runtime.isDebugging()) return;
  if (event.type === 'refreshed') runtime.print(`${event.issuer}: ${event.document} refreshed`);
  if (event.type === 'refresh-failed')
    runtime.print(`${event.issuer}: ${event.document} not refreshed (${event.code})`);
}
