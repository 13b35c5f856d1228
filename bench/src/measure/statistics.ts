/** A quantity that was measured several times. */
export interface Figure {
  readonly median: number;
  /** Lower and upper quartile. */
  readonly low: number;
  readonly high: number;
}

/** Returns the quantile of a sorted list, interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Returns median and quartiles, to four significant digits. */
export function figureOf(values: readonly number[]): Figure {
  return {
    median: rounded(quantile(values, 0.5)),
    low: rounded(quantile(values, 0.25)),
    high: rounded(quantile(values, 0.75)),
  };
}

/** Returns the ratio of two lists, round by round, so that the load of the machine cancels out. */
export function ratioOf(dividends: readonly number[], divisors: readonly number[]): Figure {
  return figureOf(dividends.map((dividend, round) => dividend / (divisors[round] ?? Number.NaN)));
}

/** Returns the difference of two lists, round by round. */
export function differenceOf(minuends: readonly number[], subtrahends: readonly number[]): Figure {
  return figureOf(minuends.map((minuend, round) => minuend - (subtrahends[round] ?? Number.NaN)));
}

/** Rounds to four significant digits, the precision of the measurements. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
