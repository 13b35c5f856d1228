/** A figure that was measured several times. */
export interface Figure {
  readonly median: number;
  /** Quartiles: half of the measurements lie between them. */
  readonly low: number;
  readonly high: number;
}

/** The value below which a share of all values lies, interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Median and quartiles, to four significant digits. */
export function figureOf(values: readonly number[]): Figure {
  return {
    median: rounded(quantile(values, 0.5)),
    low: rounded(quantile(values, 0.25)),
    high: rounded(quantile(values, 0.75)),
  };
}

/** One by the other, round by round: what slows the machine down slows both down. */
export function ratioOf(dividends: readonly number[], divisors: readonly number[]): Figure {
  return figureOf(dividends.map((dividend, round) => dividend / (divisors[round] ?? Number.NaN)));
}

/** One less the other, round by round. */
export function differenceOf(minuends: readonly number[], subtrahends: readonly number[]): Figure {
  return figureOf(minuends.map((minuend, round) => minuend - (subtrahends[round] ?? Number.NaN)));
}

/** A number to four significant digits, so that no file claims more than was measured. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
