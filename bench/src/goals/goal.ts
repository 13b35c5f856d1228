/** A goal of the project with the measurement that it is compared with. */
export interface Goal {
  readonly group: string;
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  /** The measurement divided by the goal, inverted where less is better: 1 or more is reached. */
  readonly ratio: number;
  /** The distance to a missed goal as a share of it; 0 if reached. */
  readonly missedBy: number;
  /** The name of the profile that shows the reason. */
  readonly profile?: string | undefined;
  /** The reason why a goal is missed. */
  readonly why?: string | undefined;
}

/** A measured value with its bound; exactly one of `atLeast` and `atMost` is present. */
export interface Bound {
  readonly group: string;
  readonly what: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Formats a value. */
  readonly show?: (value: number) => string;
  /** Appended to the measured value. */
  readonly note?: string;
  readonly profile?: string;
  readonly why?: string;
}

/** Compares a measured value with its bound. */
export function toGoal({ group, what, value, atLeast, atMost, show = showRatio, note, profile, why }: Bound): Goal {
  const bound = atLeast ?? atMost ?? Number.NaN;
  const ratio = atLeast === undefined ? inverseRatio(bound, value) : value / bound;
  const missedBy = ratio >= 1 ? 0 : Math.abs(value - bound) / bound;
  const sign = atLeast === undefined ? '≤' : '≥';
  const measured = note === undefined ? show(value) : `${show(value)} (${note})`;
  return { group, what, goal: `${sign} ${show(bound)}`, measured, ratio, missedBy, profile, why };
}

function inverseRatio(bound: number, value: number): number {
  return bound === 0 && value === 0 ? 1 : bound / value;
}

function showRatio(value: number): string {
  return `${value.toFixed(2)} ×`;
}

export function isReached({ ratio }: Goal): boolean {
  return ratio >= 1;
}

/** Returns `reached`, or by how much a goal is missed. */
export function outcomeOf(goal: Goal): string {
  return isReached(goal) ? 'reached' : `missed by ${Math.max(1, Math.round(goal.missedBy * 100))} %`;
}
