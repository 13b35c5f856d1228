/** Something that was set out to be reached, and what was. */
export interface Goal {
  readonly group: string;
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly isReached: boolean;
  /** How far off it is where it is not reached, as a share of the goal. */
  readonly shortBy: number;
  /** The profile that shows why, by its name. */
  readonly profile?: string | undefined;
  /** Why it cannot be reached, where it is not. */
  readonly why?: string | undefined;
}

/** What a goal is made from: a number, and the bound that it must keep. */
export interface Bound {
  readonly group: string;
  readonly what: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** How a number is written. */
  readonly show?: (value: number) => string;
  /** Said of the measured value, in addition. */
  readonly note?: string;
  readonly profile?: string;
  readonly why?: string;
}

/** Judges a number by its bound. */
export function judge({ group, what, value, atLeast, atMost, show = showRatio, note, profile, why }: Bound): Goal {
  const bound = atLeast ?? atMost ?? Number.NaN;
  const isReached = atLeast === undefined ? value <= bound : value >= bound;
  const shortBy = isReached ? 0 : Math.abs(value - bound) / bound;
  const sign = atLeast === undefined ? '≤' : '≥';
  const measured = note === undefined ? show(value) : `${show(value)} (${note})`;
  return { group, what, goal: `${sign} ${show(bound)}`, measured, isReached, shortBy, profile, why };
}

/** A ratio, as people read it. */
function showRatio(value: number): string {
  return `${value.toFixed(2)} ×`;
}

/** How a goal is spoken of in one word or two. */
export function verdictOf({ isReached, shortBy }: Goal): string {
  return isReached ? 'pass' : `falls short by ${Math.max(1, Math.round(shortBy * 100))} %`;
}
