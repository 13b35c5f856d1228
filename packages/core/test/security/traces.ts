import { channel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { vi } from 'vitest';

/** Everything that a process says of itself, collected. */
export interface Traces {
  readonly texts: () => readonly string[];
  end(): void;
}

const said = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;

/** Starts to collect what is written, warned of and published. */
export function collectTraces(): Traces {
  const texts: string[] = [];
  const keep = (...values: readonly unknown[]): undefined => {
    for (const value of values) texts.push(...formsOf(value));
  };
  for (const name of said) vi.spyOn(console, name).mockImplementation(keep);
  const written = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      keep(String(text));
      return true;
    }),
  );
  vi.spyOn(process, 'emitWarning').mockImplementation(keep as typeof process.emitWarning);
  const events = channel('verifier:event');
  events.subscribe(keep);
  return {
    texts: () => texts,
    end: () => {
      for (const spy of written) spy.mockRestore();
      events.unsubscribe(keep);
    },
  };
}

/** A value in every form in which a log would hold it. */
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

// What cannot be written down in one form is in another.
function attempt(form: () => string): string {
  try {
    return form();
  } catch {
    return '';
  }
}
