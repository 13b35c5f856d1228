import { allGoals } from '../goals/all-goals.ts';
import { verdictOf } from '../goals/goal.ts';
import type { Results } from '../results.ts';

/** Prints the goals with what was reached, those that were not last. */
export function printSummary(results: Results): void {
  const goals = allGoals(results);
  const reached = goals.filter(({ isReached }) => isReached);
  let group = '';
  for (const goal of goals) {
    if (goal.group !== group) console.log(`\n${goal.group}`);
    group = goal.group;
    const { what, goal: bound, measured } = goal;
    console.log(`  ${what.padEnd(62)} ${bound.padEnd(12)} ${measured.padEnd(46)} ${verdictOf(goal)}`);
  }
  console.log(`\n${reached.length} of ${goals.length} goals reached.`);
}
