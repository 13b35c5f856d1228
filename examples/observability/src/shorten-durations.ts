const millisecondsOf: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Divides every duration in a file of alert rules: `for: 5m`, `[10m]`, `[1d:5m]` and `offset 1h`. Everything else stays
 * as it is, so the expressions and thresholds are the shipped ones.
 */
export function shortenDurations(rules: string, divisor: number): string {
  const shorten = (duration: string): string =>
    duration.replaceAll(/(\d+)(ms|[smhd])/g, (_, count: string, unit: string) => {
      return `${Math.round((Number(count) * (millisecondsOf[unit] ?? 0)) / divisor)}ms`;
    });
  return rules.replaceAll(/\bfor: \w+$|\[[\w:]+\]|\boffset \w+/gm, shorten);
}
