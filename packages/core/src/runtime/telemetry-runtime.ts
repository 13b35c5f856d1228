import type { TracingChannel } from './tracing-channel.ts';

/** A distribution of durations, in seconds. */
export interface Histogram {
  readonly count: number;
  record(seconds: number): void;
  /** The given percentile in seconds; 0 if empty. */
  percentile(percent: number): number;
}

/** Measurements, events and warnings. */
export interface TelemetryRuntime {
  createHistogram(): Histogram;
  /** Publishes an event to subscribers outside the application code, if the runtime supports that. */
  trace(event: object): void;
  /** A tracing channel for subscribers outside the application code; undefined if the runtime has none. */
  tracingChannel(name: string): TracingChannel | undefined;
  /** Warns the operator. */
  warn(message: string, code: string): void;
  /** Whether the debug log is enabled for the process. */
  isDebugging(): boolean;
  /** Writes a line to the debug log, if it is enabled. */
  debug(line: string): void;
  /** Writes a line of the debug log, whether it is enabled or not. */
  print(line: string): void;
}
