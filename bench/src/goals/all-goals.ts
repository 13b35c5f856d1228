import type { Measurements } from '../results.ts';
import type { Goal } from './goal.ts';
import { growthGoals } from './growth-goals.ts';
import { httpGoals } from './http-goals.ts';
import { startGoals } from './start-goals.ts';
import { verifyGoals } from './verify-goals.ts';

/** Returns all goals that the measurements allow to compare. */
export function allGoals({ verify, http, start, growth }: Measurements): Goal[] {
  return [
    ...(verify === undefined ? [] : verifyGoals(verify)),
    ...(verify === undefined || http === undefined ? [] : httpGoals(http, verify)),
    ...(start === undefined ? [] : startGoals(start)),
    ...(growth === undefined ? [] : growthGoals(growth)),
  ];
}
