import { allGoals } from '../goals/all-goals.ts';
import { isReached, outcomeOf } from '../goals/goal.ts';
import { compareWithRecorded } from '../goals/thresholds.ts';
import type { Results } from '../results.ts';

/** Prints every goal with its measurement. */
export function printSummary(results: Results): void {
  const goals = allGoals(results);
  const reached = goals.filter(isReached);
  let group = '';
  for (const goal of goals) {
    if (goal.group !== group) console.log(`\n${goal.group}`);
    group = goal.group;
    const { what, goal: bound, measured } = goal;
    console.log(`  ${what.padEnd(80)} ${bound.padEnd(12)} ${measured.padEnd(46)} ${outcomeOf(goal)}`);
  }
  console.log(`\n${reached.length} of ${goals.length} goals reached.`);
}

/**
 * Prints the rows of a run that are worse than the recorded run allows.
 *
 * @returns Whether at least one row was compared and none is worse than its threshold.
 */
export function printComparison(recorded: Results, measured: Results): boolean {
  const { compared, withoutThreshold, regressions } = compareWithRecorded(allGoals(recorded), allGoals(measured));
  for (const { name, ratio, threshold } of regressions) {
    console.log(`WORSE  ${name}: ${ratio.toFixed(2)} of the goal, the threshold is ${threshold.toFixed(2)}`);
  }
  console.log(`\n${compared} rows compared, ${regressions.length} worse; ${withoutThreshold} without a threshold.`);
  return compared > 0 && regressions.length === 0;
}
