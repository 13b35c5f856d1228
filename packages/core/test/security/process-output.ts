import { channel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { vi } from 'vitest';

/** Everything that this process logs, warns of and publishes. */
export interface ProcessOutput {
  readonly texts: () => readonly string[];
  /** Stops the recording. */
  end(): void;
}

const consoleMethods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;

/** Records console output, standard streams, process warnings and the `verifier:event` channel. */
export function recordProcessOutput(): ProcessOutput {
  const texts: string[] = [];
  const record = (...values: readonly unknown[]): undefined => {
    for (const value of values) texts.push(...formsOf(value));
  };
  for (const name of consoleMethods) vi.spyOn(console, name).mockImplementation(record);
  const written = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      record(String(text));
      return true;
    }),
  );
  vi.spyOn(process, 'emitWarning').mockImplementation(record as typeof process.emitWarning);
  const events = channel('verifier:event');
  events.subscribe(record);
  return {
    texts: () => texts,
    end: () => {
      for (const spy of written) spy.mockRestore();
      events.unsubscribe(record);
    },
  };
}

/** Returns a value in every form in which a log may contain it. */
export function formsOf(value: unknown): string[] {
  const forms = [
    () => String(value),
    () => JSON.stringify(value) ?? '',
    () => inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true, maxStringLength: null }),
    () => inspect(structuredClone(value), { showHidden: true, depth: Number.POSITIVE_INFINITY, maxStringLength: null }),
    () => `${inspect(Object.entries(Object(value)))} ${Object.keys(Object(value)).join()}`,
    () => (value instanceof Error ? `${value.name} ${value.message} ${value.stack}` : ''),
  ];
  return forms.map((form) => attempt(form));
}

// Some values have no JSON form or cannot be cloned; the other forms cover them.
function attempt(form: () => string): string {
  try {
    return form();
  } catch {
    return '';
  }
}
