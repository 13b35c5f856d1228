import type { Goal } from './goal.ts';

/** The part of a recorded ratio that two runs on one machine may differ by. */
const tolerance = 0.1;

/** A row that is worse than its threshold. */
interface Regression {
  readonly name: string;
  readonly ratio: number;
  readonly threshold: number;
}

/** The comparison of a run with the recorded one. */
export interface Comparison {
  readonly compared: number;
  /** Rows of the run that the recorded run does not have, such as other sizes. */
  readonly withoutThreshold: number;
  readonly regressions: readonly Regression[];
}

/**
 * Returns the least ratio that a goal may have in a later run: 1 if the recorded run reached the goal with the tolerance
 * to spare, else the recorded ratio less the tolerance.
 */
export function thresholdOf({ ratio }: Goal): number {
  return Math.min(1, ratio * (1 - tolerance));
}

/** Compares the goals of a run with the thresholds that follow from the recorded run. */
export function compareWithRecorded(recorded: readonly Goal[], measured: readonly Goal[]): Comparison {
  const thresholds = new Map(recorded.map((goal) => [nameOf(goal), thresholdOf(goal)]));
  const rows = measured.flatMap((goal) => {
    const threshold = thresholds.get(nameOf(goal));
    return threshold === undefined ? [] : [{ name: nameOf(goal), ratio: goal.ratio, threshold }];
  });
  return {
    compared: rows.length,
    withoutThreshold: measured.length - rows.length,
    // Also true if the ratio is not a number.
    regressions: rows.filter(({ ratio, threshold }) => !(ratio >= threshold)),
  };
}

function nameOf({ group, what }: Goal): string {
  return `${group}: ${what}`;
}
