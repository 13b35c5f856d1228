import type { CryptoRuntime } from './crypto-runtime.ts';
import type { HttpRuntime } from './http-runtime.ts';
import type { TelemetryRuntime } from './telemetry-runtime.ts';

/** Scheduled work. */
export interface Timer {
  cancel(): void;
}

/** Everything that differs between Node.js and other runtimes: the one seam of this package. */
export interface Runtime extends CryptoRuntime, HttpRuntime, TelemetryRuntime {
  readonly name: 'node' | 'web';
  /** Whether one request may await the promise of another; Workers forbid it. */
  readonly sharesPromises: boolean;
  /** Runs work later without keeping the process alive; undefined if timers do not outlive a request. */
  schedule(seconds: number, work: () => void): Timer | undefined;
  /**
   * Returns a function that matches addresses with a list of addresses and ranges; undefined if the runtime does not know the
   * address of a client.
   *
   * @param onUnknown - Called with each entry that is neither an address nor a range.
   */
  addressMatcher?(entries: readonly string[], onUnknown: (entry: string) => void): (address: string) => boolean;
  /** The environment variables of the process. */
  environment(): Readonly<Record<string, string | undefined>>;
}
