import { printable } from '../../lib/printable.ts';
import { LogHistogram } from '../log-histogram.ts';
import type { TelemetryRuntime } from '../telemetry-runtime.ts';
import { tracingChannelOf } from './tracing.ts';

interface Globals {
  readonly console: { warn(message: string): void; log(message: string): void };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  /** Deno, where reading a variable without permission stops the process to ask the user. */
  readonly Deno?: { readonly permissions?: { querySync(descriptor: object): { readonly state: string } } };
}

const globals = globalThis as unknown as Globals;
let isEnabled: boolean | undefined;

/** Warnings and the debug log on the console; no events. */
export const webTelemetry: TelemetryRuntime = {
  createHistogram: () => new LogHistogram(),
  trace: () => undefined,
  tracingChannel: tracingChannelOf,
  warn: (message, code) => write('warn', `[${code}] ${message}`),
  isDebugging,
  debug: (line) => {
    if (isDebugging()) write('log', `VERIFIER: ${line}`);
  },
  print: (line) => write('log', `VERIFIER: ${line}`),
};

function write(method: 'warn' | 'log', line: string): void {
  try {
    globals.console[method](printable(line));
  } catch {
    // Applications replace the methods of the console. No request depends on them.
  }
}

// On first use: importing the package reads nothing, and Workers have their bindings in the environment by then.
function isDebugging(): boolean {
  isEnabled ??= hasDebugVariable();
  return isEnabled;
}

function hasDebugVariable(): boolean {
  try {
    const permission = globals.Deno?.permissions?.querySync({ name: 'env', variable: 'NODE_DEBUG' });
    if (permission !== undefined && permission.state !== 'granted') return false;
    return /(?:^|,)\s*(?:verifier|\*)\s*(?:,|$)/i.test(globals.process?.env?.['NODE_DEBUG'] ?? '');
  } catch {
    return false;
  }
}
