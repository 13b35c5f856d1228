import type { Firing } from './alert-states.ts';

// A key set must be 20 s old for one of the others, or a cache full.
const expected: readonly string[] = ['VerifierOutage', 'VerifierForgedTokens'];

interface AlertTable {
  readonly lines: readonly string[];
  /** Whether the staged alerts fired once and were resolved, and no other alert fired. */
  readonly isExpected: boolean;
}

/** Lists all alerts with the times at which they fired and were resolved, in seconds of the scenario. */
export function alertTable(names: readonly string[], firings: readonly Firing[], start: number): AlertTable {
  const cells = names.flatMap((name) => {
    const own = firings.filter((firing) => firing.name === name);
    if (own.length === 0) return [[name, '–', '–']];
    return own.map(({ firedAt, resolvedAt }) => [name, timeOf(firedAt, start), timeOf(resolvedAt, start)]);
  });
  const lines = [['alert', 'fired', 'resolved'], ...cells].map(
    ([name = '', fired = '', resolved = '']) => `${name.padEnd(26)}${fired.padStart(8)}${resolved.padStart(11)}`,
  );
  return { lines: ['', ...lines], isExpected: isExpected(firings) };
}

function isExpected(firings: readonly Firing[]): boolean {
  const resolved = firings.filter(({ resolvedAt }) => resolvedAt !== undefined).map(({ name }) => name);
  return firings.length === expected.length && expected.every((name) => resolved.includes(name));
}

function timeOf(time: number | undefined, start: number): string {
  return time === undefined ? 'still fires' : `${(time - start).toFixed(1)} s`;
}
