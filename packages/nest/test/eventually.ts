import { vi } from 'vitest';

/** Repeats an assertion until it succeeds, for longer than the slowest machine needs. */
export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 10_000 });
}
